using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Commands;

/// <summary>Writes <c>aggregate</c>, by itself and for change streams.</summary>
internal static class Aggregation
{
    /// <param name="collection">Null: the database as a whole.</param>
    /// <param name="writeStages">Writes the stages into the array that is open.</param>
    public static BsonDocument Body(string? collection, Action<BsonWriter> writeStages, int batchSize, TimeSpan? maxTime)
    {
        using var writer = new BsonWriter();
        writer.BeginDocument();
        if (collection is null) writer.Int32("aggregate"u8, 1);
        else writer.String("aggregate"u8, collection);
        writer.BeginArray("pipeline"u8);
        writeStages(writer);
        writer.End().BeginDocument("cursor"u8);
        if (batchSize > 0) writer.Int32("batchSize"u8, batchSize);
        writer.End();
        if (maxTime is { } time) writer.Int64("maxTimeMS"u8, (long)time.TotalMilliseconds);
        return writer.End().ToDocument();
    }

    /// <param name="collection">Null: all of the database.</param>
    public static MongoChangeStream Watch(ICommandRunner runner, MongoConnectionSettings settings, string database, string? collection, WatchOptions options)
    {
        string doing = collection is null ? $"watch {database}" : $"watch {database}.{collection}";
        return new MongoChangeStream(runner, options, doing, OpenAsync);

        Task<CommandReply> OpenAsync(BsonDocument stage, CancellationToken cancellationToken)
        {
            BsonDocument body = Body(collection, Write, options.BatchSize, null);
            return runner.RunAsync(new MongoCommand(database, body, doing)
            {
                Kind = CommandKind.Read,
                IsRetryable = settings.RetryReads,
                Preference = settings.ReadPreference,
                // The stream tells what the majority has, and nothing else can be asked for.
                ReadConcern = settings.ReadConcern is null ? null : WriteConcern.MajorityMode,
                KeepsSession = true,
            }, cancellationToken);

            void Write(BsonWriter writer)
            {
                writer.Document(BsonDocument.Of("$changeStream"u8, stage));
                foreach (BsonElement more in options.Pipeline) writer.Element(more);
            }
        }
    }
}
