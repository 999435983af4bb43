using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// Runs of consecutive messages with their counts, so that the message at any place of the list is found without walking to it. The
/// newest run has no count: it is what the others leave of the tally, and mail that comes in writes nothing here but once for each run.
/// </summary>
internal sealed class MessageBuckets : IDisposable
{
    /// <summary>Messages of one run when it is closed: to pass over so many takes a millisecond.</summary>
    public const int Messages = 4096;

    /// <summary>
    /// To be run behind the deletion of the messages that are named in the table <c>gone</c>. Where a run is left empty it goes, except
    /// the first, so that every message lies in one.
    /// </summary>
    public const string Deduct =
        """
        UPDATE bucket SET total = total - c.count FROM
            (SELECT (SELECT max(b.first) FROM bucket b WHERE b.first <= g.message) run, count(*) count FROM gone g GROUP BY run) c
            WHERE first = c.run AND first < (SELECT max(first) FROM bucket);
        DELETE FROM bucket WHERE total = 0 AND first > 0 AND first < (SELECT max(first) FROM bucket)
            AND first BETWEEN (SELECT max(first) FROM bucket WHERE first <= (SELECT min(message) FROM gone)) AND (SELECT max(message) FROM gone);
        """;

    private readonly SqliteStatement _close;
    private readonly SqliteStatement _open;
    private long _inNewest;
    private long _afterCommit;

    public MessageBuckets(sqlite3 database)
    {
        _close = new SqliteStatement(database,
            "UPDATE bucket SET total = (SELECT total FROM tally) - (SELECT sum(total) FROM bucket) WHERE first = (SELECT max(first) FROM bucket)");
        _open = new SqliteStatement(database, "INSERT INTO bucket (first, total) VALUES (?1, 0)");
        using var count = new SqliteStatement(database, "SELECT (SELECT total FROM tally) - (SELECT sum(total) FROM bucket)");
        _inNewest = count.RunForNumber() ?? 0;
    }

    /// <summary>Counts the messages of a batch, behind the tally and in its transaction.</summary>
    /// <param name="newest">The greatest number of the batch; all that come later have greater ones.</param>
    public void Add(int messages, long newest)
    {
        // Deletions are not taken off: a run is then closed a little early, with the count that it has.
        _afterCommit = _inNewest + messages;
        if (_afterCommit < Messages) return;
        _close.Run();
        _open.Bind(1, newest + 1).Run();
        _afterCommit = 0;
    }

    /// <summary>The batch is durable. What is counted in one that is not is forgotten.</summary>
    public void Committed() => _inNewest = _afterCommit;

    /// <summary>Comes near to a place in the list, the newest message first, within a transaction that reads.</summary>
    /// <param name="before">Counted from the messages that have smaller numbers than this.</param>
    /// <param name="start">How many of them to leave out.</param>
    /// <returns>The same place, of whose start less than two runs are left; null when there are not so many messages.</returns>
    public static (long Before, long Start)? Seek(SqliteConnection connection, long before, long start)
    {
        if (start < Messages) return (before, start);
        using SqliteCommand command = connection.CreateCommand();
        // The run in which to begin is counted, because the place may lie in its middle or the run may be the newest.
        command.CommandText =
            """
            SELECT first, CASE WHEN first = (SELECT max(first) FROM bucket WHERE first < $before)
                THEN (SELECT count(*) FROM message WHERE number >= first AND number < $before) ELSE total END
            FROM bucket WHERE first < $before ORDER BY first DESC
            """;
        command.Parameters.AddWithValue("$before", before);
        using SqliteDataReader runs = command.ExecuteReader();
        while (runs.Read())
        {
            (long first, long count) = (runs.GetInt64(0), runs.GetInt64(1));
            if (start < count) return (before, start);
            (before, start) = (first, start - count);
        }
        return null;
    }

    public void Dispose()
    {
        _close.Dispose();
        _open.Dispose();
    }
}
