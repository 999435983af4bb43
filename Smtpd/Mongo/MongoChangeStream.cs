using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;

namespace Smtpd.Mongo;

/// <summary>
/// What changes in a collection, a database or the cluster, in order, as the majority has it. It outlives lost connections and new
/// primaries: it goes on behind the last change that was given. Used by one reader at a time.
/// </summary>
internal sealed class MongoChangeStream : IAsyncDisposable
{
    private readonly Func<BsonDocument, CancellationToken, Task<CommandReply>> _open;
    private readonly ICommandRunner _runner;
    private readonly WatchOptions _options;
    private readonly string _doing;
    private MongoCursor? _cursor;
    private ulong _startAt;
    private bool _startsAnew;

    /// <param name="open">Opens a cursor with these settings of the stage <c>$changeStream</c>.</param>
    internal MongoChangeStream(ICommandRunner runner, WatchOptions options, string doing, Func<BsonDocument, CancellationToken, Task<CommandReply>> open)
    {
        _runner = runner;
        _options = options;
        _doing = doing;
        _open = open;
        _startAt = options.StartAt;
        ResumeToken = options.ResumeAfter;
    }

    /// <summary>Behind what was given last: a later stream can go on from here. Empty before anything is known.</summary>
    public BsonDocument ResumeToken { get; private set; }

    /// <summary>Opens the stream, where it is not open, so that no change from now on is missed.</summary>
    /// <exception cref="MongoException">It cannot be opened; with <see cref="MongoFailure.CursorLost"/> because what followed the token is forgotten already.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_cursor is not null) return;
        CommandReply reply = await _open(Stage(), cancellationToken).ConfigureAwait(false);
        _cursor = new MongoCursor(_runner, reply, _doing, CancellationToken.None) { BatchSize = _options.BatchSize, MaxAwait = _options.MaxAwait };
        if (ResumeToken.IsEmpty && _startAt == 0) _startAt = _cursor.OperationTime;
        KeepBatchToken(_cursor);
    }

    /// <summary>The next change; null when there was none for <see cref="WatchOptions.MaxAwait"/>.</summary>
    /// <exception cref="MongoException">The cluster is not there. The stream may be asked again, and will try to go on.</exception>
    public async Task<BsonDocument?> NextAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        MongoCursor cursor = _cursor!;
        if (cursor.MoveInBatch()) return Take(cursor.Current);
        if (cursor.Id == 0)
        {
            // What was watched is gone; something of the same name may come.
            await CloseAsync().ConfigureAwait(false);
            await OpenAsync(cancellationToken).ConfigureAwait(false);
            cursor = _cursor!;
        }
        try
        {
            if (!cursor.MoveInBatch()) await cursor.FetchAsync(cancellationToken).ConfigureAwait(false);
            else return Take(cursor.Current);
        }
        catch (MongoException lost) when (IsResumable(lost))
        {
            await CloseAsync().ConfigureAwait(false);
            await OpenAsync(cancellationToken).ConfigureAwait(false);
            cursor = _cursor!;
        }
        catch
        {
            // The batch that was on its way may be lost: the next call begins anew behind the last change that was given.
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
        if (cursor.MoveInBatch()) return Take(cursor.Current);
        KeepBatchToken(cursor);
        return null;
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private BsonDocument Take(BsonDocument change)
    {
        ResumeToken = change["_id"u8].AsDocument();
        // Behind an invalidation only startAfter goes on.
        _startsAnew = change["operationType"u8].AsUtf8().SequenceEqual("invalidate"u8);
        return change;
    }

    private void KeepBatchToken(MongoCursor cursor)
    {
        if (!cursor.ResumeToken.IsEmpty && !_startsAnew && cursor.IsAtEnd) ResumeToken = cursor.ResumeToken;
    }

    private async ValueTask CloseAsync()
    {
        if (_cursor is not { } cursor) return;
        _cursor = null;
        await cursor.DisposeAsync().ConfigureAwait(false);
    }

    private static bool IsResumable(MongoException lost) =>
        lost.Failure is MongoFailure.Network or MongoFailure.NotPrimary || lost.Code == MongoCodes.CursorNotFound || lost.HasLabel(MongoException.ResumableLabel);

    private BsonDocument Stage()
    {
        using var writer = new BsonWriter();
        writer.BeginDocument();
        if (_options.LooksUp) writer.String("fullDocument"u8, "updateLookup");
        if (!ResumeToken.IsEmpty) writer.Document(_startsAnew ? "startAfter"u8 : "resumeAfter"u8, ResumeToken);
        else if (_startAt != 0) writer.Timestamp("startAtOperationTime"u8, _startAt);
        return writer.End().ToDocument();
    }
}
