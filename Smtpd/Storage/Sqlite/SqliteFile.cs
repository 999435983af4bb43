using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// The open file of a store: the one connection that writes, guarded by one lock, and those that read. After trouble all are closed
/// and opened again. SQLite before 3.51.3 can damage a log when one connection writes while another checkpoints, so the same
/// lock is held for both. Readers never wait for the writer.
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>SQLite's page cache of the writer.</summary>
    private const int WriterCacheKib = 16 * 1024;

    /// <summary>Waits so long for an operator's tool that looks into the file; mail queues meanwhile.</summary>
    private const int BusySeconds = 2;

    private static readonly TimeSpan _reopenInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lookInterval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly object _writing = new();
    private readonly HashSet<MessageId> _doubtful = [];
    private readonly LogCopier _log;
    private SqliteConnection? _connection;
    private SqliteWriter? _writer;
    private volatile SqliteReaders _readers;
    private bool _hasLeftovers;
    private TimeSpan _lastLook = Now;
    private TimeSpan _lastAttempt;
    private volatile string? _trouble;
    private bool _mailWaits;

    /// <summary>Opens a file that is there, and makes its tables where it is empty.</summary>
    /// <exception cref="StoreException">It is another program's or a newer version's.</exception>
    public SqliteFile(string path)
    {
        _path = path;
        _log = new LogCopier(path);
        _readers = new SqliteReaders(path);
        Open();
    }

    /// <summary>Time that nobody sets: the system's clock may jump.</summary>
    private static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>See <see cref="IMailStore.Trouble"/>.</summary>
    public string? Trouble => _trouble;

    /// <summary>The connections that read now; other ones after trouble.</summary>
    public SqliteReaders Readers => _readers;

    /// <summary>True while mail waits for the lock: whoever changes much lets it in.</summary>
    public bool MailWaits => Volatile.Read(ref _mailWaits);

    private void Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        SqliteWriter? writer = null;
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
            for (var doubtful = new SqliteSlices(MailScope.Everything, [.. _doubtful]); doubtful.Step(connection, SqliteChanges.Delete);) { }
            writer = new SqliteWriter(connection);
            _log.Begin(writer);
            _doubtful.Clear();
            _connection = connection;
            _writer = writer;
        }
        catch
        {
            writer?.Dispose();
            connection.Dispose();
            throw;
        }
    }

    /// <summary>See <see cref="IMailStore.WriteAhead"/>.</summary>
    public bool WriteAhead(ReceivedMail mail)
    {
        Volatile.Write(ref _mailWaits, true);
        lock (_writing)
        {
            Volatile.Write(ref _mailWaits, false);
            return Guard(() => Writer.WriteAhead(mail), []);
        }
    }

    /// <summary>See <see cref="IMailStore.Commit"/>.</summary>
    public void Commit(IReadOnlyList<ReceivedMail> batch)
    {
        Volatile.Write(ref _mailWaits, true);
        lock (_writing)
        {
            Volatile.Write(ref _mailWaits, false);
            Guard(() =>
            {
                Writer.Commit(batch);
                _log.Committed();
                return true;
            }, batch);
        }
    }

    /// <summary>Runs a change on the writing connection when its turn comes, on the calling thread. It makes its own transaction, if any.</summary>
    public T Change<T>(Func<SqliteConnection, T> change)
    {
        lock (_writing)
        {
            T result = Guard(() =>
            {
                _ = Writer;
                return change(_connection!);
            }, []);
            Tend(idle: false);
            return result;
        }
    }

    /// <summary>See <see cref="IMailStore.Tend"/>.</summary>
    public void Tend(bool idle)
    {
        lock (_writing)
        {
            if (_trouble is not null)
            {
                if (Now - _lastAttempt >= _reopenInterval) Guard(() => Writer is not null, []);
                return;
            }
            if (Now - _lastLook >= _lookInterval) LookAfter(idle);
            if (!_log.IsDue(Writer, idle)) return;
            Guard(() =>
            {
                _log.Copy(Writer);
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
            if (!File.Exists(_path) || !File.Exists(_log.LogPath)) throw new IOException("the file, or the log beside it, was taken away");
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
            if (Now - _lastAttempt < _reopenInterval) throw new StoreException(_trouble ?? $"{_path}: not open");
            _lastAttempt = Now;
            Open();
            _hasLeftovers = false;
            _readers = new SqliteReaders(_path);
            _trouble = null;
            return _writer!;
        }
    }

    /// <summary>
    /// Runs work on the writing connection and says what a failure means. Out of room, or kept out by another program's
    /// transaction: ours is taken back and the connection goes on. Anything else, above all a failed sync, leaves it unknown what has
    /// reached the disk: the connection is closed, and trusted again only when a new one has brought the whole log into the file.
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

    public void Dispose()
    {
        lock (_writing)
        {
            _readers.Dispose();
            _writer?.Dispose();
            _connection?.Dispose();
        }
    }
}
