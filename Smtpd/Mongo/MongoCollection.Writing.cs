using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;

namespace Smtpd.Mongo;

internal sealed partial class MongoCollection
{
    public Task InsertAsync(BsonDocument document, CancellationToken cancellationToken) => InsertAsync([document], true, cancellationToken);

    /// <summary>Inserts documents in as few commands as the server's limits allow. Each should bring its own <c>_id</c>, so that a try can be repeated.</summary>
    /// <param name="isOrdered">True: the first that fails is the last that is tried. False: all are tried.</param>
    /// <exception cref="MongoException"><see cref="MongoException.WriteErrors"/> names those that are not inserted; with <see cref="MongoFailure.DuplicateKey"/> because they are there already.</exception>
    public Task InsertAsync(IReadOnlyList<BsonDocument> documents, bool isOrdered, CancellationToken cancellationToken)
    {
        var octets = new ReadOnlyMemory<byte>[documents.Count];
        for (int i = 0; i < octets.Length; i++) octets[i] = documents[i].Octets;
        return Batches("insert"u8, $"insert into {FullName}", octets, "documents", isOrdered, isRetryable: true).RunAsync(isOrdered, cancellationToken);
    }

    public Task<UpdateResult> UpdateAsync(BsonDocument filter, BsonDocument update, CancellationToken cancellationToken) =>
        UpdateAsync([new UpdateStatement(filter, update)], true, cancellationToken);

    public Task<UpdateResult> UpdateManyAsync(BsonDocument filter, BsonDocument update, CancellationToken cancellationToken) =>
        UpdateAsync([new UpdateStatement(filter, update) { IsMany = true }], true, cancellationToken);

    /// <param name="isOrdered">True: the first that fails is the last that is tried. False: all are tried.</param>
    public async Task<UpdateResult> UpdateAsync(IReadOnlyList<UpdateStatement> statements, bool isOrdered, CancellationToken cancellationToken)
    {
        using var writer = new BsonWriter();
        int[] ends = new int[statements.Count];
        bool isRetryable = true;
        for (int i = 0; i < ends.Length; i++)
        {
            statements[i].Write(writer);
            ends[i] = writer.Length;
            isRetryable &= !statements[i].IsMany;
        }
        WriteBatches batches = Batches("update"u8, $"update {FullName}", Cut(writer.Written, ends), "updates", isOrdered, isRetryable);
        await batches.RunAsync(isOrdered, cancellationToken).ConfigureAwait(false);
        return new UpdateResult(batches.Count - batches.Upserted.Count, batches.Modified, batches.Upserted);
    }

    /// <summary>Deletes the first document that fits.</summary>
    /// <returns>How many: 0 or 1.</returns>
    public Task<long> DeleteAsync(BsonDocument filter, CancellationToken cancellationToken) => DeleteAsync([new DeleteStatement(filter)], true, cancellationToken);

    /// <summary>Deletes every document that fits.</summary>
    /// <returns>How many.</returns>
    public Task<long> DeleteManyAsync(BsonDocument filter, CancellationToken cancellationToken) => DeleteAsync([new DeleteStatement(filter, IsMany: true)], true, cancellationToken);

    /// <param name="isOrdered">True: the first that fails is the last that is tried. False: all are tried.</param>
    /// <returns>How many documents were deleted.</returns>
    public async Task<long> DeleteAsync(IReadOnlyList<DeleteStatement> statements, bool isOrdered, CancellationToken cancellationToken)
    {
        using var writer = new BsonWriter();
        int[] ends = new int[statements.Count];
        bool isRetryable = true;
        for (int i = 0; i < ends.Length; i++)
        {
            statements[i].Write(writer);
            ends[i] = writer.Length;
            isRetryable &= !statements[i].IsMany;
        }
        WriteBatches batches = Batches("delete"u8, $"delete from {FullName}", Cut(writer.Written, ends), "deletes", isOrdered, isRetryable);
        await batches.RunAsync(isOrdered, cancellationToken).ConfigureAwait(false);
        return batches.Count;
    }

    /// <summary>Changes or removes one document and gives it back.</summary>
    /// <returns>Null when none fitted, or when the document as it was is wanted and there was none.</returns>
    public async Task<BsonDocument?> FindAndModifyAsync(FindAndModify change, CancellationToken cancellationToken)
    {
        BsonDocument body;
        using (var writer = new BsonWriter())
        {
            writer.BeginDocument().String("findAndModify"u8, Name);
            change.Write(writer);
            body = writer.End().ToDocument();
        }
        MongoCommand command = Writing(body, $"change a document of {FullName}", isRetryable: true);
        CommandReply reply = await _runner.RunAsync(command, cancellationToken).ConfigureAwait(false);
        if (reply.Document.Has("writeConcernError"u8)) throw MongoException.FromWriteConcern(reply.Document, command.Doing, reply.Server);
        BsonElement value = reply.Document["value"u8];
        return value.Type == BsonType.Document ? value.AsDocument() : null;
    }

