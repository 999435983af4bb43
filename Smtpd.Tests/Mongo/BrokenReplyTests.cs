using System.Globalization;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Tests.Mongo.Unified;

namespace Smtpd.Tests.Mongo;

/// <summary>Answers that are lost, half-written, or cut after every single octet.</summary>
[CancelAfter(300_000)]
public sealed class BrokenReplyTests
{
    private const string Quick = "heartbeatFrequencyMS=500&serverSelectionTimeoutMS=60000";

    private static readonly BsonDocument _stored = ExtendedJson.Read("""{"_id": -1, "text": "something to read", "list": [1, 2, 3]}""");

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    /// <summary>They are hurt side by side.</summary>
    private const int Servers = 3;

    /// <summary>After each cut the client waits half a second before it looks at the server again. Ten times as fast the rest has its usual time.</summary>
    private const string Hurried = "heartbeatFrequencyMS=500&serverSelectionTimeoutMS=600000";

    [Test]
    public async Task An_answer_to_a_write_that_is_cut_at_any_octet_is_asked_for_again_and_the_write_is_done_once()
    {
        int[] places = [.. Enumerable.Range(0, 400).Where(octets => octets < 60 || octets % 7 == 0)];
        await OnEachAsync(StandInOptions.ReplicaSet, places, async (server, mails, octets) =>
        {
            await server.ControlAsync($$"""{"cutReplyAt": 1, "bytes": {{octets}}, "times": 1, "commands": ["insert"]}""");
            await mails.InsertAsync(BsonDocument.Of("_id"u8, octets), Token);
            Assert.That(await mails.CountAsync(BsonDocument.Of("_id"u8, octets), Token), Is.EqualTo(1), $"cut at {octets}");
        });
    }

    [Test]
    public async Task An_answer_to_a_query_that_is_cut_at_any_octet_is_asked_for_again_and_is_right()
    {
        await OnEachAsync(StandInOptions.Standalone, [.. Enumerable.Range(0, 260)], async (server, mails, octets) =>
        {
            await server.ControlAsync($$"""{"cutReplyAt": 1, "bytes": {{octets}}, "times": 1, "commands": ["find"]}""");
            BsonDocument? found = await mails.FindOneAsync(BsonDocument.Of("_id"u8, -1), FindOptions.None, Token);
            Assert.That(found!.Value.Octets.ToArray(), Is.EqualTo(_stored.Octets.ToArray()), $"cut at {octets}");
        });
    }

    [Test]
    public async Task Where_nothing_is_asked_again_a_cut_answer_is_an_error_that_names_server_and_operation()
    {
        await OnEachAsync(StandInOptions.Standalone, [.. Enumerable.Range(0, 44)], async (server, mails, octets) =>
        {
            await server.ControlAsync($$"""{"cutReplyAt": 1, "bytes": {{octets}}, "times": 1, "commands": ["insert"]}""");
            MongoException? cut = Assert.ThrowsAsync<MongoException>(() => mails.InsertAsync(BsonDocument.Of("_id"u8, octets), Token));
            Assert.That(cut!.Failure, Is.EqualTo(MongoFailure.Network), cut.Message);
            Assert.That(cut.Message, Does.StartWith($"insert into {mails.FullName} on 127.0.0.1:{server.Ports[0].ToString(CultureInfo.InvariantCulture)}"));
            Assert.That(cut.IsUncertain, Is.True);
            await Task.CompletedTask;
        });
    }

    /// <summary>Does it for every place, on several servers at once, each of which has its share of the places.</summary>
    private static Task OnEachAsync(StandInOptions options, int[] places, Func<StandIn, MongoCollection, int, Task> act) => Task.WhenAll(places.Chunk((places.Length + Servers - 1) / Servers).Select(share => Task.Run(async () =>
    {
        await using StandIn server = await StandIn.StartAsync(options);
        MongoCollection mails = server.Connect(Hurried, clock: new HurriedClock()).Collection(server.Database, "mails");
        await mails.InsertAsync(_stored, Token);
        foreach (int place in share) await act(server, mails, place);
    })));

