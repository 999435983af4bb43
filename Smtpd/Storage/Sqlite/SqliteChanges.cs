using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// Changes of stored messages, each with the counts that follow from it, one slice in one transaction. Which messages a slice has
/// says <see cref="SqliteSlices"/>.
/// </summary>
internal static class SqliteChanges
{
    /// <summary>Messages of one slice: some milliseconds of work.</summary>
    public const int SliceMessages = 250;

    /// <summary>
    /// All entries of the slice's messages as they are before the change, and whether they lie in the scope. It lives in memory, as does
    /// the list of messages that go as a whole.
    /// </summary>
    private static string Prepare(SqliteScope scope) =>
        $"""
        CREATE TEMP TABLE IF NOT EXISTS slice
            (message INTEGER NOT NULL, mailbox INTEGER NOT NULL, domain INTEGER NOT NULL, read INTEGER NOT NULL, starred INTEGER NOT NULL, mine INTEGER NOT NULL);
        CREATE TEMP TABLE IF NOT EXISTS gone (message INTEGER PRIMARY KEY);
        DELETE FROM slice;
        DELETE FROM gone;
        INSERT INTO slice SELECT m.number, b.number, b.domain, d.read, d.starred, {scope.Holds("b.number")}
            FROM json_each($numbers) n CROSS JOIN message m ON m.number = n.value CROSS JOIN json_each(m.mailboxes) j
            CROSS JOIN delivery d ON d.mailbox = j.value AND d.message = m.number CROSS JOIN mailbox b ON b.number = d.mailbox;
        """;

    private const string Mine = "(mailbox, message) IN (SELECT mailbox, message FROM slice WHERE mine)";

    // A message is unread in a domain, or at all, while one of its entries there is. So it counts where its last unread entry was
    // marked read, and where its first one was marked unread.
    private const string MarkRead =
        $"""
        UPDATE domain SET unread = unread - c.count FROM (SELECT domain, count(*) count FROM
            (SELECT domain FROM slice GROUP BY domain, message HAVING min(read) = 0 AND min(read OR mine) = 1) GROUP BY domain) c WHERE number = c.domain;
        UPDATE mailbox SET unread = unread - c.count FROM (SELECT mailbox, count(*) count FROM slice WHERE mine AND read = 0 GROUP BY mailbox) c WHERE number = c.mailbox;
        UPDATE tally SET unread = unread - (SELECT count(*) FROM (SELECT 1 FROM slice GROUP BY message HAVING min(read) = 0 AND min(read OR mine) = 1));
        UPDATE delivery SET read = 1 WHERE {Mine};
        UPDATE message SET unread = c.count FROM (SELECT message, sum(NOT (read OR mine)) count FROM slice GROUP BY message) c WHERE number = c.message;
        """;

    private const string MarkUnread =
        $"""
        UPDATE domain SET unread = unread + c.count FROM (SELECT domain, count(*) count FROM
            (SELECT domain FROM slice GROUP BY domain, message HAVING min(read) = 1 AND max(mine) = 1) GROUP BY domain) c WHERE number = c.domain;
        UPDATE mailbox SET unread = unread + c.count FROM (SELECT mailbox, count(*) count FROM slice WHERE mine AND read = 1 GROUP BY mailbox) c WHERE number = c.mailbox;
        UPDATE tally SET unread = unread + (SELECT count(*) FROM (SELECT 1 FROM slice GROUP BY message HAVING min(read) = 1 AND max(mine) = 1));
        UPDATE delivery SET read = 0 WHERE {Mine};
        UPDATE message SET unread = c.count FROM (SELECT message, sum(mine OR read = 0) count FROM slice GROUP BY message) c WHERE number = c.message;
        """;

    private const string Star =
        $"""
        UPDATE delivery SET starred = 1 WHERE {Mine};
        UPDATE message SET starred = c.count FROM (SELECT message, sum(starred OR mine) count FROM slice GROUP BY message) c WHERE number = c.message;
        """;

