using Microsoft.Data.Sqlite;
using Smtpd.Accounts;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Operations;
using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// Messages in one SQLite file with a write-ahead log. One lock in the process writes or checkpoints: SQLite before 3.51.3 can
/// damage a log when one connection writes while another checkpoints. Readers never wait for the writer.
/// </summary>
internal sealed partial class SqliteStore : IMailStore, IUserStore
{
    /// <summary>
    /// Pages in the log at which it is copied into the file: 1 MiB, some two milliseconds of work, in which mail waits, and enough
    /// that the pages that every commit touches are copied once for several commits.
    /// </summary>
    private const long CheckpointPages = 256;

    /// <summary>
    /// The same where commits are small, as when each message is its own: they write the same few pages again and again, so that
    /// a log four times as long holds hardly more to be copied, at a quarter of the syncs.
    /// </summary>
    private const long CheckpointPagesOfSmallCommits = 1024;

    /// <summary>Commits within the pages of a checkpoint from which on they are small.</summary>
    private const int SmallCommits = 16;

    /// <summary>Octets of log at which readers are waited for, so that it starts again from its beginning.</summary>
    private const long LogOctets = 128L * 1024 * 1024;

    /// <summary>SQLite's page cache of the writer.</summary>
    private const int WriterCacheKib = 16 * 1024;

    /// <summary>Waits so long for an operator's tool that looks into the file; mail queues meanwhile.</summary>
    private const int BusySeconds = 2;

    /// <summary>What a message may need on disk while it is stored: its temporary file, the log, the file itself.</summary>
    private const int CopiesOnDisk = 3;

    private static readonly TimeSpan ReopenInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestInterval = TimeSpan.FromSeconds(1);

    /// <summary>Between two attempts at restarting a long log: each may hold the mail up as long as a reader goes on.</summary>
    private static readonly TimeSpan RestartInterval = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly long _minFreeBytes;
    private readonly Log _log;
    private readonly StoreLock _lock;
    private readonly object _writing = new();
    private readonly HashSet<MessageId> _doubtful = [];
    private readonly Timer _spaceTimer;
    private SqliteConnection? _connection;
    private SqliteWriter? _writer;
    private volatile SqliteReaders _readers;
    private long _checkpointed;
    private int _commits;
    private volatile bool _spaceUnknown;
    private bool _wasCopied = true;
    private bool _hasLeftovers;
    private TimeSpan _lastCheckpoint = Now;
    private TimeSpan _lastRestart = Now;
    private TimeSpan _lastLook = Now;
    private TimeSpan _lastAttempt;
    private volatile string? _trouble;
    private bool _mailWaits;

