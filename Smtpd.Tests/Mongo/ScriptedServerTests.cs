using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Mongo.Unified;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Mongo;

/// <summary>Servers that are too old, sign in by certificate, or send what no server should.</summary>
[CancelAfter(120_000)]
public sealed class ScriptedServerTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task A_server_that_is_too_old_is_named_with_its_version_at_once()
    {
        await using var server = new ScriptedServer(_ => """{"ismaster": true, "minWireVersion": 0, "maxWireVersion": 5, "ok": 1}""");
        await using MongoClient client = Connect($"mongodb://{server.Address}/?serverSelectionTimeoutMS=60000");
        MongoException? old = Assert.ThrowsAsync<MongoException>(() => client.PingAsync(Token));
        Assert.That(old!.Failure, Is.EqualTo(MongoFailure.Incompatible));
        Assert.That(old.Message, Does.Contain($"{server.Address} speaks wire version 5").And.Contain("3.6"));
    }

    [Test]
    public async Task A_certificate_signs_in_at_once_or_after_the_greeting([Values] bool isSpeculative)
    {
        using var folder = new TemporaryFolder();
        (string certificate, string key) = await TestCertificate.MakeAsync(folder, "server");
        (string Certificate, string Key) client = await TestCertificate.MakeClientAsync(folder, "client", "postmaster", (certificate, key));
        string both = folder.File("both.pem");
        await File.WriteAllTextAsync(both, await File.ReadAllTextAsync(client.Certificate, Token) + await File.ReadAllTextAsync(client.Key, Token), Token);
        using X509Certificate2 shown = X509Certificate2.CreateFromPemFile(certificate, key);

        ConcurrentQueue<BsonDocument> said = [];
        await using var server = new ScriptedServer(command =>
        {
            said.Enqueue(command);
            if (command.First.NameText == "isMaster" && isSpeculative && command.Has("speculativeAuthenticate"u8))
                return ScriptedServer.Standalone[..^1] + """, "speculativeAuthenticate": {"dbname": "$external", "user": "CN=postmaster", "ok": 1}}""";
            return command.First.NameText is "isMaster" or "hello" ? ScriptedServer.Standalone : """{"dbname": "$external", "user": "CN=postmaster", "ok": 1}""";
        }, shown);
        await using MongoClient mongo = Connect($"mongodb://{server.Address}/?authMechanism=MONGODB-X509&tls=true&tlsCAFile={Uri.EscapeDataString(certificate)}&tlsCertificateKeyFile={Uri.EscapeDataString(both)}");
        await mongo.PingAsync(Token);

        Assert.That(server.ClientSubject, Is.EqualTo("CN=postmaster"));
        BsonDocument early = said.First(command => command.Has("speculativeAuthenticate"u8))["speculativeAuthenticate"u8].AsDocument();
        Assert.That(early["mechanism"u8].AsString(), Is.EqualTo("MONGODB-X509"));
        Assert.That(early["db"u8].AsString(), Is.EqualTo("$external"));
        BsonDocument[] later = [.. said.Where(command => command.First.NameText == "authenticate")];
        Assert.That(later, Has.Length.EqualTo(isSpeculative ? 0 : 1));
        if (!isSpeculative) Assert.That(later[0]["$db"u8].AsString(), Is.EqualTo("$external"));
    }

    [Test]
    public async Task A_certificate_that_the_server_does_not_know_is_a_failed_sign_in()
    {
        await using var server = new ScriptedServer(command => command.First.NameText is "isMaster" or "hello" ? ScriptedServer.Standalone : """{"ok": 0, "code": 18, "codeName": "AuthenticationFailed", "errmsg": "Authentication failed."}""");
        await using MongoClient client = Connect($"mongodb://{server.Address}/?authMechanism=MONGODB-X509");
        MongoException? refused = Assert.ThrowsAsync<MongoException>(() => client.PingAsync(Token));
        Assert.That(refused!.Failure, Is.EqualTo(MongoFailure.SignIn));
    }

    [TestCase(0, 12, "length too small")]
    [TestCase(0, int.MaxValue, "length beyond all")]
    [TestCase(0, -1, "negative length")]
    [TestCase(8, 999, "answer to another request")]
    [TestCase(12, 2012, "compressed")]
    [TestCase(16, 1, "a checksum nobody asked for")]
    [TestCase(16, 2, "more to come that nobody asked for")]
    [TestCase(16, 0x40, "a flag nobody knows")]
    [TestCase(20, 1, "a section that is no body")]
    [TestCase(21, 7, "a document of another length")]
    [TestCase(25, 0x7E, "an element of no type")]
    public async Task An_answer_that_is_none_closes_the_connection_and_is_an_error(int place, int value, string what)
    {
        await using var server = new ScriptedServer(command => command.First.NameText is "isMaster" or "hello" ? ScriptedServer.Standalone : """{"n": 3, "ok": 1}""");
        server.Garble = (reply, name) =>
        {
            if (name != "count") return reply;
            if (place is 20 or 25) reply[place] = (byte)value;
            else BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(place), value);
            return reply;
        };
        await using MongoClient client = Connect($"mongodb://{server.Address}/?retryReads=false");
        MongoException? garbled = Assert.ThrowsAsync<MongoException>(() => client.Collection("a", "b").EstimateCountAsync(Token), what);
        Assert.That(garbled!.Failure, Is.EqualTo(MongoFailure.Network), garbled.Message);
        server.Garble = null;
        Assert.That(await client.Collection("a", "b").EstimateCountAsync(Token), Is.EqualTo(3));
    }

    [Test]
    public async Task Whatever_octets_of_an_answer_are_changed_the_client_neither_hangs_nor_breaks()
    {
        var random = new Random(20261129);
        await using var server = new ScriptedServer(command => command.First.NameText is "isMaster" or "hello" ? ScriptedServer.Standalone
            : """{"cursor": {"firstBatch": [{"_id": 1, "text": "something"}], "id": {"$numberLong": "0"}, "ns": "a.b"}, "ok": 1}""");
        server.Garble = (reply, name) =>
        {
            // A length that is too long would only wait for what does not come, as a slow server might make us.
            if (name == "find") reply[random.Next(4, reply.Length)] = (byte)random.Next(256);
            return reply;
        };
        // After each failure half a second would pass before the server is looked at again.
        await using MongoClient client = Connect($"mongodb://{server.Address}/?retryReads=false&serverSelectionTimeoutMS=600000", new HurriedClock());
        int failed = 0;
        for (int round = 0; round < 120; round++)
        {
            try
            {
                await client.Collection("a", "b").FindOneAsync(BsonDocument.Empty, FindOptions.None, Token);
            }
            catch (MongoException)
            {
                failed++;
            }
        }
        Assert.That(failed, Is.Positive);
    }

    [Test]
    public async Task What_goes_along_with_commands_is_what_the_settings_say()
    {
        ConcurrentQueue<BsonDocument> said = [];
        await using var server = new ScriptedServer(command =>
        {
            said.Enqueue(command);
            return command.First.NameText is "isMaster" or "hello"
                ? """{"isWritablePrimary": true, "msg": "isdbgrid", "helloOk": true, "maxWireVersion": 21, "logicalSessionTimeoutMinutes": 30, "ok": 1}"""
                : """{"n": 1, "ok": 1, "$clusterTime": {"clusterTime": {"$timestamp": {"t": 5, "i": 6}}}}""";
        });
        MongoClient client = Connect($"mongodb://{server.Address}/?appName=trial&readConcernLevel=majority&wTimeoutMS=700");
        await client.Collection("a", "b").InsertAsync(BsonDocument.Of("_id"u8, 1), Token);
        await client.Collection("a", "b").InsertAsync(BsonDocument.Of("_id"u8, 2), Token);
        await client.Collection("a", "b").EstimateCountAsync(Token);
        await client.DisposeAsync();

        BsonDocument[] inserts = [.. said.Where(command => command.First.NameText == "insert")];
        BsonDocument concern = inserts[0]["writeConcern"u8].AsDocument();
        Assert.That((concern["w"u8].AsString(), concern["j"u8].AsBoolean(), concern["wtimeout"u8].AsInt32()), Is.EqualTo(("majority", true, 700)));
        Assert.That(inserts.Select(command => command["txnNumber"u8].AsInt64()), Is.EqualTo(new[] { 1L, 2L }));
        Assert.That(inserts[1]["lsid"u8].AsDocument().Octets.ToArray(), Is.EqualTo(inserts[0]["lsid"u8].AsDocument().Octets.ToArray()), "the session is used again");
        Assert.That(inserts[0].Has("$clusterTime"u8), Is.False);
        Assert.That(inserts[1]["$clusterTime"u8].AsDocument()["clusterTime"u8].AsTimestamp(), Is.EqualTo((5UL << 32) | 6));
        BsonDocument count = said.Single(command => command.First.NameText == "count");
        Assert.That(count["readConcern"u8].AsDocument()["level"u8].AsString(), Is.EqualTo("majority"));
        Assert.That(count.Has("txnNumber"u8), Is.False);
        BsonDocument greeting = said.First();
        Assert.That(greeting["helloOk"u8].AsBoolean(), Is.True);
        Assert.That(greeting["client"u8].AsDocument()["application"u8].AsDocument()["name"u8].AsString(), Is.EqualTo("trial"));
        Assert.That(greeting["client"u8].AsDocument()["driver"u8].AsDocument()["name"u8].AsString(), Is.EqualTo("smtpd"));
        Assert.That(said.Count(command => command.First.NameText == "endSessions"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_read_gives_up_sooner_than_a_write_where_no_server_answers()
    {
        var server = new ScriptedServer(command => command.First.NameText is "isMaster" or "hello" ? ScriptedServer.Standalone : """{"n": 3, "ok": 1}""");
        Assert.That(ConnectionString.TryParse($"mongodb://{server.Address}/?serverSelectionTimeoutMS=60000", out MongoConnectionSettings? settings, out _), Is.True);
        await using MongoClient client = new(settings! with { Times = settings!.Times with { Silence = TimeSpan.FromMilliseconds(300) } }, TimeProvider.System, new ListLog());
        Assert.That(await client.Collection("a", "b").EstimateCountAsync(Token), Is.EqualTo(3));
        string address = server.Address;
        await server.DisposeAsync();
        Task<long> first = client.Collection("a", "b").EstimateCountAsync(Token);
        Task write = client.Collection("a", "b").InsertAsync(BsonDocument.Of("_id"u8, 1), Token);
        MongoException? gone = Assert.ThrowsAsync<MongoException>(() => first.WaitAsync(TimeSpan.FromSeconds(30), Token));
        Assert.That(gone!.IsOutage, Is.True, gone.Message);
        MongoException? silent = Assert.ThrowsAsync<MongoException>(() => client.Collection("a", "b").EstimateCountAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token));
        Assert.That(silent!.Message, Does.Contain($"no server answers: {address} is unknown"));
        Assert.That(write.IsCompletedSuccessfully, Is.False);
    }

    [Test]
    public async Task Something_that_is_no_mongodb_server_is_said_to_be_none()
    {
        await using var server = new ScriptedServer(_ => ScriptedServer.Standalone);
        server.Garble = (_, _) => "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray();
        await using MongoClient client = Connect($"mongodb://{server.Address}/?serverSelectionTimeoutMS=700");
        MongoException? none = Assert.ThrowsAsync<MongoException>(() => client.PingAsync(Token));
        Assert.That(none!.Message, Does.Contain("is this a MongoDB server?"));
    }

    private static MongoClient Connect(string text, TimeProvider? clock = null)
    {
        Assert.That(ConnectionString.TryParse(text, out MongoConnectionSettings? settings, out string? problem), Is.True, problem);
        return new MongoClient(settings!, clock ?? TimeProvider.System, new ListLog());
    }
}
