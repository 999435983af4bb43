using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// A scope as numbers of rows, looked up once for a query or a slice. Statements that use its <see cref="Holds"/> or <see cref="AllMailboxes"/>
/// take the parameters that <see cref="Bind"/> gives them.
/// </summary>
internal sealed class SqliteScope
{
    private readonly List<Row> _mailboxes;
    private readonly List<Row> _domains;

    private readonly record struct Row(long Number, long Total, long Unread);

    private SqliteScope(bool isEverything, List<Row> mailboxes, List<Row> domains)
    {
        IsEverything = isEverything;
        _mailboxes = mailboxes;
        _domains = domains;
        List<Row> rows = [.. mailboxes, .. domains];
        IsEmpty = !isEverything && rows.Count == 0;
        IsOneRow = rows.Count == 1;
        Total = rows.Sum(row => row.Total);
        Unread = rows.Sum(row => row.Unread);
        Largest = rows.Count == 0 ? 0 : rows.Max(row => row.Total);
    }

    /// <summary>A query that gives the numbers of all its mailboxes, those of its domains among them.</summary>
    public const string AllMailboxes =
        "SELECT value FROM json_each($mailboxes) UNION ALL SELECT b.number FROM json_each($domains) s JOIN mailbox b ON b.domain = s.value";

    public bool IsEverything { get; }

    /// <summary>True when nothing in the store lies in it.</summary>
    public bool IsEmpty { get; }

    /// <summary>True when it is one mailbox or one domain, so that <see cref="Total"/> and <see cref="Unread"/> are exact.</summary>
    public bool IsOneRow { get; }

    /// <summary>The messages of its mailboxes and domains; a message that lies in several is counted for each. Not for everything.</summary>
    public long Total { get; }

    /// <summary>The same of those that are unread.</summary>
    public long Unread { get; }

    /// <summary>How many messages lie in that mailbox or domain of it that has the most.</summary>
    public long Largest { get; }

    /// <summary>The numbers of its mailboxes, without those of its domains.</summary>
    public IEnumerable<long> Mailboxes => _mailboxes.Select(row => row.Number);

    public IEnumerable<long> Domains => _domains.Select(row => row.Number);

    public int MailboxCount => _mailboxes.Count;

    public bool HasDomains => _domains.Count > 0;

    public static SqliteScope Resolve(SqliteConnection connection, MailScope scope) => scope.IsEverything
        ? new SqliteScope(true, [], [])
        : new SqliteScope(false, Find(connection, "mailbox", "address", scope.Mailboxes), Find(connection, "domain", "name", scope.Domains));

    /// <summary>Rows without mail have no entries that anything could be done to.</summary>
    private static List<Row> Find(SqliteConnection connection, string table, string column, IReadOnlyCollection<string> names)
    {
        var rows = new List<Row>();
        if (names.Count == 0) return rows;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT number, total, unread FROM {table} WHERE {column} IN (SELECT value FROM json_each($names)) AND total > 0";
        command.Parameters.AddWithValue("$names", JsonSerializer.Serialize([.. names], StoredJson.Default.ListString));
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) rows.Add(new Row(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
        return rows;
    }

    /// <summary>The condition that a mailbox lies in the scope.</summary>
    /// <param name="mailbox">The expression for the mailbox's number.</param>
    public string Holds(string mailbox)
    {
        if (IsEverything) return "1";
        string one = $"{mailbox} IN (SELECT value FROM json_each($mailboxes))";
        return HasDomains ? $"({one} OR (SELECT domain FROM mailbox WHERE number = {mailbox}) IN (SELECT value FROM json_each($domains)))" : one;
    }

    public void Bind(SqliteCommand command)
    {
        if (IsEverything) return;
        command.Parameters.AddWithValue("$mailboxes", Json(_mailboxes));
        command.Parameters.AddWithValue("$domains", Json(_domains));
    }

    private static string Json(List<Row> rows) => JsonSerializer.Serialize([.. rows.Select(row => row.Number)], StoredJson.Default.ListInt64);

    /// <summary>Total and unread messages as <see cref="IMailStore.ListAsync"/> promises them.</summary>
    public (long Total, long Unread) Count(SqliteConnection connection)
    {
        if (IsEmpty) return (0, 0);
        if (IsOneRow) return (Total, Unread);
        (long total, long unread) = Tally(connection);
        if (IsEverything) return (total, unread);
        if (Total > IMailStore.MostCounted) return (Math.Min(Total, total), Math.Min(Unread, unread));
        using SqliteCommand command = connection.CreateCommand();
        // Twice as fast as counts of distinct numbers, and 1.5 us for each entry.
        command.CommandText =
            $"SELECT count(*), coalesce(sum(unread), 0) FROM (SELECT max(read = 0) unread FROM delivery WHERE mailbox IN ({AllMailboxes}) GROUP BY message)";
        Bind(command);
        using SqliteDataReader counts = command.ExecuteReader();
        counts.Read();
        return (counts.GetInt64(0), counts.GetInt64(1));
    }

    /// <summary>Total and unread messages of the whole store.</summary>
    public static (long Total, long Unread) Tally(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT total, unread FROM tally";
        using SqliteDataReader row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }
}
