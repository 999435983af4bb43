using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;

namespace Smtpd.Mongo;

/// <summary>A database of a cluster. Cheap to make, and safe for several threads.</summary>
internal sealed class MongoDatabase(ICommandRunner runner, MongoConnectionSettings settings, string name)
{
    public string Name => name;

    public MongoCollection Collection(string collection) => new(runner, settings, name, collection);

    /// <summary>Carries out any command, once, on the primary.</summary>
    /// <param name="doing">For error texts; null: the command's name.</param>
    /// <exception cref="MongoException">It failed, or nobody knows whether it succeeded.</exception>
    public async Task<BsonDocument> RunCommandAsync(BsonDocument command, CancellationToken cancellationToken, string? doing = null, WriteConcern? writeConcern = null)
    {
        var sent = new MongoCommand(name, command, doing ?? $"{command.First.NameText} in {name}") { WriteConcern = writeConcern };
        CommandReply reply = await runner.RunAsync(sent, cancellationToken).ConfigureAwait(false);
        return reply.Document.Has("writeConcernError"u8) ? throw MongoException.FromWriteConcern(reply.Document, sent.Doing, reply.Server) : reply.Document;
    }

    /// <summary>The collections: <c>{name, type, options, ...}</c>.</summary>
    /// <param name="filter">Which; empty: all.</param>
    public async Task<MongoCursor> ListCollectionsAsync(BsonDocument filter, CancellationToken cancellationToken)
    {
        BsonDocument body;
        using (var writer = new BsonWriter())
        {
            writer.BeginDocument().Int32("listCollections"u8, 1);
            if (!filter.IsEmpty) writer.Document("filter"u8, filter);
            body = writer.BeginDocument("cursor"u8).End().End().ToDocument();
        }
        string doing = $"list the collections of {name}";
        var command = new MongoCommand(name, body, doing) { Kind = CommandKind.Read, IsRetryable = settings.RetryReads, KeepsSession = true };
        return new MongoCursor(runner, await runner.RunAsync(command, cancellationToken).ConfigureAwait(false), doing, cancellationToken);
    }

    /// <summary>What changes in any of its collections.</summary>
    public MongoChangeStream Watch(WatchOptions options) => Aggregation.Watch(runner, settings, name, null, options);

    /// <summary>Deletes the database and all that is in it.</summary>
    public Task DropAsync(CancellationToken cancellationToken) =>
        RunCommandAsync(BsonDocument.Of("dropDatabase"u8, 1), cancellationToken, $"drop {name}", settings.WriteConcern);
}
