using System.Diagnostics;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>What happens at a limit, and what some settings do.</summary>
public sealed class SmtpLimitTests : FreshFixture
{
    [Test]
    public async Task Client_beyond_the_limit_is_told_421_and_the_next_one_after_a_farewell_is_served()
    {
        Configuration.Smtp["max.clients"] = 3;
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue first = await GreetedAsync();
        await using SmtpDialogue second = await GreetedAsync();
        await using SmtpDialogue third = await GreetedAsync();
        await using (SmtpDialogue fourth = await SmtpDialogue.ConnectAsync(Configuration.SmtpPort))
        {
            Assert.That((fourth.Greeting.Code, fourth.Greeting.Enhanced), Is.EqualTo((421, "4.3.2")));
            Assert.That(await fourth.ReadOrEndAsync(), Is.Null);
        }
        await third.ExpectAsync("QUIT", 221);
        await using SmtpDialogue again = await GreetedAsync();
        Assert.That((await again.SayAsync("NOOP")).Code, Is.EqualTo(250));
        await server.StopAsync();
    }

    [Test]
    public async Task Connection_takes_so_many_mail_commands_and_says_how_many()
    {
        Configuration.Smtp["max.messages"] = 3;
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await GreetedAsync();
        Assert.That((await dialogue.ExpectAsync("EHLO client.test", 250)).Lines, Has.One.EqualTo("250-LIMITS MAILMAX=3 RCPTMAX=100"));
        Assert.That((await dialogue.DeliverAsync("Subject: one\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        // One that is refused counts like others (RFC 9422 §4.1).
        await dialogue.ExpectAsync("MAIL FROM:<a@b", 501);
        Assert.That((await dialogue.DeliverAsync("Subject: two\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        Assert.That((await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 421)).Enhanced, Is.EqualTo("4.5.3"));
        Assert.That(await dialogue.ReadOrEndAsync(), Is.Null);
        await server.StopAsync();
    }

    [Test]
    public async Task Refusing_never_holds_up_who_is_served()
    {
        Configuration.Smtp["max.clients"] = 1;
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue served = await GreetedAsync();
        await served.ExpectAsync("EHLO client.test", 250);
        var refused = new List<SmtpDialogue>();
        for (int i = 0; i < 100; i++) refused.Add(await SmtpDialogue.ConnectAsync(Configuration.SmtpPort));
        Assert.That(refused.Select(one => one.Greeting.Code), Is.All.EqualTo(421));
        Assert.That((await served.DeliverAsync("Subject: served\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        foreach (SmtpDialogue one in refused) await one.DisposeAsync();
        await server.StopAsync();
    }

    [TestCase("")]
    [TestCase("EHLO client.test\r\n")]
    [TestCase("EHLO client.test\r\nMAIL FROM:<a@remote.test>\r\nRCPT TO:<alice@local.test>\r\nDATA\r\n")]
    [TestCase("EHLO client.te")]
    public async Task Client_that_falls_silent_is_told_421_and_closed(string said)
    {
        Configuration.Smtp["max.idle.seconds"] = 2;
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(Configuration.SmtpPort);
        var silence = Stopwatch.StartNew();
        await dialogue.SendAsync(said);
        SmtpReply? last = null;
        while (await dialogue.ReadOrEndAsync() is { } reply) last = reply;
        Assert.That((last?.Code, last?.Enhanced[..2]), Is.EqualTo((421, "4.")));
        Assert.That(silence.Elapsed, Is.InRange(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(10)));
        Assert.That(await server.Api.TotalAsync(), Is.Zero);
        await server.StopAsync();
    }

    [TestCase("EHLO client.test\r\nMAIL FROM:<a@remote.test>\r\nRCPT TO:<alice@local.test>\r\nDATA\r\n", "x")]
    [TestCase("one line without an end", "x")]
    [TestCase("EH", "L")]
    public async Task Client_that_drips_gains_no_time(string said, string drop)
    {
        Configuration.Smtp["max.idle.seconds"] = 2;
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(Configuration.SmtpPort);
        // More than the longest command, so that the line is one that is passed over.
        await dialogue.SendAsync(said.StartsWith("one", StringComparison.Ordinal) ? said.PadRight(5000, 'x') : said);
        var held = Stopwatch.StartNew();
        Task dripping = DripAsync();
        SmtpReply? last = null;
        while (await dialogue.ReadOrEndAsync() is { } reply) last = reply;
        Assert.That((last?.Code, last?.Enhanced), Is.EqualTo((421, "4.4.2")));
        Assert.That(held.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), "while it drips for longer");
        await dripping;
        await server.StopAsync();

        async Task DripAsync()
        {
            try
            {
                using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(400));
                while (await pace.WaitForNextTickAsync() && held.Elapsed < TimeSpan.FromSeconds(120)) await dialogue.SendAsync(drop);
            }
            catch (Exception closed) when (closed is System.Net.Sockets.SocketException or ObjectDisposedException)
            {
                // That is the point.
            }
        }
    }

    [Test]
    public async Task Clients_that_never_pause_hold_up_nobody()
    {
        await using SmtpdProcess server = await StartAsync();
        using var end = new CancellationTokenSource();
        Task[] floods = [.. Enumerable.Range(0, 4).Select(_ => FloodAsync(end.Token))];
        for (int i = 0; i < 20; i++)
        {
            var answer = Stopwatch.StartNew();
            await using SmtpDialogue dialogue = await IntroducedAsync();
            Assert.That(answer.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
        }
        await server.StopAsync();
        await end.CancelAsync();
        await Task.WhenAll(floods);
    }

    private async Task FloodAsync(CancellationToken end)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, Configuration.SmtpPort, CancellationToken.None);
        byte[] commands = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("NOOP\r\n", 10_000)));
        byte[] replies = new byte[256 * 1024];
        try
        {
            await Task.WhenAll(SendAsync(), ReceiveAsync());
        }
        catch (Exception over) when (over is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            // The server has stopped.
        }

        async Task SendAsync()
        {
            while (true) await socket.SendAsync(commands, end);
        }

        async Task ReceiveAsync()
        {
            while (await socket.ReceiveAsync(replies, end) > 0) { }
        }
    }

    [Test]
    public async Task Messages_are_accepted_and_not_kept_when_storing_is_off()
    {
        Configuration.Smtp["store.messages"] = false;
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        SmtpReply reply = await dialogue.DeliverAsync("Subject: announced only\r\n\r\nx\r\n");
        Assert.That((reply.Code, reply.Enhanced), Is.EqualTo((250, "2.0.0")));
        Assert.That(await server.Api.TotalAsync(), Is.Zero);
        await server.StopAsync();
    }

    [Test]
    public async Task Trusted_client_may_name_any_host()
    {
        Configuration.Smtp["trusted.hosts"] = "127.0.0.1";
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.DeliverAsync("Subject: anywhere\r\n\r\nx\r\n", "a@remote.test", "b@elsewhere.test")).QueuedAs, Is.Not.Null);
        await server.StopAsync();
    }

    [TestCase("*")]
    [TestCase(".")]
    public async Task Wildcard_allows_every_host(string hosts)
    {
        Configuration.Smtp["allowed.hosts"] = hosts;
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.DeliverAsync("Subject: anywhere\r\n\r\nx\r\n", "a@remote.test", "b@elsewhere.test")).QueuedAs, Is.Not.Null);
        await server.StopAsync();
    }

