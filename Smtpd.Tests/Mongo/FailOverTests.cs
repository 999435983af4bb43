using System.Diagnostics;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mongo;

/// <summary>A replica set whose primary moves, disappears, freezes and comes back.</summary>
[CancelAfter(180_000)]
public sealed class FailOverTests
{
    private const string Quick = "heartbeatFrequencyMS=500&serverSelectionTimeoutMS=60000&connectTimeoutMS=3000";

    private StandIn _server = null!;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await StandIn.StartAsync(StandInOptions.ReplicaSet);

    [TearDown]
    public async Task ResetAsync()
    {
        await _server.CloseClientsAsync();
        await _server.ControlAsync("""{"standinReset": 1}""", member: 1);
    }

    [OneTimeTearDown]
    public async Task EndAsync() => await _server.DisposeAsync();

    [Test]
    public async Task Writes_go_on_when_the_primary_moves()
    {
        MongoClient client = _server.Connect(Quick);
        MongoCollection mails = client.Collection(_server.Database, "mails");
        for (int i = 0; i < 30; i++)
        {
            if (i % 10 == 5) await _server.StepDownAsync();
            await mails.InsertAsync(BsonDocument.Of("_id"u8, i), Token);
        }
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(30));
    }

    [Test]
    public async Task A_write_waits_for_the_next_primary()
    {
        MongoCollection mails = _server.Connect(Quick).Collection(_server.Database, "mails");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 0), Token);
        await _server.StepDownAsync(milliseconds: 2000);
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 1), Token);
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(2));
    }

    [Test]
    public async Task Without_a_primary_the_error_says_what_is_known_of_each_member()
    {
        MongoClient client = _server.Connect("heartbeatFrequencyMS=500&serverSelectionTimeoutMS=1500");
        await client.PingAsync(Token);
        await _server.ControlAsync("""{"standinNoPrimary": 1}""");
        MongoException? none = Assert.ThrowsAsync<MongoException>(() => client.Collection(_server.Database, "mails").InsertAsync(BsonDocument.Of("_id"u8, 0), Token));
        Assert.That(none!.Failure, Is.EqualTo(MongoFailure.NotPrimary).Or.EqualTo(MongoFailure.NoServer));
        none = Assert.ThrowsAsync<MongoException>(() => client.Collection(_server.Database, "mails").InsertAsync(BsonDocument.Of("_id"u8, 0), Token));
        Assert.That(none!.Failure, Is.EqualTo(MongoFailure.NoServer));
        Assert.That(none.IsOutage, Is.True);
        foreach (int port in _server.Ports) Assert.That(none.Message, Does.Contain($"127.0.0.1:{port} is secondary"));
        Assert.That(client.HasPrimary, Is.False);
    }

    [Test]
    public async Task A_member_that_is_gone_is_replaced_and_found_again_when_it_is_back()
    {
        MongoClient client = _server.Connect(Quick);
        MongoCollection mails = client.Collection(_server.Database, "mails");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 0), Token);
        await _server.DownAsync(0, 3000, from: 1);
        await _server.StepDownAsync(to: 1, member: 1);
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 1), Token);
        await Eventually.HoldsAsync(() => client.Topology.Servers.Values.All(server => server.IsMember), "all three members are known again", StandIn.Deadline);
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(2));
    }

    [Test]
    public async Task A_primary_that_freezes_holds_nobody_up_for_ever()
    {
        MongoClient client = _server.Connect("heartbeatFrequencyMS=500&connectTimeoutMS=1000&serverSelectionTimeoutMS=60000");
        MongoCollection mails = client.Collection(_server.Database, "mails");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 0), Token);
        await _server.ControlAsync("""{"standinFreeze": 1, "ms": 30000, "member": 0}""", member: 1);
        Task write = mails.InsertAsync(BsonDocument.Of("_id"u8, 1), Token);
        await _server.StepDownAsync(to: 2, member: 1);
        var since = Stopwatch.StartNew();
        await write;
        Assert.That(since.Elapsed, Is.LessThan(TimeSpan.FromSeconds(25)), "the write did not wait for the frozen member to wake up");
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(2));
    }

    [Test]
    public async Task A_server_that_does_not_answer_in_time_is_an_error_that_says_so()
    {
        MongoCollection mails = _server.Connect("socketTimeoutMS=500&retryWrites=false").Collection(_server.Database, "mails");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 0), Token);
        await _server.FailAsync("""["insert"]""", "\"blockConnection\": true, \"blockTimeMS\": 3000");
        MongoException? late = Assert.ThrowsAsync<MongoException>(() => mails.InsertAsync(BsonDocument.Of("_id"u8, 1), Token));
        Assert.That(late!.Failure, Is.EqualTo(MongoFailure.Timeout));
        Assert.That(late.IsUncertain, Is.True);
        Assert.That(late.Message, Does.Contain("socketTimeoutMS"));
    }

    [Test]
    public async Task An_operation_has_a_limit_of_its_own_where_the_settings_give_one()
    {
        MongoCollection mails = _server.Connect("timeoutMS=700").Collection(_server.Database, "mails");
        await mails.CountAsync(BsonDocument.Empty, Token);
        await _server.FailAsync("""["aggregate"]""", "\"blockConnection\": true, \"blockTimeMS\": 5000");
        MongoException? late = Assert.ThrowsAsync<MongoException>(() => mails.CountAsync(BsonDocument.Empty, Token));
        Assert.That(late!.Failure, Is.EqualTo(MongoFailure.Timeout));
        Assert.That(late.Message, Does.Contain("timeoutMS"));
    }

    [TestCase(10107, "NotWritablePrimary")]
    [TestCase(13435, "NotPrimaryNoSecondaryOk")]
    [TestCase(11602, "InterruptedDueToReplStateChange")]
    [TestCase(91, "ShutdownInProgress")]
    [TestCase(189, "PrimarySteppedDown")]
    public async Task A_server_that_is_no_longer_primary_is_asked_what_it_is_and_the_write_is_sent_again(int code, string name)
    {
        MongoClient client = _server.Connect(Quick);
        MongoCollection mails = client.Collection(_server.Database, "mails");
        await client.PingAsync(Token);
        await _server.FailAsync("""["insert"]""", $"\"errorCode\": {code}, \"errorLabels\": [\"RetryableWriteError\"]");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, code), Token);
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(1), name);
    }

    [Test]
    public async Task Secondaries_answer_reads_where_that_is_wanted()
    {
        MongoCollection mails = _server.Connect("readPreference=secondary&" + Quick).Collection(_server.Database, "mails");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 0), Token);
        MongoCursor cursor = await mails.FindAsync(BsonDocument.Empty, FindOptions.None, Token);
        Assert.That(await cursor.ToListAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task One_member_that_is_asked_directly_answers_reads_whatever_it_is()
    {
        await _server.Connect(Quick).Collection(_server.Database, "mails").InsertAsync(BsonDocument.Of("_id"u8, 0), Token);
        MongoClient direct = _server.Connect("directConnection=true", members: [2]);
        MongoCollection mails = direct.Collection(_server.Database, "mails");
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(1));
        MongoException? no = Assert.ThrowsAsync<MongoException>(() => mails.InsertAsync(BsonDocument.Of("_id"u8, 1), Token));
        Assert.That(no!.Failure, Is.EqualTo(MongoFailure.NotPrimary));
    }

    [Test]
    public async Task Members_that_nobody_named_are_found_and_another_sets_name_is_refused()
    {
        MongoClient client = _server.Connect(Quick, members: [1]);
        await client.PingAsync(Token);
        Assert.That(client.Topology.Servers, Has.Count.EqualTo(3));

        MongoClient other = _server.Connect("replicaSet=other&serverSelectionTimeoutMS=700&directConnection=true", members: [0]);
        MongoException? wrong = Assert.ThrowsAsync<MongoException>(() => other.PingAsync(Token));
        Assert.That(wrong!.Message, Does.Contain("rs0"));
    }

    [Test]
    public async Task A_cursor_dies_with_its_server_and_says_so()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet);
        MongoCollection mails = server.Connect(Quick).Collection(server.Database, "mails");
        await mails.InsertAsync([.. Enumerable.Range(0, 20).Select(i => BsonDocument.Of("_id"u8, i))], true, Token);
        await using MongoCursor cursor = await mails.FindAsync(BsonDocument.Empty, new FindOptions { BatchSize = 5 }, Token);
        for (int i = 0; i < 5; i++) Assert.That(await cursor.MoveNextAsync(), Is.True);
        await server.DownAsync(0, 60_000, from: 1);
        MongoException? lost = Assert.ThrowsAsync<MongoException>(async () => await cursor.MoveNextAsync());
        Assert.That(lost!.Failure, Is.EqualTo(MongoFailure.Network).Or.EqualTo(MongoFailure.CursorLost).Or.EqualTo(MongoFailure.NoServer));
        Assert.That(await cursor.MoveNextAsync(), Is.False);
    }

    [Test]
    public async Task A_client_whose_servers_are_not_there_yet_begins_when_they_are()
    {
        await _server.DownAsync(0, 2500, from: 1);
        await _server.DownAsync(2, 2500, from: 1);
        MongoClient client = _server.Connect(Quick, members: [0, 2]);
        await client.PingAsync(Token);
        Assert.That(client.HasPrimary, Is.True);
    }

    [Test]
    public async Task A_server_that_stays_away_is_named_with_the_reason()
    {
        int nobody = Posix.FreePort();
        Assert.That(Smtpd.Mongo.ConnectionString.TryParse($"mongodb://127.0.0.1:{nobody}/?serverSelectionTimeoutMS=500", out MongoConnectionSettings? settings, out _), Is.True);
        await using var client = new MongoClient(settings!, TimeProvider.System, _server.Log);
        MongoException? gone = Assert.ThrowsAsync<MongoException>(() => client.PingAsync(Token));
        Assert.That(gone!.Failure, Is.EqualTo(MongoFailure.NoServer));
        Assert.That(gone.Message, Does.Contain($"127.0.0.1:{nobody} is unknown").And.Contain("refused"));
    }
}
