using System.Diagnostics;
using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>What signals do to a running server.</summary>
public sealed class SignalTests : FreshFixture
{
    [TestCase((int)Signal.Terminate)]
    [TestCase((int)Signal.Interrupt)]
    public async Task Asked_to_end_it_ends_cleanly(int signal)
    {
        await using SmtpdProcess server = await StartAsync();
        server.Send((Signal)signal);
        Assert.That(await server.ExitAsync(), Is.Zero, () => server.Log);
    }

    [Test]
    public async Task Idle_sessions_are_told_421_and_new_ones_are_refused_while_a_transaction_of_ten_seconds_finishes()
    {
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue silent = await server.ConnectAsync();
        await using SmtpDialogue idle = await IntroducedAsync();
        await using SmtpDialogue busy = await IntroducedAsync();
        await busy.BeginDataAsync();
        await busy.SendAsync("Subject: begun before the signal\r\n\r\nfirst half\r\n");

        server.Send(Signal.Terminate);
        var sinceSignal = Stopwatch.StartNew();
        foreach (SmtpDialogue session in (SmtpDialogue[])[silent, idle])
        {
            SmtpReply farewell = await session.ReadAsync();
            Assert.That(farewell.Code, Is.EqualTo(421));
            Assert.That(farewell.Enhanced, Does.StartWith("4."));
            Assert.That(await session.ReadOrEndAsync(), Is.Null, "closed after 421");
        }
        await Eventually.HoldsAsync(RefusesAsync, "refusal of new connections");

        // The wait is what this test is about: a client that needs ten seconds for its message is not cut off.
        await TrickleAsync(busy, sinceSignal, TimeSpan.FromSeconds(10));
        await busy.SendAsync("second half\r\n.\r\n");
        SmtpReply reply = await busy.ReadAsync();
        Assert.That(reply.QueuedAs, Is.Not.Null, () => $"{reply}");
        Assert.That(await server.ExitAsync(), Is.Zero, () => server.Log);
        Assert.That(sinceSignal.Elapsed, Is.LessThan(TimeSpan.FromSeconds(17)));

        await using SmtpdProcess again = await StartAsync();
        Assert.That((await again.Api.SourceAsync(reply.QueuedAs!)).OriginalText, Does.EndWith("first half\r\n" + Dots + "second half\r\n"));
        await again.StopAsync();
    }

    [Test]
    public async Task Transaction_that_never_ends_holds_the_end_up_for_fifteen_seconds_at_most()
    {
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue stuck = await IntroducedAsync();
        await stuck.BeginDataAsync();
        server.Send(Signal.Terminate);
        Assert.That(await server.ExitAsync(TimeSpan.FromSeconds(18)), Is.Zero, () => server.Log);
    }

    [Test]
    public async Task Hang_up_cycles_the_log_file()
    {
        string log = Folder.File("smtpd.log"), old = Folder.File("smtpd.log.1");
        await using SmtpdProcess server = await StartAsync(["-logfile=" + log]);
        await Eventually.HoldsAsync(() => new FileInfo(log).Length > 0, "the log file's first line");
        File.Move(log, old);
        server.Send(Signal.Hangup);
        await Eventually.HoldsAsync(() => File.Exists(log), "a new log file");
        long cycled = new FileInfo(old).Length;

        await using SmtpDialogue dialogue = await IntroducedAsync();
        string id = (await dialogue.DeliverAsync("Subject: after the cycle\r\n\r\nhello\r\n")).QueuedAs!;
        await Eventually.HoldsAsync(() => File.ReadAllText(log).Contains(id, StringComparison.Ordinal), "the message's line in the new log file");
        Assert.That(new FileInfo(old).Length, Is.EqualTo(cycled), "nothing more goes to the old file");
        await server.StopAsync();
    }

    [Test]
    public async Task Hang_up_without_a_log_file_changes_nothing()
    {
        await using SmtpdProcess server = await StartAsync();
        server.Send(Signal.Hangup);
        await Eventually.HoldsAsync(() => server.Log.Contains("SIGHUP", StringComparison.Ordinal), "a log line about the signal");
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.DeliverAsync("Subject: still here\r\n\r\nhello\r\n")).QueuedAs, Is.Not.Null);
        await server.StopAsync();
    }

    private const string Dots = "a slow line\r\na slow line\r\na slow line\r\na slow line\r\n";

    private static async Task TrickleAsync(SmtpDialogue dialogue, Stopwatch since, TimeSpan until)
    {
        using var timer = new PeriodicTimer(until / 5);
        for (int line = 0; line < 4; line++)
        {
            await timer.WaitForNextTickAsync();
            await dialogue.SendAsync("a slow line\r\n");
        }
        while (since.Elapsed < until) await timer.WaitForNextTickAsync();
    }

    private async Task<bool> RefusesAsync()
    {
        try
        {
            await using SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(Configuration.SmtpPort);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }
}
