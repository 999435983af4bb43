using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// Runs of consecutive messages with their counts, of all mail and of each mailbox that has many, so that the message at any place of
/// such a list is found without walking to it. The newest run has no count: it is what the others leave of the total, and mail that
/// comes in writes nothing here but once for each run.
/// </summary>
internal sealed class MessageBuckets : IDisposable
{
    /// <summary>Messages of one run when it is closed: to pass over so many takes a millisecond.</summary>
    public const int Messages = 4096;

    /// <summary>Stands for all mail in the place of a mailbox's number.</summary>
    public const long AllMail = 0;

    /// <summary>
    /// To be run behind the deletion of the scope's entries in the table <c>slice</c> and of the messages in <c>gone</c>. Where a run is
    /// left empty it goes, except the first, so that every message lies in one.
    /// </summary>
    public const string Deduct =
        """
        CREATE TEMP TABLE IF NOT EXISTS deducted (mailbox INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL);
        DELETE FROM deducted;
        INSERT INTO deducted SELECT r.mailbox, r.first, count(*) FROM
            (SELECT e.mailbox, (SELECT max(b.first) FROM bucket b WHERE b.mailbox = e.mailbox AND b.first <= e.message) first
            FROM (SELECT 0 mailbox, message FROM gone UNION ALL SELECT mailbox, message FROM slice WHERE mine) e) r
            WHERE r.first < (SELECT max(b.first) FROM bucket b WHERE b.mailbox = r.mailbox) GROUP BY r.mailbox, r.first;
        UPDATE bucket SET total = total - d.count FROM deducted d WHERE bucket.mailbox = d.mailbox AND bucket.first = d.first;
        DELETE FROM bucket WHERE (mailbox, first) IN (SELECT mailbox, first FROM deducted) AND total = 0 AND first > 0;
        """;

    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _close;
    private readonly SqliteStatement _open;
    private readonly SqliteStatement _inNewest;

    public MessageBuckets(sqlite3 database)
    {
        const string InNewest = "(CASE ?1 WHEN 0 THEN (SELECT total FROM tally) ELSE (SELECT total FROM mailbox WHERE number = ?1) END) - coalesce((SELECT sum(b.total) FROM bucket b WHERE b.mailbox = ?1), 0)";
        _begin = new SqliteStatement(database, "INSERT OR IGNORE INTO bucket (mailbox, first, total) VALUES (?1, 0, 0)");
        _close = new SqliteStatement(database, $"UPDATE bucket SET total = {InNewest} WHERE mailbox = ?1 AND first = (SELECT max(b.first) FROM bucket b WHERE b.mailbox = ?1)");
        _open = new SqliteStatement(database, "INSERT INTO bucket (mailbox, first, total) VALUES (?1, ?2, 0)");
        _inNewest = new SqliteStatement(database, $"SELECT {InNewest}");
    }

    /// <summary>How many messages are in the newest run.</summary>
    public long InNewest(long mailbox) => _inNewest.Bind(1, mailbox).RunForNumber() ?? 0;

    /// <summary>Looks whether the newest run is full, behind the counts of a batch and in its transaction.</summary>
    /// <param name="inNewest">How many messages it has. Deletions need not be taken off: it is then closed a little early.</param>
    /// <param name="newest">The greatest number of the batch; all that come later have greater ones.</param>
    /// <returns>How many are in the newest run then.</returns>
    public long Add(long mailbox, long inNewest, long newest)
    {
        if (inNewest < Messages) return inNewest;
        _begin.Bind(1, mailbox).Run();
        _close.Bind(1, mailbox).Run();
        _open.Bind(1, mailbox).Bind(2, newest + 1).Run();
        return 0;
    }

    /// <summary>Comes near to a place in the list, the newest message first, within a transaction that reads.</summary>
    /// <param name="before">Counted from the messages that have smaller numbers than this.</param>
    /// <param name="start">How many of them to leave out.</param>
    /// <returns>The same place, of whose start less than a run is left where there are runs; null when there are not so many messages.</returns>
    public static (long Before, long Start)? Seek(SqliteConnection connection, long mailbox, long before, long start)
    {
        if (start < Messages) return (before, start);
        using SqliteCommand command = connection.CreateCommand();
        // The run in which to begin is counted, because the place may lie in its middle or the run may be the newest.
        string count = mailbox == AllMail
            ? "SELECT count(*) FROM message WHERE number >= first AND number < $before"
            : "SELECT count(*) FROM delivery d WHERE d.mailbox = $mailbox AND d.message >= first AND d.message < $before";
        command.CommandText =
            $"""
            SELECT first, CASE WHEN first = (SELECT max(b.first) FROM bucket b WHERE b.mailbox = $mailbox AND b.first < $before) THEN ({count}) ELSE total END
            FROM bucket WHERE mailbox = $mailbox AND first < $before ORDER BY first DESC
            """;
        command.Parameters.AddWithValue("$mailbox", mailbox);
        command.Parameters.AddWithValue("$before", before);
        using SqliteDataReader runs = command.ExecuteReader();
        if (!runs.HasRows) return (before, start);
        while (runs.Read())
        {
            (long first, long messages) = (runs.GetInt64(0), runs.GetInt64(1));
            if (start < messages) return (before, start);
            (before, start) = (first, start - messages);
        }
        return null;
    }

    public void Dispose()
    {
        _begin.Dispose();
        _close.Dispose();
        _open.Dispose();
        _inNewest.Dispose();
    }
}
