using System.Collections.Concurrent;
using System.Globalization;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mongo;
using Smtpd.Mongo.Connections;
using Smtpd.Mongo.Dns;
using Smtpd.Mongo.Topology;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Mongo.Unified;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Mongo.Dns;

/// <summary>Mongos that come and go in DNS. What is asked for is below a domain of digits, so that its hosts are addresses and nothing is looked up.</summary>
[CancelAfter(60_000)]
public sealed class SrvPollingTests
{
    private const string Mongos = """{"isWritablePrimary": true, "msg": "isdbgrid", "helloOk": true, "maxWireVersion": 21, "ok": 1}""";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Mongos_come_and_go_as_dns_names_them()
    {
        await using ScriptedServer first = new(_ => Mongos), second = new(_ => Mongos), third = new(_ => Mongos);
        (DnsType, byte[])[] named = [Record(first), Record(second)];
        using var dns = new NameServer((_, type) => type == DnsType.Service ? Volatile.Read(ref named) : []);
        var log = new ListLog();
        await using MongoClient client = new(Settings("mongodb+srv://db.0.0.1/?tls=false"), new HurriedClock(speed: 200), log, dns.Client);
        await AreAsync(client, first, second);

        Volatile.Write(ref named, [Record(third), NameServer.Service("a.evil.test", 27017), Record(second)]);
        await AreAsync(client, second, third);
        Assert.That(log.Lines.Select(line => line.Text), Has.One.Contains("a.evil.test").And.Some.EqualTo($"mongodb: {first.Address} is no longer named by DNS").And.Some.EqualTo($"mongodb: {third.Address} is named by DNS"));

        // What is named by nobody, or cannot be asked for, stays as it is, and is asked for again at each heartbeat.
        int asked = dns.Questions;
        Volatile.Write(ref named, []);
        await Eventually.HoldsAsync(() => dns.Questions > asked + 3, "it is asked again", StandIn.Deadline);
        dns.Code = 2;
        await Eventually.HoldsAsync(() => log.Lines.Any(line => line.Text.Contains("cannot say", StringComparison.Ordinal)), "the failure is logged", StandIn.Deadline);
        asked = dns.Questions;
        await Eventually.HoldsAsync(() => dns.Questions > asked + 3, "it is asked again", StandIn.Deadline);
        Assert.That(client.Topology.Servers.Keys, Is.EquivalentTo(new[] { HostOf(second), HostOf(third) }));
        Assert.That(log.Lines.Count(line => line.Level == LogLevel.Warn && line.Text.Contains("are kept", StringComparison.Ordinal)), Is.EqualTo(2), "once for each reason");

        (dns.Code, named) = (0, [Record(third)]);
        await AreAsync(client, third);
        await client.PingAsync(Token);
    }

    [Test]
    public async Task It_is_asked_after_a_minute_or_as_long_as_the_records_say_and_at_the_heartbeat_while_that_fails()
    {
        using var dns = new NameServer((_, type) => type == DnsType.Service ? [NameServer.Service("a.example.com", 1)] : []) { TimeToLive = 5 };
        var clock = new ImpatientClock();
        var polling = new SrvPolling(Settings("mongodb+srv://db.example.com/?heartbeatFrequencyMS=7000"), dns.Client, clock, new ListLog());
        await polling.BeginAsync(_ => { }, Assert.Fail, Token);
        await NextAsync(timeToLive: 300, code: 0, found: 1);
        await NextAsync(timeToLive: 300, code: 2, found: 0);
        await NextAsync(timeToLive: int.MaxValue, code: 0, found: 1);
        await NextAsync(timeToLive: -1, code: 0, found: 1);
        await NextAsync(timeToLive: 60, code: 0, found: 1);
        Assert.That(clock.Waits.Select(wait => wait.TotalSeconds), Is.EqualTo(new double[] { 60, 300, 7, 24 * 60 * 60, 60 }));

        async Task NextAsync(int timeToLive, byte code, int found)
        {
            (dns.TimeToLive, dns.Code) = (timeToLive, code);
            Assert.That(await polling.NextAsync(Token), Has.Count.EqualTo(found));
        }
    }

    [TestCase(0, 2)]
    [TestCase(2, 1)]
    [TestCase(1, 0)]
    [TestCase(9, 2)]
    public void No_more_hosts_are_used_than_are_wanted(int most, int added)
    {
        MongoHost[] hosts = [.. Enumerable.Range(1, 4).Select(i => new MongoHost($"h{i}.test", i))];
        TopologyDescription before = TopologyDescription.Start(Settings("mongodb+srv://db.example.com"), hosts[..2]);
        // The first has gone, two are new.
        TopologyDescription after = TopologyChange.Apply(before, hosts[1..], most, new Random(1));
        Assert.That(after.Servers.Keys, Does.Contain(hosts[1]).And.Not.Contain(hosts[0]).And.Exactly(added + 1).Items);
        Assert.That(TopologyChange.Apply(after, [.. after.Servers.Keys], most, new Random(1)), Is.SameAs(after));
    }

    [Test]
    public void Members_of_a_replica_set_and_a_server_alone_are_no_matter_of_dns()
    {
        MongoHost[] hosts = [new("a.test", 1)];
        foreach (TopologyKind kind in Enum.GetValues<TopologyKind>())
        {
            TopologyDescription before = TopologyDescription.Start(Settings("mongodb+srv://db.example.com"), hosts) with { Kind = kind };
            bool changes = TopologyChange.Apply(before, [new("b.test", 2)], 0, new Random(1)) != before;
            Assert.That(changes, Is.EqualTo(kind is TopologyKind.Unknown or TopologyKind.Sharded), kind.ToString());
        }
    }

    private static Task AreAsync(MongoClient client, params ScriptedServer[] servers) => Eventually.HoldsAsync(() =>
        client.Topology is { Kind: TopologyKind.Sharded } now && now.Servers.Keys.ToHashSet().SetEquals(servers.Select(HostOf)) && now.Servers.Values.All(server => server.Kind == ServerKind.Mongos),
        "the mongos that DNS names are used", StandIn.Deadline);

    private static (DnsType, byte[]) Record(ScriptedServer server) => NameServer.Service(HostOf(server).Name, HostOf(server).Port);

    private static MongoHost HostOf(ScriptedServer server) => new("127.0.0.1", int.Parse(server.Address.AsSpan(server.Address.IndexOf(':') + 1), CultureInfo.InvariantCulture));

    private static MongoConnectionSettings Settings(string text)
    {
        Assert.That(ConnectionString.TryParse(text, out MongoConnectionSettings? settings, out string? problem), Is.True, problem);
        return settings!;
    }

    /// <summary>Notes how long somebody wants to wait, and does not let him.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
