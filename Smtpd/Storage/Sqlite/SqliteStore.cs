using Microsoft.Data.Sqlite;
using Smtpd.Accounts;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Operations;

namespace Smtpd.Storage.Sqlite;

/// <summary>Messages in one SQLite file with a write-ahead log.</summary>
internal sealed partial class SqliteStore : IMailStore, IUserStore
{
    private readonly string _path;
    private readonly StoreLock _lock;
    private readonly SqliteFile _file;
    private readonly FreeSpace _freeSpace;
    private readonly bool _isSearched;

    /// <param name="isSearched">False where nobody searches, so that no words are collected.</param>
    /// <exception cref="StoreException">The file cannot be used; the text says why.</exception>
    public SqliteStore(string path, long minFreeBytes, Log log, bool isSearched = true)
    {
        _isSearched = isSearched;
        _path = Path.GetFullPath(path);
        StagingFolder = Path.GetDirectoryName(_path)!;
        SqliteNative.Initialize();
        CreateFolderAndFile();
        _lock = new StoreLock(_path);
        try
        {
            _file = new SqliteFile(_path);
            NewestId = _file.Readers.Newest() ?? default;
            _freeSpace = new FreeSpace(StagingFolder, minFreeBytes, Space, log);
        }
        catch (Exception failure)
        {
            _file?.Dispose();
            _lock.Dispose();
            if (failure is SqliteException or SqliteFailure or IOException) throw new StoreException($"{_path}: cannot be opened: {failure.Message}", cause: failure);
            throw;
        }
        _index = new SqliteSearchIndex(this, SqliteSearchFile.PathOf(_path), log);
        if (isSearched) Committed = _index.Notice;
    }

    /// <summary>
    /// Called behind each batch of mail that was kept, by the thread that kept it and outside the lock. Mail waits for it, so it must do
    /// no more than wake somebody.
    /// </summary>
    public Action? Committed { get; set; }

    public string Description => $"sqlite {_path}";

    public string? Trouble => _file.Trouble;

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

    public bool WriteAhead(ReceivedMail mail) => _file.WriteAhead(mail);

    public void Commit(IReadOnlyList<ReceivedMail> batch)
    {
        _file.Commit(batch);
        Committed?.Invoke();
    }

    public void Tend(bool idle)
    {
        _file.Tend(idle);
        if (_isSearched) _index.Start();
    }

    public ValueTask<MessagePage> ListAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation) =>
        QueryAsync(connection => SqliteSummaries.Page(connection, scope, start, before, limit), cancellation);

    public ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation) =>
        QueryAsync(connection => SqliteSummaries.Latest(connection, scope), cancellation);

    public ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation) =>
        QueryAsync(connection => SqliteSummaries.Find(connection, scope, id), cancellation);

    public ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation) => ReadAsync(readers => readers.FindParts(id), cancellation);

    public ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation) =>
        ReadAsync<Stream?>(readers => readers.FindSource(id) is var (source, size) && source > 0
            ? new SqliteSourceStream((number, block, token) => ReadAsync(now => now.ReadBlock(number, block), token), source, size)
            : null, cancellation);

    public ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation) =>
        ChangeAsync(scope, ids, (connection, rows, numbers) => SqliteChanges.Mark(connection, rows, numbers, marks), cancellation);

    public ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation) =>
        ChangeAsync(scope, ids, SqliteChanges.Delete, cancellation);

    public ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation) =>
        ChangeAsync(scope, ids, (connection, rows, numbers) => SqliteTags.SetSlice(connection, rows, numbers, tags), cancellation);

    public ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation) =>
        QueryAsync(connection => SqliteTags.List(connection, scope), cancellation);

    public ValueTask<IReadOnlyDictionary<string, long>> CountTagsAsync(MailScope scope, CancellationToken cancellation) =>
        QueryAsync(connection => SqliteTags.CountAll(connection, scope), cancellation);

    public async ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation)
    {
        if (tag == newName) return await QueryAsync(connection => SqliteTags.Count(connection, scope, tag), cancellation).ConfigureAwait(false);
        long entries = 0, slice;
        do
        {
            entries += slice = await Task.Run(() => _file.Change(connection => SqliteTags.RenameSlice(connection, scope, tag, newName)), cancellation).ConfigureAwait(false);
            await LetMailInAsync(cancellation).ConfigureAwait(false);
        }
        while (slice > 0);
        return entries;
    }

    public ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation) =>
        QueryAsync(connection => SqliteMailboxes.List(connection, scope, domains, filter, after, limit), cancellation);

    private async ValueTask<long> ChangeAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Action<SqliteConnection, SqliteScope, List<long>> change, CancellationToken cancellation)
    {
        // A message that is named twice in one slice would be counted twice.
        var slices = new SqliteSlices(scope, ids is null ? null : [.. ids.Distinct()]);
        while (await Task.Run(() => _file.Change(connection => slices.Step(connection, change)), cancellation).ConfigureAwait(false))
            await LetMailInAsync(cancellation).ConfigureAwait(false);
        return slices.Found;
    }

    /// <summary>A lock is not fair: whoever gives it back would take it again before the writer wakes.</summary>
    private async ValueTask LetMailInAsync(CancellationToken cancellation)
    {
        while (_file.MailWaits) await Task.Delay(1, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs a query on the calling thread.</summary>
    public T Query<T>(Func<SqliteConnection, T> query)
    {
        try
        {
            return _file.Readers.Query(query);
        }
        catch (Exception failure) when (failure is SqliteException or SqliteFailure)
        {
            throw new StoreException($"{_path}: {failure.Message}", cause: failure);
        }
    }

    /// <summary>Runs a query on a thread of the pool.</summary>
    public ValueTask<T> QueryAsync<T>(Func<SqliteConnection, T> query, CancellationToken cancellation) => ReadAsync(readers => readers.Query(query), cancellation);

    /// <summary>Changes another table in one transaction, on a thread of the pool, between two batches of mail.</summary>
    public async ValueTask<T> ChangeAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancellation) => await Task.Run(() => _file.Change(connection =>
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        T done = change(connection);
        transaction.Commit();
        return done;
    }), cancellation).ConfigureAwait(false);

    private async ValueTask<T> ReadAsync<T>(Func<SqliteReaders, T> read, CancellationToken cancellation)
    {
        try
        {
            return await _file.Readers.RunAsync(read, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SqliteException or SqliteFailure or IOException or InvalidDataException)
        {
            throw new StoreException($"{_path}: {failure.Message}", cause: failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _freeSpace.DisposeAsync().ConfigureAwait(false);
        await _index.DisposeAsync().ConfigureAwait(false);
        _file.Dispose();
        _lock.Dispose();
    }
}
