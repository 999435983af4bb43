using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>Says when the write-ahead log is copied into the file, and has it copied. Used under the lock of the writing connection.</summary>
internal sealed class LogCopier(string path)
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

    private static readonly TimeSpan _restInterval = TimeSpan.FromSeconds(1);

    /// <summary>Between two attempts at restarting a long log: each may hold the mail up as long as a reader goes on.</summary>
    private static readonly TimeSpan _restartInterval = TimeSpan.FromSeconds(30);

    private long _checkpointed;
    private int _commits;
    private bool _wasCopied = true;
    private TimeSpan _lastCheckpoint = Now;
    private TimeSpan _lastRestart = Now;

    /// <summary>Time that nobody sets: the system's clock may jump.</summary>
    private static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>The file beside the store.</summary>
    public string LogPath { get; } = path + "-wal";

    public void Committed() => _commits++;

    /// <summary>
    /// For a connection that was just opened. What a log from before holds is trusted only when it has reached the file and was synced
    /// there. A reader that is up to date keeps the log from being emptied, not from being copied.
    /// </summary>
    public void Begin(SqliteWriter writer)
    {
        if (!writer.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE) && !writer.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE))
            throw new SqliteFailure(raw.SQLITE_BUSY, "its log cannot be copied into it while another program reads an older state of it; end that program");
        _checkpointed = writer.PagesWritten;
        _wasCopied = true;
    }

    /// <summary>True when the log is to be copied now.</summary>
    /// <param name="idle">True when no mail waits.</param>
    public bool IsDue(SqliteWriter writer, bool idle)
    {
        long pages = writer.PagesWritten - _checkpointed;
        bool rested = Now - _lastCheckpoint >= _restInterval;
        long enough = _commits >= SmallCommits ? CheckpointPagesOfSmallCommits : CheckpointPages;
        // What a reader kept from being copied it most likely still keeps after the next batch.
        return pages != 0 && (pages >= enough ? _wasCopied || rested : idle && rested);
    }

    public void Copy(SqliteWriter writer)
    {
        // A long log means that some reader always stood in the way of its restart: the next ones wait for a moment.
        bool restart = Now - _lastRestart >= _restartInterval && new FileInfo(LogPath) is { Exists: true, Length: > LogOctets };
        if (restart) _lastRestart = Now;
        _wasCopied = writer.Checkpoint(restart ? raw.SQLITE_CHECKPOINT_RESTART : raw.SQLITE_CHECKPOINT_PASSIVE);
        if (_wasCopied) (_checkpointed, _commits) = (writer.PagesWritten, 0);
        _lastCheckpoint = Now;
    }
}
