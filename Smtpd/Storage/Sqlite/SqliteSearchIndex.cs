using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage.Search;
using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// Keeps the index of words behind the mail, on a thread of its own that yields to everybody. What goes wrong here concerns searches
/// alone: they look at the newest messages one by one.
/// </summary>
internal sealed partial class SqliteSearchIndex : IAsyncDisposable
{
    /// <summary>
    /// Added to the thread's nice value: about a tenth of a usual thread's share where processors are short. Not the lowest, because
    /// the garbage collector has to wait for every thread that it stops.
    /// </summary>
    private const int Niceness = 10;

    /// <summary>Messages and octets of one transaction.</summary>
    private const int SliceMessages = 1000;
    private const long SliceOctets = 8 * 1024 * 1024;

    /// <summary>Messages and octets that are held at once.</summary>
    private const int HeldMessages = 50;
    private const long HeldOctets = 1024 * 1024;

    /// <summary>While mail comes in, so many times as long as it has worked.</summary>
    private const int RestsOfWork = 12;

    /// <summary>The same while the program uses more than half a processor: then mail comes in as fast as it can be taken.</summary>
    private const int RestsInFlood = 40;

    /// <summary>
    /// Between two slices while mail comes in: each is written as lists of words of its own, which are merged later, so that few large
    /// ones cost far less than many small ones. A search looks through what is not in the index yet one by one.
    /// </summary>
    private static readonly TimeSpan _shortestRest = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan _longestRest = TimeSpan.FromSeconds(2);

    /// <summary>When it was woken, so that it is not woken for every message.</summary>
    private static readonly TimeSpan _gathering = TimeSpan.FromMilliseconds(20);

    /// <summary>Without mail, when deleted messages are looked for.</summary>
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _tryAgain = TimeSpan.FromSeconds(30);

    private readonly Func<Func<SqliteConnection, long>, long> _number;
    private readonly SqliteStore _store;
    private readonly string _path;
    private readonly Log _log;
    private readonly Wakeup _wakeup = new();
    private readonly ManualResetEventSlim _stopping = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private long _noticed;
    private long _reached = -1;
    private int _asleep;
    private volatile SqliteReaders? _readers;
    private volatile string? _damage;
    private bool _isTroubled;
    private TimeSpan _lastUsed;
    private long _lastRest = Stopwatch.GetTimestamp();

    public SqliteSearchIndex(SqliteStore store, string path, Log log)
    {
        (_store, _path, _log) = (store, path, log);
        _number = query => store.Query(query);
    }

    /// <summary>Reads the index; null when there is none yet.</summary>
    public SqliteReaders? Readers => _readers;

    public string FilePath => _path;

    /// <summary>The number of the newest message whose words are in the index; -1 while that is not known.</summary>
    public long Reached => Volatile.Read(ref _reached);

    /// <summary>Begins to follow the mail, unless that was begun.</summary>
    public void Start()
    {
        if (Volatile.Read(ref _thread) is not null) return;
        lock (_gate)
        {
            if (_thread is not null || _stopping.IsSet) return;
            var thread = new Thread(Run) { Name = "Smtpd search", IsBackground = true };
            thread.Start();
            Volatile.Write(ref _thread, thread);
        }
    }

