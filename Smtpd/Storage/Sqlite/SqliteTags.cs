using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>Tags of entries: the table <c>tag</c>, into which mail that comes in writes nothing.</summary>
internal static class SqliteTags
{
    /// <summary>Each name by one seek in the index, however often it is used.</summary>
    private const string Names =
        """
        WITH RECURSIVE names(name) AS (
            SELECT min(name) FROM tag
            UNION ALL SELECT (SELECT min(t.name) FROM tag t WHERE t.name > names.name) FROM names WHERE names.name IS NOT NULL)
        SELECT name FROM names WHERE name IS NOT NULL
        """;

    private const string OfScope =
        """
         AND (EXISTS (SELECT 1 FROM json_each($domains) s CROSS JOIN tag t ON t.name = names.name AND t.domain = s.value)
            OR EXISTS (SELECT 1 FROM json_each($mailboxes) s CROSS JOIN mailbox b ON b.number = s.value CROSS JOIN tag t ON t.name = names.name AND t.domain = b.domain AND t.mailbox = b.number))
        """;

    /// <summary>Gives the scope's entries of a slice these tags alone.</summary>
    private const string Set =
        """
        DELETE FROM tag WHERE (message, mailbox) IN (SELECT message, mailbox FROM slice WHERE mine);
        INSERT INTO tag (message, mailbox, name, domain) SELECT s.message, s.mailbox, t.value, s.domain FROM slice s, json_each($tags) t WHERE s.mine;
        """;

    /// <summary>The names on the scope's entries, in the order of <see cref="TagNames"/>.</summary>
    public static IReadOnlyList<string> List(SqliteConnection connection, MailScope scope)
    {
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        SqliteScope rows = SqliteScope.Resolve(connection, scope);
        if (rows.IsEmpty) return [];
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = rows.IsEverything ? Names : Names + OfScope;
        rows.Bind(command);
        var names = new List<string>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) names.Add(row.GetString(0));
        return TagNames.InOrder(names);
    }

    /// <summary>How many messages have each tag on the scope's entries.</summary>
    public static IReadOnlyDictionary<string, long> CountAll(SqliteConnection connection, MailScope scope)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        SqliteScope rows = SqliteScope.Resolve(connection, scope);
        if (rows.IsEmpty) return counts;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT name, count(DISTINCT message) FROM tag WHERE {rows.Holds("mailbox")} GROUP BY name";
        rows.Bind(command);
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) counts.Add(row.GetString(0), row.GetInt64(1));
        return counts;
    }

    /// <summary>Changes the messages of one slice.</summary>
    public static void SetSlice(SqliteConnection connection, SqliteScope scope, List<long> numbers, IReadOnlyList<string> tags) =>
        SqliteChanges.Run(connection, scope, numbers, Set, [("$tags", JsonSerializer.Serialize([.. tags.Distinct(StringComparer.Ordinal)], StoredJson.Default.ListString))]);

    /// <summary>How many of the scope's entries have the tag.</summary>
    public static long Count(SqliteConnection connection, MailScope scope, string tag)
    {
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM ({Entries(command, SqliteScope.Resolve(connection, scope), tag)})";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Renames the tag on some of the scope's entries that have it, or takes it off.</summary>
    /// <param name="newName">Another name; null for none.</param>
    /// <returns>How many entries; 0 when none has it any more.</returns>
    public static long RenameSlice(SqliteConnection connection, MailScope scope, string tag, string? newName)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            $"""
            CREATE TEMP TABLE IF NOT EXISTS tagged (message INTEGER NOT NULL, mailbox INTEGER NOT NULL, domain INTEGER NOT NULL);
            DELETE FROM tagged;
            INSERT INTO tagged SELECT message, mailbox, domain FROM ({Entries(command, SqliteScope.Resolve(connection, scope), tag)}) LIMIT {SqliteChanges.SliceMessages};
            DELETE FROM tag WHERE (message, mailbox, name) IN (SELECT message, mailbox, $tag FROM tagged);
            {(newName is null ? "" : "INSERT OR IGNORE INTO tag (message, mailbox, name, domain) SELECT message, mailbox, $name, domain FROM tagged;")}
            SELECT count(*) FROM tagged;
            """;
        if (newName is not null) command.Parameters.AddWithValue("$name", newName);
        long entries = (long)command.ExecuteScalar()!;
        transaction.Commit();
        return entries;
    }

    /// <summary>A query for the scope's entries that have the tag; it goes to them by the index.</summary>
    private static string Entries(SqliteCommand command, SqliteScope scope, string tag)
    {
        command.Parameters.AddWithValue("$tag", tag);
        scope.Bind(command);
        return scope.IsEverything ? "SELECT message, mailbox, domain FROM tag WHERE name = $tag" :
            """
            SELECT t.message, t.mailbox, t.domain FROM json_each($domains) s CROSS JOIN tag t ON t.name = $tag AND t.domain = s.value
            UNION ALL SELECT t.message, t.mailbox, t.domain
                FROM json_each($mailboxes) s CROSS JOIN mailbox b ON b.number = s.value CROSS JOIN tag t ON t.name = $tag AND t.domain = b.domain AND t.mailbox = b.number
            """;
    }
}