    [Test]
    public async Task Message_is_there_after_a_restart()
    {
        await using (SmtpdProcess first = await StartAsync())
        {
            await using SmtpDialogue dialogue = await IntroducedAsync();
            Assert.That((await dialogue.DeliverAsync("Subject: kept\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
            await first.StopAsync();
        }
        await using SmtpdProcess second = await StartAsync();
        Assert.That(await second.Api.TotalAsync(), Is.EqualTo(1));
        await second.StopAsync();
    }

    /// <summary>A place may become free a moment after its client is gone.</summary>
    private async Task<SmtpDialogue> GreetedAsync()
    {
        SmtpDialogue? greeted = null;
        await Eventually.HoldsAsync(async () =>
        {
            SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(Configuration.SmtpPort);
            if (dialogue.Greeting.Code == 220)
            {
                greeted = dialogue;
                return true;
            }
            await dialogue.DisposeAsync();
            return false;
        }, "a greeting");
        return greeted!;
    }

    [Test]
    public async Task Last_error_that_is_let_pass_ends_the_session_also_when_it_is_a_message()
    {
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        for (int i = 0; i < 49; i++) await dialogue.ExpectAsync("NONSENSE", 500);
        await dialogue.BeginDataAsync();
        await dialogue.SendAsync("Subject: x\r\n\r\na lone\nline feed\r\n.\r\nNOOP\r\n");
        Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(550));
        SmtpReply leave = await dialogue.ReadAsync();
        Assert.That((leave.Code, leave.Enhanced), Is.EqualTo((421, "4.7.0")));
        Assert.That(await dialogue.ReadOrEndAsync(), Is.Null, "nothing is answered behind a farewell");
        await server.StopAsync();
    }
}
