using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Tests.Mongo;

/// <summary>Following what others write.</summary>
[CancelAfter(180_000)]
public sealed class ChangeStreamTests
{
    private const string Quick = "heartbeatFrequencyMS=500&serverSelectionTimeoutMS=60000";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Changes_are_told_in_order_and_none_is_lost_or_told_twice_while_the_primary_moves()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet);
        MongoCollection mails = server.Connect(Quick).Collection(server.Database, "mails");
        await using MongoChangeStream stream = server.Connect(Quick).Collection(server.Database, "mails").Watch(new WatchOptions { MaxAwait = TimeSpan.FromMilliseconds(200) });
        await stream.OpenAsync(Token);
        List<int> told = [];
        for (int i = 0; i < 20; i++)
        {
            if (i % 5 == 4) await server.StepDownAsync();
            if (i == 7) await server.FailAsync("""["getMore"]""", "\"errorCode\": 43");
            if (i == 12) await server.FailAsync("""["getMore"]""", "\"closeConnection\": true");
            await mails.InsertAsync(BsonDocument.Of("_id"u8, i), Token);
            while (told.Count <= i) if (await stream.NextAsync(Token) is { } change) told.Add(change["documentKey"u8].AsDocument()["_id"u8].AsInt32());
        }
        Assert.That(told, Is.EqualTo(Enumerable.Range(0, 20)));
    }

    [Test]
    public async Task A_later_stream_goes_on_behind_the_token_of_an_earlier_one()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.ReplicaSet with { Members = 1 });
        MongoClient client = server.Connect(Quick);
        MongoCollection mails = client.Collection(server.Database, "mails");
        BsonDocument token;
        await using (MongoChangeStream first = client.Database(server.Database).Watch(new WatchOptions { MaxAwait = TimeSpan.FromMilliseconds(100) }))
        {
            Assert.That(await first.NextAsync(Token), Is.Null, "nothing has changed yet");
            await mails.InsertAsync(BsonDocument.Of("_id"u8, 1), Token);
            while (await first.NextAsync(Token) is null) { }
            token = first.ResumeToken;
        }
        await mails.InsertAsync(BsonDocument.Of("_id"u8, 2), Token);
        await mails.UpdateAsync(BsonDocument.Of("_id"u8, 1), ExtendedJson.Read("""{"$set": {"a": 1}}"""), Token);
        await using MongoChangeStream second = mails.Watch(new WatchOptions { ResumeAfter = token, LooksUp = true, Pipeline = ExtendedJson.Read("""[{"$match": {"operationType": "update"}}]""") });
        BsonDocument? change = null;
        while (change is null) change = await second.NextAsync(Token);
        Assert.That(change.Value["operationType"u8].AsString(), Is.EqualTo("update"));
        Assert.That(change.Value["fullDocument"u8].AsDocument()["a"u8].AsInt32(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_server_without_change_streams_says_so()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.Standalone);
        await using MongoChangeStream stream = server.Connect().Collection(server.Database, "mails").Watch(WatchOptions.None);
        MongoException? none = Assert.ThrowsAsync<MongoException>(() => stream.NextAsync(Token));
        Assert.That(none!.Failure, Is.EqualTo(MongoFailure.Command));
        Assert.That(none.Code, Is.EqualTo(40573));
    }
}
