using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// Changes of stored messages, each with the counts that follow from it, one slice in one transaction. A slice ends at a number
/// of messages and of octets, because mail that comes in waits for it.
/// </summary>
internal static class SqliteChanges
{
    /// <summary>Messages of one slice: some milliseconds of work.</summary>
    public const int SliceMessages = 250;

    /// <summary>Octets of the sources of one slice: to free a source, SQLite walks through its pages.</summary>
    private const long SliceOctets = 16L * 1024 * 1024;

    /// <summary>The entries of the slice's messages as they are before the change. It lives in memory.</summary>
    private const string Prepare =
        """
        CREATE TEMP TABLE IF NOT EXISTS slice (message INTEGER NOT NULL, mailbox INTEGER NOT NULL, domain INTEGER NOT NULL, read INTEGER NOT NULL);
        DELETE FROM slice;
        INSERT INTO slice SELECT m.number, b.number, b.domain, d.read
            FROM json_each($numbers) n JOIN message m ON m.number = n.value, json_each(m.mailboxes) j
            JOIN delivery d ON d.mailbox = j.value AND d.message = m.number AND d.deleted = 0 JOIN mailbox b ON b.number = d.mailbox;
        """;

    private const string Entries = "(mailbox, message) IN (SELECT mailbox, message FROM slice)";

    private const string MarkRead =
        $"""
        UPDATE domain SET unread = unread - c.count FROM (SELECT domain, count(DISTINCT message) count FROM slice WHERE read = 0 GROUP BY domain) c WHERE number = c.domain;
        UPDATE mailbox SET unread = unread - c.count FROM (SELECT mailbox, count(*) count FROM slice WHERE read = 0 GROUP BY mailbox) c WHERE number = c.mailbox;
        UPDATE tally SET unread = unread - (SELECT count(*) FROM message WHERE number IN (SELECT value FROM json_each($numbers)) AND unread > 0);
        UPDATE delivery SET read = 1 WHERE {Entries};
        UPDATE message SET unread = 0 WHERE number IN (SELECT value FROM json_each($numbers));
        """;

    private const string MarkUnread =
        $"""
        UPDATE domain SET unread = unread + c.count FROM (SELECT domain, count(*) count FROM
            (SELECT domain, message FROM slice GROUP BY domain, message HAVING min(read) = 1) GROUP BY domain) c WHERE number = c.domain;
        UPDATE mailbox SET unread = unread + c.count FROM (SELECT mailbox, count(*) count FROM slice WHERE read = 1 GROUP BY mailbox) c WHERE number = c.mailbox;
        UPDATE tally SET unread = unread + (SELECT count(*) FROM message WHERE number IN (SELECT message FROM slice) AND unread = 0);
        UPDATE delivery SET read = 0 WHERE {Entries};
        UPDATE message SET unread = c.count FROM (SELECT message, count(*) count FROM slice GROUP BY message) c WHERE number = c.message;
        """;

    private const string Star =
        $"""
        UPDATE delivery SET starred = 1 WHERE {Entries};
        UPDATE message SET starred = c.count FROM (SELECT message, count(*) count FROM slice GROUP BY message) c WHERE number = c.message;
        """;

    private const string Unstar =
        $"""
        UPDATE delivery SET starred = 0 WHERE {Entries};
        UPDATE message SET starred = 0 WHERE number IN (SELECT value FROM json_each($numbers));
        """;

    private const string DeleteMessages =
        """
        UPDATE domain SET total = total - c.count, unread = unread - c.fresh FROM
            (SELECT domain, count(DISTINCT message) count, count(DISTINCT CASE WHEN read = 0 THEN message END) fresh FROM slice GROUP BY domain) c WHERE number = c.domain;
        UPDATE mailbox SET total = total - c.count, unread = unread - c.fresh FROM
            (SELECT mailbox, count(*) count, sum(read = 0) fresh FROM slice GROUP BY mailbox) c WHERE number = c.mailbox;
        UPDATE tally SET total = total - c.count, unread = unread - c.fresh FROM
            (SELECT count(*) count, coalesce(sum(unread > 0), 0) fresh FROM message WHERE number IN (SELECT value FROM json_each($numbers))) c;
        DELETE FROM source WHERE key IN (SELECT s.key FROM json_each($numbers) n JOIN message m ON m.number = n.value
            JOIN source s ON s.key BETWEEN m.source << 16 AND (m.source << 16) | 0xFFFF);
        DELETE FROM delivery WHERE (mailbox, message) IN (SELECT j.value, m.number FROM json_each($numbers) n JOIN message m ON m.number = n.value, json_each(m.mailboxes) j);
        DELETE FROM message WHERE number IN (SELECT value FROM json_each($numbers));
        """;

