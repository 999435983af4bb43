using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;

namespace Smtpd.Mongo;

/// <summary>A collection of documents. Cheap to make, and safe for several threads. Every method throws <see cref="MongoException"/> where the cluster fails it.</summary>
internal sealed partial class MongoCollection
{
    private readonly ICommandRunner _runner;
    private readonly MongoConnectionSettings _settings;

    internal MongoCollection(ICommandRunner runner, MongoConnectionSettings settings, string database, string name)
    {
        _runner = runner;
        _settings = settings;
        Database = database;
        Name = name;
    }

    public string Database { get; }

    public string Name { get; }

    /// <summary>As it stands in error texts and in the server's log: <c>mail.messages</c>.</summary>
    public string FullName => $"{Database}.{Name}";

    /// <summary>The same collection, written to or read from in another way.</summary>
    /// <param name="writeConcern">Null: as before.</param>
    /// <param name="readPreference">Null: as before.</param>
    public MongoCollection With(WriteConcern? writeConcern = null, ReadPreference? readPreference = null) => new(_runner, _settings with
    {
        WriteConcern = writeConcern ?? _settings.WriteConcern,
        ReadPreference = readPreference ?? _settings.ReadPreference,
    }, Database, Name);

    /// <summary>The documents that fit, as far as they are fetched.</summary>
    /// <param name="cancellationToken">For the fetching of further batches too.</param>
    public Task<MongoCursor> FindAsync(BsonDocument filter, FindOptions options, CancellationToken cancellationToken) =>
        OpenAsync(FindBody(filter, options, isSingle: false), $"find in {FullName}", options.BatchSize, cancellationToken);

    /// <summary>The first document that fits; null when none does.</summary>
    public async Task<BsonDocument?> FindOneAsync(BsonDocument filter, FindOptions options, CancellationToken cancellationToken)
    {
        BsonDocument body = FindBody(filter, options with { Limit = 1 }, isSingle: true);
        CommandReply reply = await _runner.RunAsync(Reading(body, $"find in {FullName}"), cancellationToken).ConfigureAwait(false);
        BsonElement first = reply.Document["cursor"u8].AsDocument()["firstBatch"u8].AsDocument().First;
        return first.Exists ? first.AsDocument() : null;
    }

    /// <summary>How many documents fit.</summary>
    /// <param name="limit">Counting ends there; 0: at the end.</param>
    public async Task<long> CountAsync(BsonDocument filter, CancellationToken cancellationToken, long limit = 0)
    {
        BsonDocument body = Aggregation.Body(Name, Write, 0, null);
        CommandReply reply = await _runner.RunAsync(Reading(body, $"count in {FullName}"), cancellationToken).ConfigureAwait(false);
        return reply.Document["cursor"u8].AsDocument()["firstBatch"u8].AsDocument().First.AsDocument()["n"u8].AsInt64();

        // Unlike the command count this is right on a sharded cluster, too, while documents move between shards.
        void Write(BsonWriter writer)
        {
            writer.Document(BsonDocument.Of("$match"u8, filter));
            if (limit > 0) writer.BeginDocument(default).Int64("$limit"u8, limit).End();
            writer.BeginDocument(default).BeginDocument("$group"u8).Int32("_id"u8, 1).BeginDocument("n"u8).Int32("$sum"u8, 1).End().End().End();
        }
    }

    /// <summary>About how many documents there are, from the collection's own statistics: at once, and after a crash not exactly.</summary>
    public async Task<long> EstimateCountAsync(CancellationToken cancellationToken)
    {
        CommandReply reply = await _runner.RunAsync(Reading(BsonDocument.Of("count"u8, Name), $"count in {FullName}"), cancellationToken).ConfigureAwait(false);
        return reply.Document["n"u8].AsInt64();
    }

    /// <summary>The different values of a field.</summary>
    /// <returns>An array.</returns>
    public async Task<BsonDocument> DistinctAsync(string field, BsonDocument filter, CancellationToken cancellationToken)
    {
        BsonDocument body;
        using (var writer = new BsonWriter()) body = writer.BeginDocument().String("distinct"u8, Name).String("key"u8, field).Document("query"u8, filter).End().ToDocument();
        CommandReply reply = await _runner.RunAsync(Reading(body, $"list values in {FullName}"), cancellationToken).ConfigureAwait(false);
        return reply.Document["values"u8].AsDocument();
    }

    /// <param name="pipeline">An array of stages that only read.</param>
    /// <param name="maxTime">How long the server may work on one answer; null: as long as it likes.</param>
    /// <param name="cancellationToken">For the fetching of further batches too.</param>
    public Task<MongoCursor> AggregateAsync(BsonDocument pipeline, CancellationToken cancellationToken, int batchSize = 0, TimeSpan? maxTime = null)
    {
        BsonDocument body = Aggregation.Body(Name, writer => { foreach (BsonElement stage in pipeline) writer.Element(stage); }, batchSize, maxTime);
        return OpenAsync(body, $"aggregate {FullName}", batchSize, cancellationToken);
    }

    private async Task<MongoCursor> OpenAsync(BsonDocument body, string doing, int batchSize, CancellationToken cancellationToken)
    {
        CommandReply reply = await _runner.RunAsync(Reading(body, doing) with { KeepsSession = true }, cancellationToken).ConfigureAwait(false);
        return new MongoCursor(_runner, reply, doing, cancellationToken) { BatchSize = batchSize };
    }

    /// <summary>What changes from now on, or from where the options say.</summary>
    public MongoChangeStream Watch(WatchOptions options) => Aggregation.Watch(_runner, _settings, Database, Name, options);

    private MongoCommand Reading(BsonDocument body, string doing) => new(Database, body, doing)
    {
        Kind = CommandKind.Read,
        IsRetryable = _settings.RetryReads,
        Preference = _settings.ReadPreference,
        ReadConcern = _settings.ReadConcern,
    };

    private BsonDocument FindBody(BsonDocument filter, FindOptions options, bool isSingle)
    {
        using var writer = new BsonWriter();
        writer.BeginDocument().String("find"u8, Name).Document("filter"u8, filter);
        if (!options.Sort.IsEmpty) writer.Document("sort"u8, options.Sort);
        if (!options.Projection.IsEmpty) writer.Document("projection"u8, options.Projection);
        if (!options.Hint.IsEmpty) writer.Document("hint"u8, options.Hint);
        if (options.Skip > 0) writer.Int64("skip"u8, options.Skip);
        if (options.Limit > 0) writer.Int64("limit"u8, options.Limit);
        // One more than can come, so that the server need not keep the cursor open.
        if (options.BatchSize > 0) writer.Int32("batchSize"u8, options.BatchSize == options.Limit ? options.BatchSize + 1 : options.BatchSize);
        if (isSingle) writer.Boolean("singleBatch"u8, true);
        if (options.MaxTime is { } time) writer.Int64("maxTimeMS"u8, (long)time.TotalMilliseconds);
        return writer.End().ToDocument();
    }
}