    [Test]
    public async Task Two_answers_lost_in_a_row_are_an_error_and_no_third_try()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet);
        MongoCollection mails = server.Connect(Quick).Collection(server.Database, "mails");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, -1), Token);
        await server.ControlAsync("""{"cutReplyAt": 1, "bytes": 20, "times": 2, "commands": ["insert"]}""");
        MongoException? lost = Assert.ThrowsAsync<MongoException>(() => mails.InsertAsync(BsonDocument.Of("_id"u8, 0), Token));
        Assert.That(lost!.Failure, Is.EqualTo(MongoFailure.Network));
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(2), "it was done, though nobody could say so");
    }

    [Test]
    public async Task A_write_whose_answer_is_lost_is_known_again_by_its_number()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet);
        MongoCollection mails = server.Connect(Quick).Collection(server.Database, "mails");
        await mails.InsertAsync(ExtendedJson.Read("""{"_id": 1, "n": 0}"""), Token);
        await server.FailAsync("""["update"]""", "\"closeAfterExecute\": true");
        UpdateResult result = await mails.UpdateAsync(BsonDocument.Of("_id"u8, 1), ExtendedJson.Read("""{"$inc": {"n": 1}}"""), Token);
        Assert.That(result.Modified, Is.EqualTo(1));
        await server.FailAsync("""["findAndModify"]""", "\"closeAfterExecute\": true");
        BsonDocument? after = await mails.FindAndModifyAsync(new FindAndModify(BsonDocument.Empty) { Update = ExtendedJson.Read("""{"$inc": {"n": 1}}"""), ReturnsNew = true }, Token);
        Assert.That(after!.Value["n"u8].AsInt32(), Is.EqualTo(2));
        Assert.That((await server.StatusAsync())["deduplicated"u8].AsInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task An_update_of_many_documents_is_never_sent_twice()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet);
        MongoCollection mails = server.Connect(Quick).Collection(server.Database, "mails");
        await mails.InsertAsync([BsonDocument.Of("_id"u8, 1), BsonDocument.Of("_id"u8, 2)], true, Token);
        await server.FailAsync("""["update"]""", "\"closeAfterExecute\": true");
        MongoException? lost = Assert.ThrowsAsync<MongoException>(() => mails.UpdateManyAsync(BsonDocument.Empty, ExtendedJson.Read("""{"$inc": {"n": 1}}"""), Token));
        Assert.That(lost!.Failure, Is.EqualTo(MongoFailure.Network));
        Assert.That(await mails.CountAsync(BsonDocument.Of("n"u8, 1), Token), Is.EqualTo(2));
    }

    [Test]
    public async Task A_greeting_that_is_cut_at_any_octet_is_tried_again()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.Standalone);
        for (int octets = 0; octets < 60; octets += 3)
        {
            await server.ControlAsync($$"""{"cutReplyAt": 1, "bytes": {{octets}}, "times": 2, "commands": ["isMaster", "ismaster", "hello"]}""");
            MongoClient client = server.Connect(Hurried, clock: new HurriedClock());
            await client.PingAsync(Token);
        }
    }

    [Test]
    public async Task What_the_write_concern_misses_is_an_error_that_says_that_the_write_was_done()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet);
        MongoCollection mails = server.Connect(Quick).Collection(server.Database, "mails");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 0), Token);
        await server.FailAsync("""["insert"]""", "\"writeConcernError\": {\"code\": 64, \"codeName\": \"WriteConcernFailed\", \"errmsg\": \"waiting for replication timed out\"}");
        MongoException? unsafeWrite = Assert.ThrowsAsync<MongoException>(() => mails.InsertAsync(BsonDocument.Of("_id"u8, 1), Token));
        Assert.That(unsafeWrite!.Failure, Is.EqualTo(MongoFailure.WriteConcern));
        Assert.That(unsafeWrite.Code, Is.EqualTo(64));
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(2));

        await server.DownAsync(1, 60_000);
        await server.DownAsync(2, 60_000);
        MongoCollection impatient = mails.With(new WriteConcern(null, WriteConcern.MajorityMode, true, TimeSpan.FromMilliseconds(300)));
        unsafeWrite = Assert.ThrowsAsync<MongoException>(() => impatient.InsertAsync(BsonDocument.Of("_id"u8, 2), Token));
        Assert.That(unsafeWrite!.Failure, Is.EqualTo(MongoFailure.WriteConcern));
    }

    [Test]
    public async Task A_write_that_the_next_primary_may_not_have_is_sent_again()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet);
        MongoCollection mails = server.Connect(Quick).Collection(server.Database, "mails");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 0), Token);
        await server.FailAsync("""["insert"]""", "\"writeConcernError\": {\"code\": 91, \"codeName\": \"ShutdownInProgress\", \"errmsg\": \"shutting down\"}, \"errorLabels\": [\"RetryableWriteError\"]");
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 1), Token);
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(2));
    }

    [Test]
    public async Task A_cursor_that_the_server_has_forgotten_is_an_error_of_its_own_kind()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.Standalone);
        MongoCollection mails = server.Connect(Quick).Collection(server.Database, "mails");
        await mails.InsertAsync([.. Enumerable.Range(0, 9).Select(i => BsonDocument.Of("_id"u8, i))], true, Token);
        await server.FailAsync("""["getMore"]""", "\"errorCode\": 43");
        await using MongoCursor cursor = await mails.FindAsync(BsonDocument.Empty, new FindOptions { BatchSize = 3 }, Token);
        for (int i = 0; i < 3; i++) Assert.That(await cursor.MoveNextAsync(), Is.True);
        MongoException? forgotten = Assert.ThrowsAsync<MongoException>(async () => await cursor.MoveNextAsync());
        Assert.That(forgotten!.Failure, Is.EqualTo(MongoFailure.CursorLost));
    }
}