    private const string Unstar =
        $"""
        UPDATE delivery SET starred = 0 WHERE {Mine};
        UPDATE message SET starred = c.count FROM (SELECT message, sum(starred AND NOT mine) count FROM slice GROUP BY message) c WHERE number = c.message;
        """;

    /// <summary>The entries of the scope go, and with its last entry the message.</summary>
    private const string DeleteEntries =
        $"""
        INSERT INTO gone SELECT n.value FROM json_each($numbers) n WHERE n.value IN (SELECT number FROM message) AND NOT EXISTS (SELECT 1 FROM slice s WHERE s.message = n.value AND NOT s.mine);
        UPDATE domain SET total = total - c.count, unread = unread - c.fresh FROM (SELECT domain, sum(whole) count, sum(fresh) fresh FROM
            (SELECT domain, min(mine) whole, min(read) = 0 AND min(read OR mine) = 1 fresh FROM slice GROUP BY domain, message) GROUP BY domain) c WHERE number = c.domain;
        UPDATE mailbox SET total = total - c.count, unread = unread - c.fresh FROM
            (SELECT mailbox, count(*) count, sum(read = 0) fresh FROM slice WHERE mine GROUP BY mailbox) c WHERE number = c.mailbox;
        UPDATE tally SET total = total - (SELECT count(*) FROM gone),
            unread = unread - (SELECT count(*) FROM (SELECT 1 FROM slice GROUP BY message HAVING min(read) = 0 AND min(read OR mine) = 1));
        {MessageBuckets.Deduct}
        DELETE FROM source WHERE key IN (SELECT s.key FROM gone g CROSS JOIN message m ON m.number = g.message
            CROSS JOIN source s ON s.key BETWEEN m.source << 16 AND (m.source << 16) | 0xFFFF);
        DELETE FROM tag WHERE (message, mailbox) IN (SELECT message, mailbox FROM slice WHERE mine);
        DELETE FROM delivery WHERE {Mine};
        DELETE FROM message WHERE number IN (SELECT message FROM gone);
        UPDATE message SET unread = c.unread, starred = c.starred, mailboxes = c.mailboxes FROM
            (SELECT message, sum(read = 0) unread, sum(starred) starred, json_group_array(mailbox) mailboxes FROM slice WHERE NOT mine GROUP BY message) c WHERE number = c.message;
        """;

    /// <summary>Removes sources that no message names: what a crash left of bodies written ahead.</summary>
    private const string DeleteUnfinished =
        """
        DELETE FROM source WHERE key IN (SELECT s.key FROM unfinished u JOIN source s ON s.key BETWEEN u.source << 16 AND (u.source << 16) | 0xFFFF);
        -- Without a condition SQLite would write a page even where there is no row, and readers would no longer be up to date.
        DELETE FROM unfinished WHERE source > 0;
        """;

    /// <summary>Changes the scope's entries of the messages of one slice.</summary>
    public static void Mark(SqliteConnection connection, SqliteScope scope, List<long> numbers, Marks marks)
    {
        string statements = "";
        if (marks.Read is { } read) statements += read ? MarkRead : MarkUnread;
        if (marks.Starred is { } starred) statements += starred ? Star : Unstar;
        if (statements.Length > 0) Run(connection, scope, numbers, statements);
    }

    /// <summary>Deletes the scope's entries of the messages of one slice.</summary>
    public static void Delete(SqliteConnection connection, SqliteScope scope, List<long> numbers) => Run(connection, scope, numbers, DeleteEntries);

    public static void ClearUnfinished(SqliteConnection connection)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = DeleteUnfinished;
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    /// <summary>Runs statements over the entries of a slice in one transaction.</summary>
    /// <param name="numbers">Numbers of messages that are there, each once.</param>
    public static void Run(SqliteConnection connection, SqliteScope scope, List<long> numbers, string statements, params (string Name, string Value)[] values)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = Prepare(scope) + statements;
        command.Parameters.AddWithValue("$numbers", JsonSerializer.Serialize(numbers, StoredJson.Default.ListInt64));
        scope.Bind(command);
        foreach ((string name, string value) in values) command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
        transaction.Commit();
    }
}
