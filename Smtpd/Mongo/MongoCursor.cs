using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;
using Smtpd.Mongo.Sessions;

namespace Smtpd.Mongo;

/// <summary>
/// The documents that a query gives, fetched batch by batch as they are wanted. To be disposed of, which tells the server when not all
/// were fetched. What was read stays valid.
/// </summary>
internal sealed class MongoCursor : IAsyncDisposable
{
    /// <summary>How long the end of a cursor waits for the server.</summary>
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(2);

    private readonly ICommandRunner _runner;
    private readonly MongoHost _server;
    private readonly string _database;
    private readonly string _collection;
    private readonly string _doing;
    private readonly CancellationToken _cancellationToken;
    private ServerSession? _session;
    private BsonDocument.Enumerator _batch;

    /// <param name="reply">To a command that opens a cursor.</param>
    internal MongoCursor(ICommandRunner runner, CommandReply reply, string doing, CancellationToken cancellationToken)
    {
        _runner = runner;
        _server = reply.Server;
        _session = reply.Session;
        _doing = doing;
        _cancellationToken = cancellationToken;
        BsonDocument cursor = reply.Document["cursor"u8].AsDocument();
        (_database, _collection) = Split(cursor["ns"u8].AsString() ?? "");
        Take(reply.Document, "firstBatch"u8);
    }

    public BsonDocument Current { get; private set; }

    /// <summary>The server's name for what it still has; 0 when it has no more.</summary>
    public long Id { get; private set; }

    /// <summary>So many documents are asked for at once; 0: as the server likes.</summary>
    public int BatchSize { get; init; }

    /// <summary>How long the server waits for more, where the cursor has no end; null: it has one.</summary>
    public TimeSpan? MaxAwait { get; init; }

    /// <summary>True when the batch at hand is used up, or was empty.</summary>
    internal bool IsAtEnd
    {
        get
        {
            BsonDocument.Enumerator ahead = _batch;
            return !ahead.MoveNext();
        }
    }

    /// <summary>Where a change stream goes on after this batch; empty for other cursors.</summary>
    public BsonDocument ResumeToken { get; private set; }

    /// <summary>The server's clock when it answered last; 0 where it has none.</summary>
    public ulong OperationTime { get; private set; }

    /// <exception cref="MongoException">The next batch could not be fetched. What was given before is right, and there will be no more.</exception>
    public async ValueTask<bool> MoveNextAsync()
    {
        while (!MoveInBatch())
        {
            if (Id == 0) return false;
            await FetchAsync(_cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    public MongoCursor GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return this;
    }

    /// <summary>All that is left.</summary>
    public async Task<List<BsonDocument>> ToListAsync()
    {
        List<BsonDocument> documents = [];
        while (await MoveNextAsync().ConfigureAwait(false)) documents.Add(Current);
        await DisposeAsync().ConfigureAwait(false);
        return documents;
    }

    /// <summary>False when the batch at hand is used up.</summary>
    internal bool MoveInBatch()
    {
        if (!_batch.MoveNext()) return false;
        Current = _batch.Current.AsDocument();
        return true;
    }

    /// <summary>Asks for the next batch, which may be empty.</summary>
    internal async Task FetchAsync(CancellationToken cancellationToken)
    {
        MongoCommand command = Command(More());
        long id = Id;
        // Whatever goes wrong from here on, nobody knows any more where the cursor stands.
        Id = 0;
        CommandReply reply = await _runner.RunAsync(command, cancellationToken).ConfigureAwait(false);
        Id = id;
        Take(reply.Document, "nextBatch"u8);
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is null && Id == 0) return;
        long id = Id;
        Id = 0;
        try
        {
            using var limit = new CancellationTokenSource(KillTime);
            if (id != 0) await _runner.RunAsync(Command(Kill(id)), limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MongoException or OperationCanceledException)
        {
            // A server that cannot be told forgets the cursor by itself after ten minutes.
        }
        finally
        {
            _runner.Release(_session);
            _session = null;
        }
    }

    private void Take(BsonDocument reply, ReadOnlySpan<byte> field)
    {
        BsonDocument cursor = reply["cursor"u8].AsDocument();
        Id = cursor["id"u8].AsInt64();
        _batch = cursor[field].AsDocument().GetEnumerator();
        if (cursor["postBatchResumeToken"u8] is { Exists: true } token) ResumeToken = token.AsDocument();
        if (reply["operationTime"u8].AsTimestamp() is not 0 and var time) OperationTime = time;
        if (Id != 0) return;
        _runner.Release(_session);
        _session = null;
    }

    private MongoCommand Command(BsonDocument body) => new(_database, body, _doing) { Server = _server, Session = _session, Waits = MaxAwait ?? TimeSpan.Zero };

    private BsonDocument More()
    {
        using var writer = new BsonWriter();
        writer.BeginDocument().Int64("getMore"u8, Id).String("collection"u8, _collection);
        if (BatchSize > 0) writer.Int32("batchSize"u8, BatchSize);
        if (MaxAwait is { } time) writer.Int64("maxTimeMS"u8, (long)time.TotalMilliseconds);
        return writer.End().ToDocument();
    }

    private BsonDocument Kill(long id)
    {
        using var writer = new BsonWriter();
        return writer.BeginDocument().String("killCursors"u8, _collection).BeginArray("cursors"u8).Int64(default, id).End().End().ToDocument();
    }

    private static (string Database, string Collection) Split(string name)
    {
        int dot = name.IndexOf('.');
        return dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
    }
}
