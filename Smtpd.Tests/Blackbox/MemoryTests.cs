using System.Diagnostics;
using System.Text;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Memory does not follow the size of messages, and small mail does not wait for big mail.</summary>
public sealed class MemoryTests : FreshFixture
{
    private const int BigOctets = 20_000_000;
    private const long MemoryLimit = 256_000_000;
    private static readonly TimeSpan LatencyLimit = TimeSpan.FromMilliseconds(50);

    [Test]
    public Task Memory_stays_small_and_small_mail_goes_on_beside_20_big_messages() => ReceiveBigMailAsync(20, timed: false);

    [Test, Category("Torture")]
    public Task Memory_stays_small_and_small_mail_quick_beside_200_big_messages() => ReceiveBigMailAsync(200, timed: true);

    /// <param name="timed">Only where the machine is meant to be idle but for this: a time is no property of the program.</param>
    private async Task ReceiveBigMailAsync(int connections, bool timed)
    {
        await using SmtpdProcess server = await StartAsync();
        byte[] chunk = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0123456789012345678901234567890123456789012345678901234567890123456789012345678\r\n", 1250)));

        // All are in DATA before any goes on, so that all are under way at once.
        var big = new List<SmtpDialogue>();
        for (int i = 0; i < connections; i++)
        {
            big.Add(await IntroducedAsync());
            await big[i].BeginDataAsync();
            await big[i].SendAsync("Subject: big\r\n\r\n");
        }
        using var finished = new CancellationTokenSource();
        Task<List<TimeSpan>>[] small = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() => SendSmallUntilAsync(finished.Token)))];
        SmtpReply[] replies = await Task.WhenAll(big.Select(dialogue => Task.Run(() => SendBigAsync(dialogue, chunk))));
        await finished.CancelAsync();
        TimeSpan[] latencies = [.. (await Task.WhenAll(small)).SelectMany(one => one).Order()];
        long peak = Posix.Memory(server.Id, "VmHWM");
        foreach (SmtpDialogue dialogue in big) await dialogue.DisposeAsync();

        TimeSpan percentile = latencies[latencies.Length * 99 / 100];
        TestContext.Out.WriteLine($"{connections} messages of {BigOctets:N0} octets: peak {peak / 1e6:0.0} MB; beside them {latencies.Length} small ones, median {latencies[latencies.Length / 2].TotalMilliseconds:0.0} ms, "
            + $"99th percentile {percentile.TotalMilliseconds:0.0} ms, worst {latencies[^1].TotalMilliseconds:0.0} ms");
        Assert.That(replies.Where(reply => reply.QueuedAs is null), Is.Empty);
        Assert.That(replies.Select(reply => reply.QueuedAs), Is.Unique);
        Assert.That(await server.Api.TotalAsync(), Is.EqualTo(connections + latencies.Length));
        Assert.Multiple(() =>
        {
            Assert.That(peak, Is.LessThan(MemoryLimit));
            // How many come in beside the big ones depends on the machine; a percentile needs many.
            Assert.That(latencies, Has.Length.GreaterThanOrEqualTo(timed ? 100 : 2));
            if (timed) Assert.That(percentile, Is.LessThanOrEqualTo(LatencyLimit));
        });
        await server.StopAsync();
    }

    private static async Task<SmtpReply> SendBigAsync(SmtpDialogue dialogue, byte[] chunk)
    {
        for (int sent = 0; sent < BigOctets - chunk.Length; sent += chunk.Length) await dialogue.SendAsync(chunk);
        await dialogue.SendAsync(".\r\n");
        return await dialogue.ReadAsync(TimeSpan.FromMinutes(5));
    }

    private async Task<List<TimeSpan>> SendSmallUntilAsync(CancellationToken finished)
    {
        byte[] wire = Stuffing.Stuff(BulkMail.OfSize(4096, "small"));
        var latencies = new List<TimeSpan>();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        while (!finished.IsCancellationRequested)
        {
            await dialogue.BeginDataAsync();
            await dialogue.SendAsync(wire.AsMemory(0, wire.Length - 3));
            long start = Stopwatch.GetTimestamp();
            await dialogue.SendAsync(wire.AsMemory(wire.Length - 3));
            SmtpReply reply = await dialogue.ReadAsync();
            latencies.Add(Stopwatch.GetElapsedTime(start));
            if (reply.QueuedAs is null) throw new AssertionException($"{reply}");
        }
        return latencies;
    }
}
