using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mail;

namespace Smtpd.Tests.Smtp;

/// <summary>
/// Whatever octets come, in whatever pieces: the session ends, its replies are those that the same octets get in one piece and in the
/// same order, and what is stored is what was answered <c>queued as</c>. A failure names the seed of its stream.
/// </summary>
public sealed partial class SessionFuzzTests
{
    private const int AtOnce = 8;

    [TestCase("reject"), TestCase("keep")]
    public Task Any_octets_are_answered_the_same_however_they_are_split(string bareLineFeeds) => PlayAsync(bareLineFeeds, first: 1, count: 400);

    [TestCase("reject"), TestCase("keep"), Category("Torture")]
    public async Task Very_many_streams_cost_no_memory(string bareLineFeeds)
    {
        await PlayAsync(bareLineFeeds, first: 1_000_000, count: 2_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await PlayAsync(bareLineFeeds, first: 2_000_000, count: 20_000);
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(16 * 1024 * 1024));
    }

    private static async Task PlayAsync(string bareLineFeeds, int first, int count)
    {
        var log = new FaultLog();
        await using var server = new SessionServer($"\"bare.lf\": \"{bareLineFeeds}\", \"max.message.bytes\": 100000, \"max.recipients\": 3", log);
        int acknowledged = 0;
        for (int seed = first; seed < first + count; seed += AtOnce)
        {
            string[][] ids = await Task.WhenAll(Enumerable.Range(seed, AtOnce).Select(one => PlayOneAsync(server, one)));
            MessagePage page = await server.Store.ListAsync(MailScope.Everything, 0, null, int.MaxValue, CancellationToken.None);
            Assert.That(page.Messages.Select(message => message.Id.ToString()).Order(), Is.EqualTo(ids.SelectMany(some => some).Order()), $"stored and acknowledged, seeds from {seed}");
            acknowledged += page.Messages.Count;
            await server.Store.DeleteAsync(MailScope.Everything, null, CancellationToken.None);
        }
        Assert.That(log.Faults, Is.Empty);
        Assert.That(acknowledged, Is.GreaterThan(count / 4), "streams that deliver something were among them");
    }

    private static async Task<string[]> PlayOneAsync(SessionServer server, int seed)
    {
        var streams = new FuzzStreams(seed);
        byte[] octets = streams.Next();
        string whole = await server.PlayAsync([octets]);
        string split = await server.PlayAsync(streams.Split(octets));
        Assert.That(whole.Split("\r\n")[..^1], Has.All.Match(@"^[2345]\d\d[ -]"), $"seed {seed}");
        Assert.That(Id().Replace(split, "queued as ID"), Is.EqualTo(Id().Replace(whole, "queued as ID")), $"seed {seed}");
        return [.. Id().Matches(whole + split).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex("queued as ([0-9a-f]{24})")]
    private static partial Regex Id();

    /// <summary>Keeps what must never be logged, and has every line made.</summary>
    private sealed class FaultLog : Smtpd.Operations.Log
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Faults { get; } = [];

        public override bool Keeps(LogLevel level) => true;

        public override void Write(LogLevel level, string text)
        {
            if (level == LogLevel.Error) Faults.Enqueue(text);
        }
    }
}
