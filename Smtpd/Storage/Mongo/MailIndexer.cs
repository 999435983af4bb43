using System.Diagnostics;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Operations;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Writes the words of messages into their documents, behind the mail. Each process sees to its own messages, and to those of others
/// that were left. What goes wrong here concerns searches alone: they look at such messages one by one.
/// </summary>
internal sealed class MailIndexer : IAsyncDisposable
{
    /// <summary>Messages of one slice.</summary>
    private const int SliceMessages = 100;

    /// <summary>While mail comes in, it rests so many times as long as it has worked.</summary>
    private const int RestsOfWork = 12;

    private static readonly TimeSpan _longestRest = TimeSpan.FromSeconds(1);

    /// <summary>When it was woken, so that it is not woken for every message.</summary>
    private static readonly TimeSpan _gathering = TimeSpan.FromMilliseconds(50);

    /// <summary>Without mail, when messages that others left are looked for.</summary>
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan _tryAgain = TimeSpan.FromSeconds(30);

    /// <summary>Whoever took a message writes its words down within this; behind it anybody does.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private static readonly BsonDocument _projection = Documents.Of(bson => bson.Elements(StoredMail.Projection).Int32("smtpd.parts"u8, 1).Int32("content.body"u8, 1).Int32("source"u8, 1));

    private static readonly BsonDocument _originalHeaders = StoredMail.Make("content.headers", "content.body");

    private readonly StoreCollection _mails;
    private readonly MailSources _sources;
    private readonly MailWriter _writer;
    private readonly Log _log;
    private readonly SemaphoreSlim _woken = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _isAsleep;
    private long _noticed;
    private bool _isTroubled;

    public MailIndexer(StoreCollection mails, MailSources sources, MailWriter writer, Log log)
    {
        (_mails, _sources, _writer, _log) = (mails, sources, writer, log);
        _running = Task.Run(RunAsync);
    }

    /// <summary>There is new mail. Called by the writer behind each commit, so it does next to nothing.</summary>
    public void Notice()
    {
        Volatile.Write(ref _noticed, Stopwatch.GetTimestamp());
        if (Volatile.Read(ref _isAsleep) != 0 && Interlocked.Exchange(ref _isAsleep, 0) != 0) _woken.Release();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    await FollowAsync().ConfigureAwait(false);
                }
                catch (StoreException failure)
                {
                    // Once when it begins: the store itself says when the server is not there.
                    if (!_isTroubled) _log.Warn($"search: words cannot be written down for now: {failure.Message}");
                    _isTroubled = true;
                    await SleepAsync(_tryAgain).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops, maybe while it waits for a server.
        }
        catch (Exception fault)
        {
            _log.Error($"search: words are not written down any more: {fault}");
        }
    }

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            long began = Stopwatch.GetTimestamp();
            int done = await IndexSliceAsync(_stop.Token).ConfigureAwait(false);
            _isTroubled = false;
            if (done == 0)
            {
                Volatile.Write(ref _isAsleep, 1);
                await SleepAsync(_quiet).ConfigureAwait(false);
                Volatile.Write(ref _isAsleep, 0);
                await Task.Delay(_gathering, _stop.Token).ConfigureAwait(false);
                continue;
            }
            TimeSpan worked = Stopwatch.GetElapsedTime(began), rest = worked * RestsOfWork;
            bool comesMail = Stopwatch.GetElapsedTime(Volatile.Read(ref _noticed)) < _longestRest;
            if (comesMail && done == SliceMessages) await Task.Delay(rest < _longestRest ? rest : _longestRest, _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task SleepAsync(TimeSpan atMost) => await _woken.WaitAsync(atMost, _stop.Token).ConfigureAwait(false);

    /// <summary>Writes down the words of some messages, the newest first.</summary>
    /// <returns>How many.</returns>
    private async Task<int> IndexSliceAsync(CancellationToken cancellation)
    {
        var keys = new List<MessageId>();
        MongoCursor waiting = await _mails.OpenAsync(Documents.Of(bson => bson.Boolean("unindexed"u8, true)),
            new FindOptions { Projection = StoredMail.Make("smtpd.size"), Sort = Documents.NewestFirst, BatchSize = 10 * SliceMessages }, cancellation).ConfigureAwait(false);
        await using (waiting.ConfigureAwait(false))
        {
            long octets = 0;
            while (keys.Count < SliceMessages && octets < MailDocumentWriter.MostOctets && await StoreCollection.MoveNextAsync(waiting).ConfigureAwait(false))
            {
                if (!waiting.Current["_id"u8].TryObjectId(out MessageId key) || !IsMeant(key, waiting.Current)) continue;
                keys.Add(key);
                octets += waiting.Current["smtpd"u8].AsDocument()["size"u8].AsInt64();
            }
        }
        if (keys.Count == 0) return 0;
        var updates = new List<UpdateStatement>();
        List<BsonDocument> documents = await _mails.FindAllAsync(Documents.Of(bson => bson.In("_id"u8, keys)), new FindOptions { Projection = _projection }, cancellation).ConfigureAwait(false);
        foreach (BsonDocument document in documents)
        {
            if (StoredMail.Read(document) is not { } mail) continue;
            HashSet<string>? words = await WordsAsync(mail, document, cancellation).ConfigureAwait(false);
            updates.Add(new UpdateStatement(BsonDocument.Of("_id"u8, mail.Key), Documents.Of(bson => WriteWords(bson, words))));
        }
        if (updates.Count > 0) await _mails.UpdateAsync(updates, cancellation).ConfigureAwait(false);
        return keys.Count;
    }

    private bool IsMeant(MessageId key, BsonDocument document) =>
        _writer.IsOurs(key) || !document.Has("smtpd"u8) || DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(key.Seconds) > _patience;

    /// <summary>Null when there are too many to be written down.</summary>
    private async Task<HashSet<string>?> WordsAsync(StoredMail mail, BsonDocument document, CancellationToken cancellation)
    {
        BsonDocument whole = document;
        if (!mail.IsOwn) whole = await _mails.FindOneAsync(BsonDocument.Of("_id"u8, mail.Key), _originalHeaders, cancellation).ConfigureAwait(false) ?? document;
        Stream source = _sources.Open(whole);
        await using (source.ConfigureAwait(false))
        {
            PartTree parts = MailSources.PartsIn(document) ?? MailSources.Scan(OriginalSource.Read(whole["content"u8].AsDocument()));
            SearchDocument searched = SearchDocument.Of(mail.Summary, parts, MailScope.Everything);
            try
            {
                await SearchReader.ReadBodyAsync(source, parts, searched, cancellation).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException)
            {
                // It was deleted meanwhile, or is damaged: then it is looked at whenever it may match.
                _log.Trace($"search: message {mail.Summary.Id}: {failure.Message}");
                return null;
            }
            return SearchKeys.Of(searched);
        }
    }

    private static void WriteWords(BsonWriter bson, HashSet<string>? words)
    {
        if (words is null)
        {
            // Not looked for again, and passed by no search.
            bson.BeginDocument("$set"u8).String("unindexed"u8, "wordy").End();
            return;
        }
        bson.BeginDocument("$set"u8).BeginArray("words"u8);
        foreach (string word in words) bson.String(default, word);
        bson.End().End().BeginDocument("$unset"u8).String("unindexed"u8, "").End();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
        _woken.Dispose();
    }
}