    /// <summary>Creates the indexes that are not there yet, and waits until they are built.</summary>
    /// <exception cref="MongoException">One cannot be built, or is there under the same name with other keys.</exception>
    public async Task CreateIndexesAsync(IReadOnlyList<IndexDefinition> indexes, CancellationToken cancellationToken)
    {
        if (indexes.Count == 0) return;
        BsonDocument body;
        using (var writer = new BsonWriter())
        {
            writer.BeginDocument().String("createIndexes"u8, Name).BeginArray("indexes"u8);
            foreach (IndexDefinition index in indexes) index.Write(writer);
            body = writer.End().End().ToDocument();
        }
        MongoCommand command = Writing(body, $"create indexes of {FullName}", isRetryable: false);
        CommandReply reply = await _runner.RunAsync(command, cancellationToken).ConfigureAwait(false);
        if (reply.Document.Has("writeConcernError"u8)) throw MongoException.FromWriteConcern(reply.Document, command.Doing, reply.Server);
    }

    /// <summary>The indexes: <c>{key, name, ...}</c>. None where there is no such collection.</summary>
    public async Task<List<BsonDocument>> ListIndexesAsync(CancellationToken cancellationToken)
    {
        string doing = $"list the indexes of {FullName}";
        BsonDocument body;
        using (var writer = new BsonWriter()) body = writer.BeginDocument().String("listIndexes"u8, Name).BeginDocument("cursor"u8).End().End().ToDocument();
        var command = new MongoCommand(Database, body, doing) { Kind = CommandKind.Read, IsRetryable = _settings.RetryReads, KeepsSession = true };
        try
        {
            CommandReply reply = await _runner.RunAsync(command, cancellationToken).ConfigureAwait(false);
            return await new MongoCursor(_runner, reply, doing, cancellationToken).ToListAsync().ConfigureAwait(false);
        }
        catch (MongoException absent) when (absent.Code == MongoCodes.NamespaceNotFound)
        {
            return [];
        }
    }

    /// <summary>Deletes the index of that name. Nothing happens where there is none.</summary>
    public async Task DropIndexAsync(string index, CancellationToken cancellationToken)
    {
        BsonDocument body;
        using (var writer = new BsonWriter()) body = writer.BeginDocument().String("dropIndexes"u8, Name).String("index"u8, index).End().ToDocument();
        await IgnoringAbsenceAsync(Writing(body, $"drop an index of {FullName}", isRetryable: false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes the collection and all that is in it. Nothing happens where there is none.</summary>
    public Task DropAsync(CancellationToken cancellationToken) =>
        IgnoringAbsenceAsync(Writing(BsonDocument.Of("drop"u8, Name), $"drop {FullName}", isRetryable: false), cancellationToken);

    private async Task IgnoringAbsenceAsync(MongoCommand command, CancellationToken cancellationToken)
    {
        try
        {
            CommandReply reply = await _runner.RunAsync(command, cancellationToken).ConfigureAwait(false);
            if (reply.Document.Has("writeConcernError"u8)) throw MongoException.FromWriteConcern(reply.Document, command.Doing, reply.Server);
        }
        catch (MongoException absent) when (absent.Code is MongoCodes.NamespaceNotFound or MongoCodes.IndexNotFound)
        {
            // What should go is gone.
        }
    }

    private MongoCommand Writing(BsonDocument body, string doing, bool isRetryable) => new(Database, body, doing)
    {
        Kind = CommandKind.Write,
        IsRetryable = isRetryable && _settings.RetryWrites,
        WriteConcern = _settings.WriteConcern,
    };

    private WriteBatches Batches(ReadOnlySpan<byte> name, string doing, IReadOnlyList<ReadOnlyMemory<byte>> writes, string field, bool isOrdered, bool isRetryable)
    {
        using var writer = new BsonWriter();
        BsonDocument body = writer.BeginDocument().String(name, Name).Boolean("ordered"u8, isOrdered).End().ToDocument();
        return new WriteBatches(_runner, Writing(body, doing, isRetryable), writes, field);
    }

    private static ReadOnlyMemory<byte>[] Cut(ReadOnlyMemory<byte> octets, int[] ends)
    {
        var pieces = new ReadOnlyMemory<byte>[ends.Length];
        for (int i = 0, start = 0; i < ends.Length; start = ends[i++]) pieces[i] = octets[start..ends[i]];
        return pieces;
    }
}