    /// <summary>There is new mail. Called by the writer behind each commit, so it does next to nothing.</summary>
    public void Notice()
    {
        Volatile.Write(ref _noticed, _noticed + 1);
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0) _wakeup.Signal();
    }

    /// <summary>A search could not read the index: it is made anew.</summary>
    public void Damaged(string what)
    {
        _damage = what;
        if (Interlocked.Exchange(ref _asleep, 0) != 0) _wakeup.Signal();
    }

    private void Run()
    {
        // On Linux 0 names the calling thread. Without it the thread is only less considerate.
        _ = SetPriority(which: 0, who: 0, Niceness);
        while (!_stopping.IsSet)
        {
            try
            {
                Follow();
            }
            catch (Exception failure) when (IsDamage(failure))
            {
                _readers?.Dispose();
                _readers = null;
                Volatile.Write(ref _reached, -1);
                SqliteSearchFile.Delete(_path);
                _log.Warn($"search: {_path} is damaged ({failure.Message}) and is made anew from the mail");
                Sleep(_gathering);
            }
            catch (Exception failure)
            {
                // Whatever it was, mail goes on, and the index with the next attempt.
                if (!_isTroubled) _log.Error($"search: the index cannot be kept, so only the newest messages are searched for words: {failure.Message}");
                _isTroubled = true;
                Sleep(_tryAgain);
            }
        }
        _readers?.Dispose();
        _readers = null;
        _ended.SetResult();
    }

    private void Follow()
    {
        using var writer = new SqliteSearchWriter(_path, _store.SearchIdentity(), Newest(), out string? made);
        if (made is not null && Newest() >= 0) _log.Info($"search: {_path} is made from the mail: {made}");
        _damage = null;
        _readers ??= new SqliteReaders(_path);
        Volatile.Write(ref _reached, writer.Reached);
        // The first search then finds a connection that is open and knows the tables.
        _ = _readers.Query(SqliteSearchPart.List);
        var upkeep = new SqliteSearchUpkeep(_store, writer, Read);
        var sinceMail = Stopwatch.StartNew();
        while (!_stopping.IsSet)
        {
            if (_damage is { } damage) throw new SqliteFailure(raw.SQLITE_CORRUPT, damage);
            long seen = Volatile.Read(ref _noticed), began = Stopwatch.GetTimestamp();
            if (Advance(writer))
            {
                if (_isTroubled) _log.Info("search: the index is kept again");
                _isTroubled = false;
            }
            else if (sinceMail.Elapsed < _quiet || !upkeep.Step())
            {
                WaitForMail(seen, sinceMail.Elapsed < _quiet ? _quiet : _tryAgain);
                if (!File.Exists(_path)) throw new SqliteFailure(raw.SQLITE_CORRUPT, "it was taken away");
                if (seen != Volatile.Read(ref _noticed)) sinceMail.Restart();
                continue;
            }
            if (seen == Volatile.Read(ref _noticed)) continue;
            sinceMail.Restart();
            Rest(Stopwatch.GetElapsedTime(began));
        }
        // Before the connection that writes: the last one to be closed copies the log into the file.
        _readers.Dispose();
        _readers = null;
    }

    /// <summary>Takes the next messages into the index; false when there are none.</summary>
    private bool Advance(SqliteSearchWriter writer)
    {
        List<SqliteSearchMail> mails = After(writer.Reached);
        if (mails.Count == 0) return false;
        writer.Append(Documents(mails));
        Volatile.Write(ref _reached, writer.Reached);
        return true;
    }

    private List<SqliteSearchMail> After(long number) => _store.Query(connection => SqliteSearchMail.After(connection, number, long.MaxValue, HeldMessages, HeldOctets));

    /// <summary>These and the next ones, until they are a slice. Each is gone before the next is read.</summary>
    private IEnumerable<(long Number, SearchDocument Document)> Documents(List<SqliteSearchMail> mails)
    {
        int count = 0;
        for (long octets = 0; mails.Count > 0; mails = After(mails[^1].Number))
        {
            foreach (SqliteSearchMail mail in mails) yield return (mail.Number, Read(mail));
            count += mails.Count;
            octets += mails.Sum(mail => mail.Summary.Size);
            if (count >= SliceMessages || octets >= SliceOctets) yield break;
        }
    }

    /// <summary>All that is searched of a message; what its header says alone where it is being deleted, or cannot be read.</summary>
    private SearchDocument Read(SqliteSearchMail mail)
    {
        try
        {
            using Stream source = mail.Open(_store.Query<byte[]?>);
            return mail.Read(source);
        }
        catch (Exception failure) when (failure is not (SqliteException or StoreException))
        {
            // One message never keeps the others from being found.
            if (failure is not IOException) _log.Error($"search: message {mail.Summary.Id} is searched without its text: {failure.Message}");
            SearchDocument document = SearchDocument.Of(mail.Summary, mail.Parts, MailScope.Everything);
            document.AddBody([], []);
            return document;
        }
    }

    private void WaitForMail(long seen, TimeSpan atMost)
    {
        Volatile.Write(ref _asleep, 1);
        Interlocked.MemoryBarrier();
        if (seen == Volatile.Read(ref _noticed) && _damage is null && !_stopping.IsSet) _wakeup.Wait(atMost);
        Volatile.Write(ref _asleep, 0);
        if (seen != Volatile.Read(ref _noticed)) Sleep(_gathering);
    }

    private void Rest(TimeSpan work)
    {
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long now = Stopwatch.GetTimestamp();
        bool isFlood = (used - _lastUsed) * 2 > Stopwatch.GetElapsedTime(_lastRest, now);
        (_lastUsed, _lastRest) = (used, now);
        TimeSpan rest = work * (isFlood ? RestsInFlood : RestsOfWork);
        Sleep(rest < _shortestRest ? _shortestRest : rest < _longestRest ? rest : _longestRest);
    }

    private void Sleep(TimeSpan time) => _stopping.Wait(time);

    private long Newest() => _number(connection => SqliteSearchFile.Number(connection, "SELECT coalesce((SELECT max(number) FROM message), -1)"));

    private static bool IsDamage(Exception failure) => failure switch
    {
        SqliteException sqlite => IsDamage(sqlite.SqliteErrorCode),
        SqliteFailure native => IsDamage(native.Code),
        _ => false,
    };

    /// <summary>Also tables that are missing, and what looks like no file of SQLite's.</summary>
    public static bool IsDamage(int code) => code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR or raw.SQLITE_FORMAT;

    /// <summary>Ends the thread at the next step.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopping.IsSet) return;
            _stopping.Set();
        }
        _wakeup.Signal();
        if (_thread is not null) await _ended.Task.ConfigureAwait(false);
        _wakeup.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