    /// <exception cref="StoreException">The file cannot be used; the text says why.</exception>
    public SqliteStore(string path, long minFreeBytes, Log log)
    {
        _path = Path.GetFullPath(path);
        _minFreeBytes = minFreeBytes;
        _log = log;
        StagingFolder = Path.GetDirectoryName(_path)!;
        SqliteNative.Initialize();
        CreateFolderAndFile();
        _lock = new StoreLock(_path);
        _readers = new SqliteReaders(_path);
        _index = new SqliteSearchIndex(this, SqliteSearchFile.PathOf(_path), log);
        try
        {
            Open();
            NewestId = _readers.Newest() ?? default;
            MeasureSpace();
        }
        catch (Exception failure) when (failure is SqliteException or SqliteFailure or IOException)
        {
            _lock.Dispose();
            throw new StoreException($"{_path}: cannot be opened: {failure.Message}", cause: failure);
        }
        catch (StoreException)
        {
            _lock.Dispose();
            throw;
        }
        _spaceTimer = new Timer(static store => ((SqliteStore)store!).MeasureSpace(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Time that nobody sets: the system's clock may jump.</summary>
    private static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    public string Description => $"sqlite {_path}";

    public string? Trouble => _trouble;

    public string StagingFolder { get; }

    public StoreSpace Space { get; } = new();

    public MessageId NewestId { get; }

    public long SizeInBytes => Length(_path) + Length(_path + "-wal") + Length(_index.FilePath) + Length(_index.FilePath + "-wal");

    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private void CreateFolderAndFile()
    {
        try
        {
            Directory.CreateDirectory(StagingFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // SQLite gives its log the same mode as the file that it finds.
            using var file = new FileStream(_path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{_path}: cannot be created or written: {failure.Message}", cause: failure);
        }
    }

    private void Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        try
        {
            connection.Open();
            using (SqliteCommand command = connection.CreateCommand())
            {
                // The page size holds only for a file that is still empty.
                command.CommandText =
                    $"""
                    PRAGMA page_size = {SqliteSchema.PageOctets};
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA secure_delete = OFF;
                    PRAGMA cache_size = -{WriterCacheKib};
                    PRAGMA temp_store = MEMORY;
                    PRAGMA foreign_keys = OFF;
                    PRAGMA busy_timeout = {BusySeconds * 1000};
                    """;
                command.ExecuteNonQuery();
            }
            SqliteSchema.Migrate(connection, _path);
            SqliteChanges.ClearUnfinished(connection);
            for (var doubtful = new SqliteSlices([.. _doubtful]); doubtful.Step(connection, SqliteChanges.Delete);) { }
            var writer = new SqliteWriter(connection);
            // What a log from before holds is trusted only when it has reached the file and was synced there. A reader that is up
            // to date keeps the log from being emptied, not from being copied.
            if (!writer.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE) && !writer.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE))
            {
                writer.Dispose();
                throw new SqliteFailure(raw.SQLITE_BUSY, "its log cannot be copied into it while another program reads an older state of it; end that program");
            }
            _doubtful.Clear();
            _connection = connection;
            _writer = writer;
            _checkpointed = writer.PagesWritten;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void MeasureSpace()
    {
        try
        {
            Space.Offer((new DriveInfo(StagingFolder).AvailableFreeSpace - _minFreeBytes) / CopiesOnDisk);
            _spaceUnknown = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Once when it begins, not every second.
            if (!_spaceUnknown) _log.Warn($"store: cannot tell the free space of {StagingFolder}: {failure.Message}");
            _spaceUnknown = true;
        }
    }

    public bool WriteAhead(ReceivedMail mail)
    {
        Volatile.Write(ref _mailWaits, true);
        lock (_writing)
        {
            Volatile.Write(ref _mailWaits, false);
            return Guard(() => Writer.WriteAhead(mail), []);
        }
    }

    public void Commit(IReadOnlyList<ReceivedMail> batch)
    {
        Volatile.Write(ref _mailWaits, true);
        lock (_writing)
        {
            Volatile.Write(ref _mailWaits, false);
            Guard(() =>
            {
                Writer.Commit(batch);
                _commits++;
                return true;
            }, batch);
            _index.Notice();
        }
    }

    public void Tend(bool idle)
    {
        _index.Start();
        lock (_writing)
        {
            if (_trouble is not null)
            {
                if (Now - _lastAttempt >= ReopenInterval) Guard(() => Writer is not null, []);
                return;
            }
            if (Now - _lastLook >= RestInterval) LookAfter(idle);
            long pages = Writer.PagesWritten - _checkpointed;
            bool rested = Now - _lastCheckpoint >= RestInterval;
            long enough = _commits >= SmallCommits ? CheckpointPagesOfSmallCommits : CheckpointPages;
            // What a reader kept from being copied it most likely still keeps after the next batch.
            if (pages == 0 || !(pages >= enough ? _wasCopied || rested : idle && rested)) return;
            Guard(() =>
            {
                // A long log means that some reader always stood in the way of its restart: the next ones wait for a moment.
                bool restart = Now - _lastRestart >= RestartInterval && Length(_path + "-wal") > LogOctets;
                if (restart) _lastRestart = Now;
                _wasCopied = Writer.Checkpoint(restart ? raw.SQLITE_CHECKPOINT_RESTART : raw.SQLITE_CHECKPOINT_PASSIVE);
                if (_wasCopied) (_checkpointed, _commits) = (Writer.PagesWritten, 0);
                _lastCheckpoint = Now;
                return true;
            }, []);
        }
    }

    /// <summary>Once a second: is the file still there, and does it hold what nobody will ask for?</summary>
    private void LookAfter(bool idle)
    {
        _lastLook = Now;
        Guard(() =>
        {
            // SQLite would go on with the files that it has open, and all that comes would be gone with them.
            if (!File.Exists(_path) || !File.Exists(_path + "-wal")) throw new IOException("the file, or the log beside it, was taken away");
            if (idle && _hasLeftovers)
            {
                Writer.DropWrittenAhead();
                _hasLeftovers = false;
            }
            return true;
        }, []);
    }

    /// <summary>The writing connection, opened again after trouble.</summary>
    private SqliteWriter Writer
    {
        get
        {
            if (_writer is not null) return _writer;
            if (Now - _lastAttempt < ReopenInterval) throw new StoreException(_trouble ?? $"{_path}: not open");
            _lastAttempt = Now;
            Open();
            _hasLeftovers = false;
            _wasCopied = true;
            _readers = new SqliteReaders(_path);
            _trouble = null;
            return _writer!;
        }
    }

    /// <summary>
    /// Runs work on the writing connection and says what a failure means. Out of room, or kept out by another program's
    /// transaction: ours is taken back and the connection goes on. Anything else, above all a failed sync, leaves it unknown what has reached the disk: the connection is
    /// closed, and trusted again only when a new one has brought the whole log into the file.
    /// </summary>
    private T Guard<T>(Func<T> work, IReadOnlyList<ReceivedMail> batch)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is not StoreException)
        {
            int code = failure switch
            {
                SqliteFailure native => native.Code,
                SqliteException managed => managed.SqliteErrorCode,
                _ => raw.SQLITE_IOERR,
            };
            if (code is raw.SQLITE_FULL or raw.SQLITE_BUSY && _writer is not null)
            {
                _writer.Rollback();
                _hasLeftovers |= _writer.HasWrittenAhead;
                throw code == raw.SQLITE_FULL
                    ? new StoreException($"{_path}: the disk is full", isFull: true, failure)
                    : new StoreException($"{_path}: another program is writing to it", cause: failure);
            }
            foreach (ReceivedMail mail in batch) _doubtful.Add(mail.Id);
            CloseInTrouble(failure);
            throw new StoreException(_trouble!, cause: failure);
        }
    }

    private void CloseInTrouble(Exception failure)
    {
        _trouble = $"{_path}: {failure.Message}";
        _lastAttempt = Now;
        _readers.Dispose();
        _writer?.Rollback();
        _writer?.Dispose();
        _writer = null;
        _connection?.Dispose();
        _connection = null;
    }

    public ValueTask<MessagePage> ListAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation) =>
        ReadAsync(readers => readers.List(start, before, limit), cancellation);

    public ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation) => ReadAsync(readers => readers.Newest(), cancellation);

