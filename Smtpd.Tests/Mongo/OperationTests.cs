using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Tests.Mongo;

/// <summary>What every MongoDB server must do for us: the stand-in, or the one that <c>SMTPD_TEST_MONGO</c> names.</summary>
[CancelAfter(120_000)]
public sealed class OperationTests
{
    private StandIn _server = null!;
    private MongoClient _client = null!;
    private MongoCollection _mails = null!;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await StandIn.AnyAsync();
        _client = _server.Connect();
        _mails = _client.Collection(_server.Database, "mails");
    }

    [TearDown]
    public Task ClearAsync() => _client.Database(_server.Database).DropAsync(CancellationToken.None);

    [OneTimeTearDown]
    public async Task EndAsync() => await _server.DisposeAsync();

    [Test]
    public async Task A_server_that_is_there_answers_a_ping()
    {
        await _client.PingAsync(Token);
        Assert.That(_client.HasPrimary, Is.True);
    }

    [Test]
    public async Task What_is_inserted_is_found_octet_for_octet()
    {
        BsonDocument document;
        using (var writer = new BsonWriter())
        {
            document = writer.BeginDocument().ObjectId("_id"u8, new MessageId(1, 2, 3)).Utf8("broken"u8, [0xC3, 0x28]).Document("X-A.b"u8, BsonDocument.Of("$x"u8, 1))
                .Binary("raw"u8, [1, 2, 3], BsonWriter.OldBinary).Null("none"u8).Double("d"u8, 0.5).DateTime("when"u8, DateTimeOffset.UnixEpoch).End().ToDocument();
        }
        await _mails.InsertAsync(document, Token);

        BsonDocument? found = await _mails.FindOneAsync(BsonDocument.Of("_id"u8, new MessageId(1, 2, 3)), FindOptions.None, Token);
        Assert.That(found!.Value.Octets.ToArray(), Is.EqualTo(document.Octets.ToArray()));
        Assert.That(await _mails.FindOneAsync(BsonDocument.Of("_id"u8, 7), FindOptions.None, Token), Is.Null);
    }

    [Test]
    public async Task A_cursor_fetches_batch_after_batch_in_order()
    {
        await _mails.InsertAsync(Numbers(1000), true, Token);
        int expected = 999;
        MongoCursor cursor = await _mails.FindAsync(BsonDocument.Empty, new FindOptions { Sort = BsonDocument.Of("_id"u8, -1), BatchSize = 97, Projection = BsonDocument.Of("_id"u8, 1) }, Token);
        await foreach (BsonDocument document in cursor)
        {
            Assert.That(document["_id"u8].AsInt32(), Is.EqualTo(expected--));
            Assert.That(document.Count, Is.EqualTo(1));
        }
        Assert.That(expected, Is.EqualTo(-1));
    }

    [Test]
    public async Task Skip_limit_and_filter_are_kept()
    {
        await _mails.InsertAsync(Numbers(50), true, Token);
        MongoCursor cursor = await _mails.FindAsync(ExtendedJson.Read("""{"_id": {"$gte": 10}}"""), new FindOptions { Sort = BsonDocument.Of("_id"u8, 1), Skip = 5, Limit = 3, BatchSize = 2 }, Token);
        Assert.That((await cursor.ToListAsync()).Select(document => document["_id"u8].AsInt32()), Is.EqualTo(new[] { 15, 16, 17 }));
    }

    [Test]
    public async Task A_cursor_that_is_left_is_closed_on_the_server()
    {
        await _mails.InsertAsync(Numbers(100), true, Token);
        await using MongoCursor cursor = await _mails.FindAsync(BsonDocument.Empty, new FindOptions { BatchSize = 2 }, Token);
        Assert.That(await cursor.MoveNextAsync(), Is.True);
        Assert.That(cursor.Id, Is.Not.Zero);
        long id = cursor.Id;
        await cursor.DisposeAsync();

        using var writer = new BsonWriter();
        BsonDocument more = writer.BeginDocument().Int64("getMore"u8, id).String("collection"u8, "mails").End().ToDocument();
        MongoException? lost = Assert.ThrowsAsync<MongoException>(() => _client.Database(_server.Database).RunCommandAsync(more, Token));
        Assert.That(lost!.Failure, Is.EqualTo(MongoFailure.CursorLost));
    }

    [Test]
    public async Task Counting_is_exact_and_may_end_early()
    {
        await _mails.InsertAsync(Numbers(30), true, Token);
        Assert.That(await _mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(30));
        Assert.That(await _mails.CountAsync(ExtendedJson.Read("""{"_id": {"$lt": 7}}"""), Token), Is.EqualTo(7));
        Assert.That(await _mails.CountAsync(BsonDocument.Empty, Token, limit: 4), Is.EqualTo(4));
        Assert.That(await _mails.CountAsync(BsonDocument.Of("none"u8, 1), Token), Is.Zero);
        Assert.That(await _mails.EstimateCountAsync(Token), Is.EqualTo(30));
    }

    [Test]
    public async Task Aggregation_and_distinct_values()
    {
        await _mails.InsertAsync(Numbers(10), true, Token);
        MongoCursor cursor = await _mails.AggregateAsync(ExtendedJson.Read("""[{"$group": {"_id": "$even", "n": {"$sum": "$_id"}}}, {"$sort": {"_id": 1}}]"""), Token, batchSize: 1);
        List<BsonDocument> groups = await cursor.ToListAsync();
        Assert.That(groups.Select(group => group["n"u8].AsInt32()), Is.EqualTo(new[] { 25, 20 }));
        BsonDocument values = await _mails.DistinctAsync("even", BsonDocument.Empty, Token);
        Assert.That(values.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task Updates_say_what_they_did()
    {
        await _mails.InsertAsync(Numbers(10), true, Token);
        UpdateResult one = await _mails.UpdateAsync(BsonDocument.Of("_id"u8, 3), ExtendedJson.Read("""{"$set": {"read": true}}"""), Token);
        Assert.That((one.Matched, one.Modified, one.HasUpserted), Is.EqualTo((1L, 1L, false)));
        UpdateResult again = await _mails.UpdateAsync(BsonDocument.Of("_id"u8, 3), ExtendedJson.Read("""{"$set": {"read": true}}"""), Token);
        Assert.That((again.Matched, again.Modified), Is.EqualTo((1L, 0L)));
        UpdateResult many = await _mails.UpdateManyAsync(BsonDocument.Empty, ExtendedJson.Read("""{"$inc": {"n": 1}}"""), Token);
        Assert.That(many.Matched, Is.EqualTo(10));
        UpdateResult upsert = await _mails.UpdateAsync([
            new UpdateStatement(BsonDocument.Of("_id"u8, 4), ExtendedJson.Read("""{"$set": {"x": 1}}""")),
            new UpdateStatement(BsonDocument.Of("_id"u8, 77), ExtendedJson.Read("""{"$set": {"x": 1}}""")) { IsUpsert = true }], true, Token);
        Assert.That((upsert.Matched, upsert.Modified, upsert.HasUpserted), Is.EqualTo((1L, 1L, true)));
        Assert.That(upsert.Upserted["0"u8].Exists || upsert.Upserted["1"u8].AsDocument()["_id"u8].AsInt32() == 77, Is.True);
    }

    [Test]
    public async Task Deletions_say_how_many()
    {
        await _mails.InsertAsync(Numbers(10), true, Token);
        Assert.That(await _mails.DeleteAsync(BsonDocument.Of("_id"u8, 3), Token), Is.EqualTo(1));
        Assert.That(await _mails.DeleteAsync(BsonDocument.Of("_id"u8, 3), Token), Is.Zero);
        Assert.That(await _mails.DeleteManyAsync(ExtendedJson.Read("""{"_id": {"$lt": 6}}"""), Token), Is.EqualTo(5));
        Assert.That(await _mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(4));
    }

    [Test]
    public async Task Find_and_modify_gives_the_document_before_or_after()
    {
        await _mails.InsertAsync(Numbers(3), true, Token);
        BsonDocument increment = ExtendedJson.Read("""{"$inc": {"n": 5}}""");
        BsonDocument? before = await _mails.FindAndModifyAsync(new FindAndModify(BsonDocument.Of("_id"u8, 1)) { Update = increment }, Token);
        Assert.That(before!.Value["n"u8].Exists, Is.False);
        BsonDocument? after = await _mails.FindAndModifyAsync(new FindAndModify(BsonDocument.Of("_id"u8, 1)) { Update = increment, ReturnsNew = true }, Token);
        Assert.That(after!.Value["n"u8].AsInt32(), Is.EqualTo(10));
        BsonDocument? removed = await _mails.FindAndModifyAsync(new FindAndModify(BsonDocument.Empty) { IsRemoval = true, Sort = BsonDocument.Of("_id"u8, -1) }, Token);
        Assert.That(removed!.Value["_id"u8].AsInt32(), Is.EqualTo(2));
        Assert.That(await _mails.FindAndModifyAsync(new FindAndModify(BsonDocument.Of("_id"u8, 99)) { Update = increment }, Token), Is.Null);
    }

    [Test]
    public async Task A_key_that_is_there_already_is_named_and_the_others_are_inserted()
    {
        await _mails.InsertAsync(BsonDocument.Of("_id"u8, 2), Token);
        MongoException? twice = Assert.ThrowsAsync<MongoException>(() => _mails.InsertAsync([.. Enumerable.Range(0, 5).Select(i => BsonDocument.Of("_id"u8, i))], false, Token));
        Assert.That(twice!.Failure, Is.EqualTo(MongoFailure.DuplicateKey));
        Assert.That(twice.WriteErrors.Select(error => error.Index), Is.EqualTo(new[] { 2 }));
        Assert.That(twice.Message, Does.StartWith($"insert into {_mails.FullName}"));
        Assert.That(await _mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(5));

        MongoException? ordered = Assert.ThrowsAsync<MongoException>(() => _mails.InsertAsync([.. Enumerable.Range(4, 5).Select(i => BsonDocument.Of("_id"u8, i))], true, Token));
        Assert.That(ordered!.Failure, Is.EqualTo(MongoFailure.DuplicateKey));
        Assert.That(await _mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(5));
    }

    [Test]
    public async Task More_than_one_message_holds_is_sent_in_several()
    {
        byte[] body = new byte[5_000_000];
        BsonDocument[] large = [.. Enumerable.Range(0, 12).Select(i =>
        {
            using var writer = new BsonWriter(body.Length + 100);
            return writer.BeginDocument().Int32("_id"u8, i).Binary("b"u8, body).End().ToDocument();
        })];
        await _mails.InsertAsync(large, true, Token);
        Assert.That(await _mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(12));
        BsonDocument? one = await _mails.FindOneAsync(BsonDocument.Of("_id"u8, 11), FindOptions.None, Token);
        Assert.That(one!.Value["b"u8].AsBinary().Length, Is.EqualTo(body.Length));
    }

    [Test]
    public void A_document_that_is_too_long_is_refused_before_anything_is_sent()
    {
        BsonDocument large;
        using (var writer = new BsonWriter()) large = writer.BeginDocument().Int32("_id"u8, 1).Binary("b"u8, new byte[17 * 1024 * 1024]).End().ToDocument();
        MongoException? refused = Assert.ThrowsAsync<MongoException>(() => _mails.InsertAsync([BsonDocument.Of("_id"u8, 0), large], false, Token));
        Assert.That(refused!.Failure, Is.EqualTo(MongoFailure.Command));
        Assert.That(async () => await _mails.CountAsync(BsonDocument.Empty, Token), Is.Zero);
    }

    [Test]
    public async Task Indexes_are_created_once_listed_and_dropped()
    {
        IndexDefinition[] indexes =
        [
            new("a_1", BsonDocument.Of("a"u8, 1)) { IsUnique = true, PartialFilter = ExtendedJson.Read("""{"a": {"$exists": true}}""") },
            new("words", BsonDocument.Of("words"u8, 1)) { IsSparse = true },
            new("age", BsonDocument.Of("when"u8, 1)) { ExpiresAfter = TimeSpan.FromHours(1) },
        ];
        await _mails.CreateIndexesAsync(indexes, Token);
        await _mails.CreateIndexesAsync(indexes, Token);
        Assert.That((await _mails.ListIndexesAsync(Token)).Select(index => index["name"u8].AsString()), Is.EquivalentTo(new[] { "_id_", "a_1", "words", "age" }));

        await _mails.InsertAsync(BsonDocument.Of("a"u8, 1), Token);
        Assert.ThrowsAsync<MongoException>(() => _mails.InsertAsync(BsonDocument.Of("a"u8, 1), Token));
        await _mails.DropIndexAsync("words", Token);
        await _mails.DropIndexAsync("words", Token);
        Assert.That(await _mails.ListIndexesAsync(Token), Has.Count.EqualTo(3));
        Assert.That(await _client.Collection(_server.Database, "nothing").ListIndexesAsync(Token), Is.Empty);
    }

    [Test]
    public async Task Collections_are_listed_and_dropped()
    {
        await _mails.InsertAsync(BsonDocument.Of("_id"u8, 1), Token);
        await _client.Collection(_server.Database, "users").InsertAsync(BsonDocument.Of("_id"u8, 1), Token);
        MongoCursor all = await _client.Database(_server.Database).ListCollectionsAsync(BsonDocument.Empty, Token);
        Assert.That((await all.ToListAsync()).Select(collection => collection["name"u8].AsString()), Is.EquivalentTo(new[] { "mails", "users" }));
        await _mails.DropAsync(Token);
        await _mails.DropAsync(Token);
        MongoCursor left = await _client.Database(_server.Database).ListCollectionsAsync(BsonDocument.Of("name"u8, "mails"), Token);
        Assert.That(await left.ToListAsync(), Is.Empty);
    }

    [Test]
    public void A_command_that_the_server_does_not_know_says_so()
    {
        MongoException? unknown = Assert.ThrowsAsync<MongoException>(() => _client.Database("admin").RunCommandAsync(BsonDocument.Of("noSuchThing"u8, 1), Token));
        Assert.That(unknown!.Failure, Is.EqualTo(MongoFailure.Command));
        Assert.That(unknown.Code, Is.EqualTo(59));
        Assert.That(unknown.Server, Is.Not.Null);
        Assert.That(unknown.Message, Does.Contain("noSuchThing in admin").And.Contain("code 59"));
    }

    [Test]
    public async Task Many_at_once_share_few_connections()
    {
        MongoCollection mails = _server.Connect("maxPoolSize=3").Collection(_server.Database, "mails");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => mails.InsertAsync(BsonDocument.Of("_id"u8, i), Token)));
        Assert.That(await mails.CountAsync(BsonDocument.Empty, Token), Is.EqualTo(200));
    }

    [Test]
    public async Task An_operation_that_is_called_off_ends_and_leaves_the_client_well()
    {
        using var off = new CancellationTokenSource();
        await off.CancelAsync();
        Assert.That(async () => await _mails.CountAsync(BsonDocument.Empty, off.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await _mails.CountAsync(BsonDocument.Empty, Token), Is.Zero);
    }

    private static BsonDocument[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        using var writer = new BsonWriter();
        return writer.BeginDocument().Int32("_id"u8, i).Boolean("even"u8, i % 2 == 0).End().ToDocument();
    })];
}
