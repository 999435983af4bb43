using System.Collections.Concurrent;
using System.Globalization;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Topology;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Mongo.Unified;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Mongo;

/// <summary>A primary that was cut off from the others goes on saying that it is primary: what it takes would be undone.</summary>
[CancelAfter(120_000)]
public sealed class StalePrimaryTests
{
    /// <summary>Ten times as fast: two seconds until nothing is found.</summary>
    private const string Quick = "heartbeatFrequencyMS=1000&serverSelectionTimeoutMS=20000&connectTimeoutMS=3000";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    /// <summary>Servers before 6.0 gave out election ids anew with each configuration, so that its version comes first.</summary>
    /// <param name="isElection">True: the newer primary has the newer election; false: the newer configuration and, before 6.0, an older election.</param>
    [TestCase(21, true)]
    [TestCase(9, true)]
    [TestCase(9, false)]
    public async Task Nothing_is_written_to_it_and_connections_to_it_are_dropped(int wire, bool isElection)
    {
        await using var set = new TwoMembers(wire);
        set.Old.Claim(version: 1, election: 5);
        await using MongoClient client = set.Connect();
        MongoCollection mails = client.Collection("a", "b");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 0), Token);
        Assert.That(set.Old.Inserts, Is.EqualTo(1));

        // The other one was elected; the old one has not noticed.
        if (isElection) set.New.Claim(version: 1, election: 6);
        else set.New.Claim(version: 2, election: 1);
        await Eventually.HoldsAsync(() => client.Topology.Servers[set.New.Host].Kind == ServerKind.Primary, "the new primary is known", StandIn.Deadline);
        await Eventually.HoldsAsync(() => client.Topology.Servers[set.Old.Host] is { Kind: ServerKind.Unknown, Error: { } error } && error.Contains("newer primary", StringComparison.Ordinal), "the old one's claim is refused", StandIn.Deadline);
        for (int i = 1; i <= 20; i++) await mails.InsertAsync(BsonDocument.Of("_id"u8, i), Token);
        Assert.That((set.Old.Inserts, set.New.Inserts), Is.EqualTo((1, 20)));
        Assert.That(client.Topology.Servers.Values.Count(server => server.Kind == ServerKind.Primary), Is.EqualTo(1));

        // While the new one steps down the old one's claim counts no more than before.
        set.New.Follow();
        await Eventually.HoldsAsync(() => !client.HasPrimary, "there is no primary", StandIn.Deadline);
        MongoException? nobody = Assert.ThrowsAsync<MongoException>(() => mails.InsertAsync(BsonDocument.Of("_id"u8, 21), Token));
        Assert.That(nobody!.Message, Does.Contain("a newer primary has been seen"));
        Assert.That((set.Old.Inserts, set.New.Inserts), Is.EqualTo((1, 20)));

        // In a new election it may win, and is then asked on a connection of its own.
        set.Old.Claim(version: 3, election: 7);
        int before = set.Old.Connections;
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 22), Token);
        Assert.That(set.Old.Inserts, Is.EqualTo(2));
        Assert.That(set.Old.Connections, Is.GreaterThan(before), "connections from before were dropped");
    }

    /// <summary>Two members of a set that say of themselves what the test wants.</summary>
    private sealed class TwoMembers : IAsyncDisposable
    {
        private readonly Member _old, _new;

        public TwoMembers(int wire)
        {
            _old = new Member(wire, Hello);
            _new = new Member(wire, Hello);
        }

        public Member Old => _old;

        public Member New => _new;

        public MongoClient Connect()
        {
            Assert.That(ConnectionString.TryParse($"mongodb://{_old.Server.Address},{_new.Server.Address}/?replicaSet=rs0&{Quick}", out MongoConnectionSettings? settings, out string? problem), Is.True, problem);
            return new MongoClient(settings!, new HurriedClock(), new ListLog());
        }

        private string Hello(Member member, string state) => $$"""
            {"setName": "rs0", "hosts": ["{{_old.Server.Address}}", "{{_new.Server.Address}}"], "me": "{{member.Server.Address}}", {{state}}, "helloOk": true,
             "minWireVersion": 0, "maxWireVersion": {{member.Wire}}, "maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000, "logicalSessionTimeoutMinutes": 30, "ok": 1}
            """;

        public async ValueTask DisposeAsync()
        {
            await _old.Server.DisposeAsync();
            await _new.Server.DisposeAsync();
        }
    }

    private sealed class Member
    {
        private const string Following = "\"isWritablePrimary\": false, \"ismaster\": false, \"secondary\": true";

        private readonly ConcurrentQueue<BsonDocument> _inserts = [];
        private volatile string _state = Following;
        private int _connections;

        public Member(int wire, Func<Member, string, string> hello)
        {
            Wire = wire;
            Server = new ScriptedServer(command =>
            {
                switch (command.First.NameText)
                {
                    case "isMaster" or "hello":
                        // Only the first greeting on a connection says who we are.
                        if (command.Has("client"u8)) Interlocked.Increment(ref _connections);
                        return hello(this, _state);
                    case "insert":
                        if (_state == Following) return """{"ok": 0, "code": 10107, "codeName": "NotWritablePrimary", "errmsg": "not primary", "errorLabels": ["RetryableWriteError"]}""";
                        _inserts.Enqueue(command);
                        return """{"n": 1, "ok": 1}""";
                    default:
                        return """{"ok": 1}""";
                }
            });
        }

        public int Wire { get; }

        public ScriptedServer Server { get; }

        public int Inserts => _inserts.Count;

        public int Connections => Volatile.Read(ref _connections);

        public MongoHost Host => new("127.0.0.1", int.Parse(Server.Address.AsSpan(Server.Address.IndexOf(':') + 1), CultureInfo.InvariantCulture));

        public void Claim(int version, int election) => _state = string.Create(CultureInfo.InvariantCulture, $$$"""
            "isWritablePrimary": true, "ismaster": true, "secondary": false, "setVersion": {{{version}}}, "electionId": {"$oid": "7fffffff{{{election:x16}}}"}
            """);

        public void Follow() => _state = Following;
    }
}