    public ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation) => ReadAsync(readers => readers.Find(id), cancellation);

    public ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation) => ReadAsync(readers => readers.FindParts(id), cancellation);

    public ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation) =>
        ReadAsync<Stream?>(readers => readers.FindSource(id) is var (source, size) && source > 0
            ? new SqliteSourceStream((number, piece, token) => ReadAsync(now => now.ReadPiece(number, piece), token), source, size)
            : null, cancellation);

    public ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation) =>
        ChangeAsync(ids, (connection, numbers) => SqliteChanges.Mark(connection, numbers, marks), cancellation);

    public ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation) =>
        ChangeAsync(ids, SqliteChanges.Delete, cancellation);

    private async ValueTask<long> ChangeAsync(IReadOnlyList<MessageId>? ids, Action<SqliteConnection, List<long>> change, CancellationToken cancellation)
    {
        // A message that is named twice in one slice would be counted twice.
        var slices = new SqliteSlices(ids is null ? null : [.. ids.Distinct()]);
        while (await Task.Run(() => ChangeSlice(slices, change), cancellation).ConfigureAwait(false))
        {
            // A lock is not fair: whoever gives it back would take it again before the writer wakes.
            while (Volatile.Read(ref _mailWaits)) await Task.Delay(1, cancellation).ConfigureAwait(false);
        }
        return slices.Found;
    }

    private bool ChangeSlice(SqliteSlices slices, Action<SqliteConnection, List<long>> change)
    {
        lock (_writing)
        {
            bool more = Guard(() =>
            {
                _ = Writer;
                return slices.Step(_connection!, change);
            }, []);
            Tend(idle: false);
            return more;
        }
    }

    /// <summary>Runs a query of another table on the calling thread.</summary>
    public T Query<T>(Func<SqliteConnection, T> query)
    {
        try
        {
            return _readers.Query(query);
        }
        catch (SqliteException failure)
        {
            throw new StoreException($"{_path}: {failure.Message}", cause: failure);
        }
    }

    /// <summary>Runs a query of another table on a thread of the pool.</summary>
    public ValueTask<T> QueryAsync<T>(Func<SqliteConnection, T> query, CancellationToken cancellation) => ReadAsync(readers => readers.Query(query), cancellation);

    /// <summary>Changes another table in one transaction, on a thread of the pool, between two batches of mail.</summary>
    public async ValueTask<T> ChangeAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancellation) => await Task.Run(() =>
    {
        lock (_writing)
        {
            T result = Guard(() =>
            {
                _ = Writer;
                using SqliteTransaction transaction = _connection!.BeginTransaction(deferred: false);
                T done = change(_connection);
                transaction.Commit();
                return done;
            }, []);
            Tend(idle: false);
            return result;
        }
    }, cancellation).ConfigureAwait(false);

    private async ValueTask<T> ReadAsync<T>(Func<SqliteReaders, T> read, CancellationToken cancellation)
    {
        try
        {
            return await _readers.RunAsync(read, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or InvalidDataException)
        {
            throw new StoreException($"{_path}: {failure.Message}", cause: failure);
        }
    }

    public ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation) => throw new NotSupportedException();

    public async ValueTask DisposeAsync()
    {
        await _spaceTimer.DisposeAsync().ConfigureAwait(false);
        await _index.DisposeAsync().ConfigureAwait(false);
        _searches.Dispose();
        lock (_writing)
        {
            _readers.Dispose();
            _writer?.Dispose();
            _connection?.Dispose();
        }
        _lock.Dispose();
    }
}
