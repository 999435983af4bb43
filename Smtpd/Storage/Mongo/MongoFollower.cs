using System.Text;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Operations;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Tells the feed what other processes do to the mail: by a change stream, or, where the server has none, by looking for new messages every
/// two seconds. What this process did it has told already. While nobody listens nothing is followed, so that a process which only takes mail
/// is not told about that of all others.
/// </summary>
internal sealed class MongoFollower : IAsyncDisposable
{
    private static readonly TimeSpan _tryAgain = TimeSpan.FromSeconds(2);

    /// <summary>How often it is looked whether somebody listens.</summary>
    private static readonly TimeSpan _glance = TimeSpan.FromMilliseconds(250);

    /// <summary>Ids are ordered to the second, and clocks of several machines are apart: so far back it is looked again.</summary>
    private static readonly TimeSpan _overlap = TimeSpan.FromSeconds(30);

    private readonly StoreCollection _mails;
    private readonly MailWriter _writer;
    private readonly MailEdits _edits;
    private readonly MailFeed _feed;
    private readonly Log _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public MongoFollower(StoreCollection mails, MailWriter writer, MailEdits edits, MailFeed feed, Log log)
    {
        (_mails, _writer, _edits, _feed, _log) = (mails, writer, edits, feed, log);
        _running = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        try
        {
            bool isLate = await ListenersAsync().ConfigureAwait(false);
            while (await WatchAsync(isLate).ConfigureAwait(false)) isLate = await ListenersAsync().ConfigureAwait(false);
            _log.Info($"store: {_mails.Name} has no change stream, so news of other processes are looked for every {_tryAgain.TotalSeconds:0} seconds");
            while (true)
            {
                await PollAsync(isLate).ConfigureAwait(false);
                isLate = await ListenersAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
        catch (Exception fault)
        {
            _log.Error($"store: news of other processes are not told any more: {fault}");
        }
    }

    /// <summary>Waits until somebody listens.</summary>
    /// <returns>True when nobody did before: what happened meanwhile was not followed.</returns>
    private async Task<bool> ListenersAsync()
    {
        bool isLate = false;
        for (; !_feed.HasListeners; isLate = true) await Task.Delay(_glance, _stop.Token).ConfigureAwait(false);
        return isLate;
    }

    /// <summary>Follows as long as somebody listens.</summary>
    /// <param name="isLate">True to say that lists are better read again, once nothing is missed any more.</param>
    /// <returns>False when the server has no change streams.</returns>
    private async Task<bool> WatchAsync(bool isLate)
    {
        await using MongoChangeStream changes = _mails.Inner.Watch(new WatchOptions { Pipeline = Pipeline });
        while (_feed.HasListeners)
        {
            try
            {
                await changes.OpenAsync(_stop.Token).ConfigureAwait(false);
                if (isLate) _feed.Publish(new MailEvent(MailEventKind.Reload, default));
                isLate = false;
                if (await changes.NextAsync(_stop.Token).ConfigureAwait(false) is { } change) Tell(change);
            }
            catch (MongoException failure) when (failure.Failure == MongoFailure.CursorLost)
            {
                _log.Warn($"store: news of other processes were lost: {failure.Message}");
                _feed.Publish(new MailEvent(MailEventKind.Reload, default));
                return true;
            }
            catch (MongoException failure) when (failure.IsOutage)
            {
                await Task.Delay(_tryAgain, _stop.Token).ConfigureAwait(false);
            }
            catch (MongoException failure)
            {
                _log.Trace($"store: no change stream: {failure.Message}");
                return false;
            }
        }
        return true;
    }

    private void Tell(BsonDocument change)
    {
        if (!_feed.HasListeners) return;
        MessageId key = change["documentKey"u8].AsDocument()["_id"u8].AsObjectId();
        switch (change["operationType"u8].AsString())
        {
            case "insert":
                if (!_writer.IsOurs(key) && StoredMail.Read(change["fullDocument"u8].AsDocument()) is { } mail) TellNew(mail);
                break;
            case "update" or "replace":
                BsonDocument fields = change["updateDescription"u8].AsDocument()["updatedFields"u8].AsDocument();
                if (!_edits.IsOurs(fields["changed"u8].AsBinary().Span)) TellChanged(key, fields);
                break;
            case "delete":
                if (!_edits.WasDeletedHere(key)) _feed.Publish(new MailEvent(MailEventKind.Deleted, key));
                break;
            default:
                _feed.Publish(new MailEvent(MailEventKind.Reload, default));
                break;
        }
    }

    private void TellNew(StoredMail mail) =>
        _feed.Publish(new MailEvent(MailEventKind.New, mail.Summary.Id, mail.Summary) { Mailboxes = [.. mail.Entries.Select(entry => entry.Mailbox)] });

    /// <summary>Another program that knows nothing of entries sets the marks of all; what changed of entries a list tells best.</summary>
    private void TellChanged(MessageId key, BsonDocument fields)
    {
        if (fields.Has("deliveries"u8) || !(fields.Has("unread"u8) || fields.Has("starred"u8))) _feed.Publish(new MailEvent(MailEventKind.Reload, default));
        else
        {
            bool? read = fields.Has("unread"u8) ? !fields["unread"u8].AsBoolean() : null, starred = fields.Has("starred"u8) ? fields["starred"u8].AsBoolean() : null;
            _feed.Publish(new MailEvent(MailEventKind.Changed, key) { Marks = new Marks(read, starred) });
        }
    }

    /// <summary>Only what lists show travels, and nothing of the words and entries that are written behind the mail.</summary>
    private static BsonDocument Pipeline { get; } = Documents.ArrayOf(stages =>
    {
        stages.BeginDocument(default).BeginDocument("$match"u8).BeginArray("$or"u8);
        stages.BeginDocument(default).BeginDocument("operationType"u8).BeginArray("$nin"u8).String(default, "update").End().End().End();
        foreach (string field in (ReadOnlySpan<string>)["changed", "unread", "starred"])
            stages.BeginDocument(default).Exists(Encoding.ASCII.GetBytes($"updateDescription.updatedFields.{field}"), true).End();
        stages.End().End().End();
        stages.BeginDocument(default).BeginDocument("$project"u8).Int32("operationType"u8, 1).Int32("documentKey"u8, 1);
        foreach (string field in (ReadOnlySpan<string>)["changed", "unread", "starred", "deliveries"]) stages.Int32(Encoding.ASCII.GetBytes($"updateDescription.updatedFields.{field}"), 1);
        stages.Int32("fullDocument._id"u8, 1);
        foreach (BsonElement field in StoredMail.Projection) stages.Int32(Encoding.ASCII.GetBytes($"fullDocument.{field.NameText}"), 1);
        stages.End().End();
    });

    private async Task PollAsync(bool isLate)
    {
        // What was told, by id, with those that were there before.
        var known = new Dictionary<MessageId, DateTimeOffset>();
        bool isFirst = true;
        while (_feed.HasListeners)
        {
            try
            {
                DateTimeOffset now = DateTimeOffset.UtcNow;
                var since = new MessageId((uint)(now - _overlap).ToUnixTimeSeconds(), 0, 0);
                BsonDocument filter = Documents.Of(bson => bson.BeginDocument("_id"u8).ObjectId("$gt"u8, since).End());
                var options = new FindOptions { Projection = StoredMail.Projection, Sort = Documents.OnlyKey };
                foreach (BsonDocument document in await _mails.FindAllAsync(filter, options, _stop.Token).ConfigureAwait(false))
                {
                    if (StoredMail.Read(document) is not { } mail || !known.TryAdd(mail.Key, now) || isFirst || _writer.IsOurs(mail.Key)) continue;
                    TellNew(mail);
                }
                foreach (MessageId old in known.Where(one => now - one.Value > 2 * _overlap).Select(one => one.Key).ToList()) known.Remove(old);
                isFirst = false;
                if (isLate) _feed.Publish(new MailEvent(MailEventKind.Reload, default));
                isLate = false;
            }
            catch (StoreException failure)
            {
                _log.Trace($"store: news of other processes are not known now: {failure.Message}");
            }
            await Task.Delay(_tryAgain, _stop.Token).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }
}
