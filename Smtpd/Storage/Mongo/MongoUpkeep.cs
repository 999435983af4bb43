using System.Diagnostics;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Operations;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// What is done beside the mail: indexes at the start, entries for messages of the original, files that were broken off, how big the
/// database is, and whether the server is there again after it was not. Nothing of it stops anything.
/// </summary>
internal sealed class MongoUpkeep : IAsyncDisposable
{
    /// <summary>Messages of the original that get their entries at once.</summary>
    private const int SliceMessages = 500;

    /// <summary>Users who are named when several see no mail.</summary>
    private const int MostNamed = 5;

    private static readonly BsonDocument _projection = Documents.Of(bson => bson.Elements(StoredMail.EntriesProjection).Int32("content.size"u8, 1));

    private static readonly TimeSpan _tryAgain = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked whether the original, or another program, has added messages.</summary>
    private static readonly TimeSpan _round = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _cleaning = TimeSpan.FromHours(1);

    private readonly MongoClient _client;
    private readonly MongoStoreSettings _settings;
    private readonly StoreCollection _mails;
    private readonly MailboxNames _names;
    private readonly MailFiles _files;
    private readonly MailIndexer _indexer;
    private readonly MongoUsers _users;
    private readonly Func<string, StoreCollection> _collection;
    private readonly Log _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _prepared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private Task _recovery = Task.CompletedTask;
    private volatile string? _trouble;
    private long _size;

    public MongoUpkeep(MongoClient client, MongoStoreSettings settings, StoreCollection mails, MailboxNames names, MailFiles files, MailIndexer indexer, MongoUsers users, Func<string, StoreCollection> collection, Log log)
    {
        (_client, _settings, _mails, _names, _files, _indexer, _users, _collection, _log) = (client, settings, mails, names, files, indexer, users, collection, log);
        _running = Task.Run(RunAsync);
    }

    /// <summary>See <see cref="IMailStore.Trouble"/>.</summary>
    public string? Trouble => _trouble;

    /// <summary>Octets of the database as it was last looked at; 0 before.</summary>
    public long SizeInBytes => Volatile.Read(ref _size);

    /// <summary>Completes when the indexes are there, or could not be made, and all messages have entries.</summary>
    public Task Prepared => _prepared.Task;

    /// <summary>Mail could not be stored. It is refused until the server answers again.</summary>
    public void Failed(StoreException failure)
    {
        lock (_lock)
        {
            if (failure.InnerException is MongoException { IsOutage: false } || _trouble is not null) return;
            _trouble = failure.Message;
            _recovery = Task.Run(RecoverAsync);
        }
    }

    private async Task RecoverAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _client.PingAsync(_stop.Token).ConfigureAwait(false);
                _trouble = null;
                return;
            }
            catch (MongoException)
            {
                // It is said in Trouble; nothing is new.
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await WaitAsync(_tryAgain).ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            bool areIndexed = false;
            long cleaned = 0;
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    if (!areIndexed) await PrepareAsync().ConfigureAwait(false);
                    areIndexed = true;
                    await AdoptAsync().ConfigureAwait(false);
                    _prepared.TrySetResult();
                    await MeasureAsync().ConfigureAwait(false);
                    if (cleaned == 0 || Stopwatch.GetElapsedTime(cleaned) > _cleaning)
                    {
                        int files = await _files.CleanAsync(DateTimeOffset.UtcNow, _stop.Token).ConfigureAwait(false);
                        if (files > 0) _log.Info($"store: deleted {files} files of messages that were broken off");
                        cleaned = Stopwatch.GetTimestamp();
                    }
                }
                catch (StoreException failure)
                {
                    _log.Trace($"store: upkeep is put off: {failure.Message}");
                }
                await WaitAsync(areIndexed ? _round : _tryAgain).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
        catch (Exception fault)
        {
            _log.Error($"store: upkeep has stopped: {fault}");
        }
    }

    private async Task WaitAsync(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Whoever waits looks whether to stop.
        }
    }

    private async Task PrepareAsync()
    {
        foreach ((string collection, IReadOnlyList<IndexDefinition> indexes) in MongoIndexes.All(_settings.Collection))
        {
            // One by one: what stands in one's way need not stand in the others'.
            foreach (IndexDefinition index in indexes)
            {
                try
                {
                    await _collection(collection).Inner.CreateIndexesAsync([index], _stop.Token).ConfigureAwait(false);
                }
                catch (MongoException failure) when (!failure.IsOutage)
                {
                    _log.Warn($"store: the index {index.Name} of {collection} cannot be made, so that some things will be slow: {failure.Message}");
                }
                catch (MongoException failure)
                {
                    throw StoreCollection.Translate(failure);
                }
            }
        }
        TellOf(await _users.ListWithoutMailAsync(MostNamed + 1, _stop.Token).ConfigureAwait(false));
    }

    /// <param name="users">The original's, who see no mail.</param>
    private void TellOf(List<BsonDocument> users)
    {
        if (users.Count == 0) return;
        string names = string.Join(", ", users.Take(MostNamed).Select(user => user["username"u8].AsString())) + (users.Count > MostNamed ? " and others" : "");
        _log.Warn($"users: {names}, who saw all mail with the original, see none until it is said what is theirs: smtpd user set NAME --mailbox ADDRESS, or --domain DOMAIN, or --superuser for all");
    }

    /// <summary>Gives messages of the original the entries by which mailboxes see them.</summary>
    private async Task AdoptAsync()
    {
        var options = new FindOptions { Projection = _projection, Sort = Documents.NewestFirst, Limit = SliceMessages };
        // By the index of mailboxes, in which only messages without entries have nothing.
        BsonDocument without = Documents.Of(bson => bson.Null("deliveries.mailbox"u8).Exists("deliveries"u8, false));
        while (await _mails.FindAllAsync(without, options, _stop.Token).ConfigureAwait(false) is { Count: > 0 } slice)
        {
            var updates = new List<UpdateStatement>();
            var mailboxes = new HashSet<string>(StringComparer.Ordinal);
            foreach (BsonDocument document in slice)
            {
                if (document["_id"u8].Type != BsonType.ObjectId) continue;
                List<DeliveryEntry> entries = DeliveryEntry.ReadAll(document);
                mailboxes.UnionWith(entries.Select(entry => entry.Mailbox));
                updates.Add(MailEdits.Adopt(document, entries));
            }
            await _names.NoteAsync(mailboxes, _stop.Token).ConfigureAwait(false);
            if (updates.Count == 0 || (await _mails.UpdateAsync(updates, _stop.Token).ConfigureAwait(false)).Matched == 0) return;
            _indexer.Adopted(slice);
        }
    }

    private async Task MeasureAsync()
    {
        try
        {
            BsonDocument stats = await _client.Database(_settings.Database).RunCommandAsync(BsonDocument.Of("dbStats"u8, 1), _stop.Token).ConfigureAwait(false);
            Volatile.Write(ref _size, stats["storageSize"u8].AsInt64() + stats["indexSize"u8].AsInt64());
        }
        catch (MongoException failure)
        {
            // Some are not allowed to ask.
            _log.Trace($"store: the size of the database is not known: {failure.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _recovery.ConfigureAwait(false);
        _prepared.TrySetResult();
        _stop.Dispose();
    }
}
