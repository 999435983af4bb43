using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>Changes of stored messages, each with the counts that follow from it, in one transaction.</summary>
internal static class SqliteChanges
{
    /// <summary>The message's entries, found through the mailbox numbers that the message lists.</summary>
    private const string Entries = "SELECT d.mailbox, d.read FROM message m, json_each(m.mailboxes) j JOIN delivery d ON d.mailbox = j.value AND d.message = m.number WHERE m.number = $number AND d.deleted = 0";

    private const string MarkRead =
        $"""
        UPDATE domain SET unread = unread - 1 WHERE number IN (SELECT b.domain FROM mailbox b WHERE b.number IN (SELECT mailbox FROM ({Entries}) WHERE read = 0));
        UPDATE mailbox SET unread = unread - 1 WHERE number IN (SELECT mailbox FROM ({Entries}) WHERE read = 0);
        UPDATE tally SET unread = unread - 1 WHERE (SELECT unread FROM message WHERE number = $number) > 0;
        UPDATE delivery SET read = 1 WHERE message = $number AND mailbox IN (SELECT mailbox FROM ({Entries}));
        UPDATE message SET unread = 0 WHERE number = $number;
        """;

    private const string MarkUnread =
        $"""
        UPDATE domain SET unread = unread + 1 WHERE number IN (SELECT b.domain FROM mailbox b WHERE b.number IN (SELECT mailbox FROM ({Entries})))
            AND number NOT IN (SELECT b.domain FROM mailbox b WHERE b.number IN (SELECT mailbox FROM ({Entries}) WHERE read = 0));
        UPDATE mailbox SET unread = unread + 1 WHERE number IN (SELECT mailbox FROM ({Entries}) WHERE read = 1);
        UPDATE tally SET unread = unread + 1 WHERE (SELECT unread FROM message WHERE number = $number) = 0;
        UPDATE delivery SET read = 0 WHERE message = $number AND mailbox IN (SELECT mailbox FROM ({Entries}));
        UPDATE message SET unread = (SELECT count(*) FROM ({Entries})) WHERE number = $number;
        """;

    private const string DeleteMessage =
        $"""
        UPDATE domain SET unread = unread - 1 WHERE number IN (SELECT b.domain FROM mailbox b WHERE b.number IN (SELECT mailbox FROM ({Entries}) WHERE read = 0));
        UPDATE domain SET total = total - 1 WHERE number IN (SELECT b.domain FROM mailbox b WHERE b.number IN (SELECT mailbox FROM ({Entries})));
        UPDATE mailbox SET unread = unread - 1 WHERE number IN (SELECT mailbox FROM ({Entries}) WHERE read = 0);
        UPDATE mailbox SET total = total - 1 WHERE number IN (SELECT mailbox FROM ({Entries}));
        UPDATE tally SET total = total - 1, unread = unread - (SELECT unread > 0 FROM message WHERE number = $number) WHERE EXISTS (SELECT 1 FROM message WHERE number = $number);
        DELETE FROM source WHERE key BETWEEN (SELECT source << 16 FROM message WHERE number = $number) AND (SELECT (source << 16) | 0xFFFF FROM message WHERE number = $number);
        DELETE FROM delivery WHERE message = $number AND mailbox IN (SELECT j.value FROM message m, json_each(m.mailboxes) j WHERE m.number = $number);
        DELETE FROM message WHERE number = $number;
        """;

    /// <summary>Removes sources that no message names: what a crash left of bodies written ahead.</summary>
    private const string DeleteUnfinished =
        """
        DELETE FROM source WHERE key IN (SELECT s.key FROM unfinished u JOIN source s ON s.key BETWEEN u.source << 16 AND (u.source << 16) | 0xFFFF);
        -- Without a condition SQLite would write a page even where there is no row, and readers would no longer be up to date.
        DELETE FROM unfinished WHERE source > 0;
        """;

    public static void SetRead(SqliteConnection connection, long number, bool read) => Run(connection, read ? MarkRead : MarkUnread, number);

    public static void Delete(SqliteConnection connection, long number) => Run(connection, DeleteMessage, number);

    /// <summary>Deletes the message if it is there under its whole id.</summary>
    public static void DeleteIfPresent(SqliteConnection connection, MessageId id)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT 1 FROM message WHERE number = $number AND process = $process";
        Span<byte> octets = stackalloc byte[MessageId.Octets];
        command.Parameters.AddWithValue("$number", SqliteWriter.NumberOf(id));
        command.Parameters.AddWithValue("$process", SqliteWriter.ProcessOctets(id, octets).ToArray());
        if (command.ExecuteScalar() is not null) Delete(connection, SqliteWriter.NumberOf(id));
    }

    public static void ClearUnfinished(SqliteConnection connection) => Run(connection, DeleteUnfinished, null);

    private static void Run(SqliteConnection connection, string statements, long? number)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statements;
        if (number is { } value) command.Parameters.AddWithValue("$number", value);
        command.ExecuteNonQuery();
        transaction.Commit();
    }
}