    /// <summary>Removes sources that no message names: what a crash left of bodies written ahead.</summary>
    private const string DeleteUnfinished =
        """
        DELETE FROM source WHERE key IN (SELECT s.key FROM unfinished u JOIN source s ON s.key BETWEEN u.source << 16 AND (u.source << 16) | 0xFFFF);
        -- Without a condition SQLite would write a page even where there is no row, and readers would no longer be up to date.
        DELETE FROM unfinished WHERE source > 0;
        """;

    /// <summary>Changes the messages of one slice; a number that is not there is passed over.</summary>
    public static void Mark(SqliteConnection connection, List<long> numbers, Marks marks)
    {
        string statements = "";
        if (marks.Read is { } read) statements += read ? MarkRead : MarkUnread;
        if (marks.Starred is { } starred) statements += starred ? Star : Unstar;
        if (statements.Length > 0) Run(connection, Prepare + statements, numbers);
    }

    /// <summary>Deletes the messages of one slice; a number that is not there is passed over.</summary>
    public static void Delete(SqliteConnection connection, List<long> numbers) => Run(connection, Prepare + DeleteMessages, numbers);

    /// <summary>Those of the messages that are there, from the first on, until the slice is full.</summary>
    /// <param name="taken">How many ids were looked at.</param>
    public static List<long> SliceOf(SqliteConnection connection, IReadOnlyList<MessageId> ids, int start, out int taken)
    {
        var numbers = new List<long>();
        taken = 0;
        long octets = 0;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT size FROM message WHERE number = $number AND process = $process";
        SqliteParameter number = command.Parameters.Add("$number", SqliteType.Integer), process = command.Parameters.Add("$process", SqliteType.Blob);
        Span<byte> scratch = stackalloc byte[MessageId.Octets];
        for (int i = start; i < ids.Count && numbers.Count < SliceMessages && octets < SliceOctets; i++, taken++)
        {
            number.Value = SqliteWriter.NumberOf(ids[i]);
            process.Value = SqliteWriter.ProcessOctets(ids[i], scratch).ToArray();
            if (command.ExecuteScalar() is not long size) continue;
            numbers.Add((long)number.Value);
            octets += size;
        }
        return numbers;
    }

    /// <summary>The next messages in the order of their arrival, until the slice is full; empty at the end.</summary>
    /// <param name="after">The last number of the slice before.</param>
    /// <param name="last">No number beyond this one.</param>
    public static List<long> SliceAfter(SqliteConnection connection, long after, long last)
    {
        var numbers = new List<long>();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT number, size FROM message WHERE number > $after AND number <= $last ORDER BY number LIMIT $limit";
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$last", last);
        command.Parameters.AddWithValue("$limit", SliceMessages);
        using SqliteDataReader rows = command.ExecuteReader();
        for (long octets = 0; octets < SliceOctets && rows.Read(); octets += rows.GetInt64(1)) numbers.Add(rows.GetInt64(0));
        return numbers;
    }

    public static void ClearUnfinished(SqliteConnection connection) => Run(connection, DeleteUnfinished, []);

    private static void Run(SqliteConnection connection, string statements, List<long> numbers)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statements;
        if (numbers.Count > 0) command.Parameters.AddWithValue("$numbers", JsonSerializer.Serialize(numbers, StoredJson.Default.ListInt64));
        command.ExecuteNonQuery();
        transaction.Commit();
    }
}
