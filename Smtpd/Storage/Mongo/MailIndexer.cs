using System.Diagnostics;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Operations;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Writes the words of messages into their documents, behind the mail. Each process remembers which it has stored and sees to those; where
/// it has none it looks for what others have left. What goes wrong here concerns searches alone: they look at such messages one by one.
/// </summary>
internal sealed class MailIndexer : IAsyncDisposable
{
    /// <summary>Messages of one slice.</summary>
    private const int SliceMessages = 100;

    /// <summary>Own messages that are remembered. Of more the oldest become those that were left.</summary>
    private const int MostRemembered = 100_000;

    /// <summary>Of so many that were left a slice is taken by chance, so that several processes seldom take the same.</summary>
    private const int LeftMessages = 10 * SliceMessages;

    /// <summary>While mail comes in, it rests so many times as long as it has worked.</summary>
    private const int RestsOfWork = 12;

    private static readonly TimeSpan _longestRest = TimeSpan.FromSeconds(1);

    /// <summary>When it was woken, so that it is not woken for every message.</summary>
    private static readonly TimeSpan _gathering = TimeSpan.FromMilliseconds(50);

    /// <summary>How often messages that others left are looked for.</summary>
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan _tryAgain = TimeSpan.FromSeconds(30);

    /// <summary>Whoever took a message writes its words down within this; behind it anybody does.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private static readonly BsonDocument _projection = Documents.Of(bson => bson.Elements(StoredMail.Projection).Int32("smtpd.parts"u8, 1).Int32("content.body"u8, 1).Int32("source"u8, 1));

    private static readonly BsonDocument _originalHeaders = StoredMail.Make("content.headers", "content.body");

    private static readonly BsonDocument _size = StoredMail.Make("content.size");

    private readonly StoreCollection _mails;
    private readonly MailSources _sources;
    private readonly Lock _lock = new();
    private readonly List<Waiting> _own = [];
    private readonly Log _log;
    private readonly SemaphoreSlim _woken = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _isAsleep;
    private long _noticed;
    private long _looked;
    private bool _isTroubled;

    private readonly record struct Waiting(MessageId Key, long Octets);

    public MailIndexer(StoreCollection mails, MailSources sources, Log log)
    {
        (_mails, _sources, _log) = (mails, sources, log);
        _running = Task.Run(RunAsync);
    }

    /// <summary>There is new mail. Called by the writer behind each commit, so it does next to nothing.</summary>
    public void Notice(IReadOnlyList<ReceivedMail> batch)
    {
        lock (_lock)
        {
            foreach (ReceivedMail mail in batch) _own.Add(new Waiting(mail.Id, mail.Body.Length));
            if (_own.Count > 2 * MostRemembered) _own.RemoveRange(0, _own.Count - MostRemembered);
        }
        Volatile.Write(ref _noticed, Stopwatch.GetTimestamp());
        Wake();
    }

    /// <summary>Messages of the original have got their entries. Those that just came are not left to whoever looks for old ones.</summary>
    public void Adopted(IEnumerable<BsonDocument> documents)
    {
        lock (_lock)
        {
            foreach (BsonDocument document in documents)
                if (WaitingOf(document) is { } one && one.Key > LeftBefore()) _own.Add(one);
        }
        Wake();
    }

