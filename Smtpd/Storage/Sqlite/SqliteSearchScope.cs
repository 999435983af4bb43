using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>A scope as conditions of SQL, with the numbers of its rows, which were looked up once.</summary>
internal sealed class SqliteSearchScope
{
    private readonly List<long> _mailboxes = [], _domains = [];

    private SqliteSearchScope(bool isEverything) => IsEverything = isEverything;

    public bool IsEverything { get; }

    /// <summary>True when nothing in the store lies in it.</summary>
    public bool IsEmpty => !IsEverything && _mailboxes.Count == 0 && _domains.Count == 0;

    /// <summary>The number of the mailbox where the scope is a single one.</summary>
    public long? OnlyMailbox => _domains.Count == 0 && _mailboxes.Count == 1 ? _mailboxes[0] : null;

    /// <summary>Entries in its mailboxes and domains; a message may have several. Not for everything.</summary>
    public long Entries { get; private set; }

    /// <summary>Those of them that are unread.</summary>
    public long Unread { get; private set; }

    public static SqliteSearchScope Resolve(SqliteConnection connection, MailScope scope)
    {
        var resolved = new SqliteSearchScope(scope.IsEverything);
        if (scope.IsEverything) return resolved;
        resolved.Find(connection, "mailbox", "address", scope.Mailboxes, resolved._mailboxes);
        resolved.Find(connection, "domain", "name", scope.Domains, resolved._domains);
        return resolved;
    }

    private void Find(SqliteConnection connection, string table, string column, IReadOnlyCollection<string> names, List<long> numbers)
    {
        if (names.Count == 0) return;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT number, total, unread FROM {table} WHERE {column} IN (SELECT value FROM json_each($names)) AND total > 0";
        command.Parameters.AddWithValue("$names", JsonSerializer.Serialize([.. names], StoredJson.Default.ListString));
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            numbers.Add(row.GetInt64(0));
            Entries += row.GetInt64(1);
            Unread += row.GetInt64(2);
        }
    }

    /// <summary>The condition that a mailbox lies in it.</summary>
    /// <param name="mailbox">The expression for the mailbox's number.</param>
    public string Holds(string mailbox)
    {
        if (IsEverything) return "1";
        if (_domains.Count == 0) return $"{mailbox} IN ({List(_mailboxes)})";
        return $"({mailbox} IN ({List(_mailboxes)}) OR (SELECT domain FROM mailbox WHERE number = {mailbox}) IN ({List(_domains)}))";
    }

    /// <summary>The condition that a message of the table <c>message m</c> has an entry in it of which something is true.</summary>
    /// <param name="entry">About the entry <c>d</c>.</param>
    public string HasEntry(string entry = "1") => IsEmpty ? "0"
        : OnlyMailbox is { } mailbox ? Invariant($"EXISTS (SELECT 1 FROM delivery d WHERE d.mailbox = {mailbox} AND d.message = m.number AND {entry})")
        : $"EXISTS (SELECT 1 FROM json_each(m.mailboxes) j JOIN delivery d ON d.mailbox = j.value AND d.message = m.number WHERE {Holds("d.mailbox")} AND {entry})";

    /// <summary>A query for the numbers of its messages, which may come several times. Not for everything.</summary>
    public string Messages => OnlyMailbox is { } mailbox
        ? Invariant($"SELECT message FROM delivery WHERE mailbox = {mailbox}")
        : $"SELECT message FROM delivery WHERE mailbox IN (SELECT number FROM mailbox WHERE number IN ({List(_mailboxes)}) UNION SELECT number FROM mailbox WHERE domain IN ({List(_domains)}))";

    private static string List(List<long> numbers) => string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