    private void Wake()
    {
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
            List<Waiting> slice = TakeOwn();
            if (slice.Count == 0 && (_looked == 0 || Stopwatch.GetElapsedTime(_looked) > _quiet))
            {
                slice = await FindLeftAsync(_stop.Token).ConfigureAwait(false);
                if (slice.Count == 0) _looked = Stopwatch.GetTimestamp();
            }
            if (slice.Count == 0)
            {
                Volatile.Write(ref _isAsleep, 1);
                if (!HasOwn) await SleepAsync(_quiet).ConfigureAwait(false);
                Volatile.Write(ref _isAsleep, 0);
                await Task.Delay(_gathering, _stop.Token).ConfigureAwait(false);
                continue;
            }
            await IndexAsync(slice, _stop.Token).ConfigureAwait(false);
            _isTroubled = false;
            TimeSpan worked = Stopwatch.GetElapsedTime(began), rest = worked * RestsOfWork;
            bool comesMail = Stopwatch.GetElapsedTime(Volatile.Read(ref _noticed)) < _longestRest;
            if (comesMail && slice.Count == SliceMessages) await Task.Delay(rest < _longestRest ? rest : _longestRest, _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task SleepAsync(TimeSpan atMost) => await _woken.WaitAsync(atMost, _stop.Token).ConfigureAwait(false);

    private bool HasOwn
    {
        get
        {
            lock (_lock) return _own.Count > 0;
        }
    }

    /// <summary>The newest first: searches look at those that wait, and at the newest of them alone.</summary>
    private List<Waiting> TakeOwn()
    {
        lock (_lock)
        {
            int first = _own.Count;
            for (long octets = 0; first > 0 && _own.Count - first < SliceMessages && octets < MailDocumentWriter.MostOctets;) octets += _own[--first].Octets;
            List<Waiting> slice = _own[first..];
            _own.RemoveRange(first, slice.Count);
            return slice;
        }
    }

    private async Task<List<Waiting>> FindLeftAsync(CancellationToken cancellation)
    {
        BsonDocument left = Documents.Of(bson => bson.Boolean("unindexed"u8, true).BeginDocument("_id"u8).ObjectId("$lt"u8, LeftBefore()).End());
        List<BsonDocument> documents = await _mails.FindAllAsync(left, new FindOptions { Projection = _size, Sort = Documents.NewestFirst, Limit = LeftMessages }, cancellation).ConfigureAwait(false);
        var slice = new List<Waiting>();
        long octets = 0;
        int first = documents.Count > SliceMessages ? Random.Shared.Next(documents.Count - SliceMessages) : 0;
        foreach (BsonDocument document in documents.Skip(first))
        {
            if (WaitingOf(document) is { } one) slice.Add(one);
            octets += slice.Count > 0 ? slice[^1].Octets : 0;
            if (slice.Count == SliceMessages || octets > MailDocumentWriter.MostOctets) break;
        }
        return slice;
    }

    /// <summary>Null for what is no message.</summary>
    private static Waiting? WaitingOf(BsonDocument document) =>
        document["_id"u8].TryObjectId(out MessageId key) ? new Waiting(key, document["content"u8].AsDocument()["size"u8].AsInt64()) : null;

    /// <summary>The ids of messages that whoever took them should have seen to.</summary>
    private static MessageId LeftBefore() => new((uint)(DateTimeOffset.UtcNow - _patience).ToUnixTimeSeconds(), 0, 0);

    /// <summary>Writes down the words of messages.</summary>
    private async Task IndexAsync(List<Waiting> slice, CancellationToken cancellation)
    {
        var updates = new List<UpdateStatement>();
        BsonDocument filter = Documents.Of(bson => bson.In("_id"u8, slice.Select(one => one.Key)).Boolean("unindexed"u8, true));
        List<BsonDocument> documents = await _mails.FindAllAsync(filter, new FindOptions { Projection = _projection }, cancellation).ConfigureAwait(false);
        foreach (BsonDocument document in documents)
        {
            if (StoredMail.Read(document) is not { } mail) continue;
            BsonDocument update = await ReadAsync(mail, document, cancellation).ConfigureAwait(false);
            updates.Add(new UpdateStatement(BsonDocument.Of("_id"u8, mail.Key), update));
        }
        if (updates.Count > 0) await _mails.UpdateAsync(updates, cancellation).ConfigureAwait(false);
    }

    /// <returns>What to write into the document: the words, and of a message of the original how its text begins, which it does not say.</returns>
    private async Task<BsonDocument> ReadAsync(StoredMail mail, BsonDocument document, CancellationToken cancellation)
    {
        BsonDocument whole = document;
        ScannedMessage? scanned = null;
        if (!mail.IsOwn)
        {
            whole = await _mails.FindOneAsync(BsonDocument.Of("_id"u8, mail.Key), _originalHeaders, cancellation).ConfigureAwait(false) ?? document;
            scanned = MailSources.Scan(whole);
        }
        Stream source = _sources.Open(whole);
        await using (source.ConfigureAwait(false))
        {
            PartTree parts = scanned?.Parts ?? MailSources.PartsIn(document) ?? MailSources.Scan(whole).Parts;
            SearchDocument searched = SearchDocument.Of(mail.Summary, parts, MailScope.Everything);
            HashSet<string>? words = null;
            try
            {
                await SearchReader.ReadBodyAsync(source, parts, searched, cancellation).ConfigureAwait(false);
                words = SearchKeys.Of(searched);
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException)
            {
                // It was deleted meanwhile, or is damaged: then it is looked at whenever it may match.
                _log.Trace($"search: message {mail.Summary.Id}: {failure.Message}");
            }
            return WordsAndSnippet(words, scanned?.Snippet);
        }
    }

    /// <param name="words">Null when there are too many to be written down.</param>
    private static BsonDocument WordsAndSnippet(HashSet<string>? words, string? snippet)
    {
        using var bson = new BsonWriter();
        bson.BeginDocument().BeginDocument("$set"u8);
        if (snippet is { Length: > 0 }) bson.String("snippet"u8, snippet);
        if (words is null)
        {
            // Not looked for again, and passed by no search.
            return bson.String("unindexed"u8, "wordy").End().End().ToDocument();
        }
        bson.BeginArray("words"u8);
        foreach (string word in words) bson.String(default, word);
        return bson.End().End().BeginDocument("$unset"u8).String("unindexed"u8, "").End().End().ToDocument();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
        _woken.Dispose();
    }
}
