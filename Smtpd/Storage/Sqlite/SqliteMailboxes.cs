using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>Lists mailboxes and domains with their counts.</summary>
internal static class SqliteMailboxes
{
    /// <summary>Up to so many mailboxes of a domain are each asked for their newest message: a millisecond.</summary>
    private const int FewMailboxes = 256;

    /// <summary>Where a domain has more, so many of the messages that are not newer than its newest are looked at first: 4 ms.</summary>
    private const int FewLooks = 1000;

    private const string Newest = "(SELECT max(d.message) FROM delivery d WHERE d.mailbox = b.number)";

    private const string Wanted = "b.address > $after AND b.total > 0 AND instr(b.address, $filter) > 0 ORDER BY b.address LIMIT $limit";

    public static IReadOnlyList<MailboxSummary> List(SqliteConnection connection, MailScope scope, bool domains, string filter, string? after, int limit)
    {
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        var rows = new List<Row>();
        using SqliteCommand command = connection.CreateCommand();
        command.Parameters.AddWithValue("$after", after ?? "");
        command.Parameters.AddWithValue("$filter", filter);
        command.Parameters.AddWithValue("$limit", limit);
        command.Parameters.AddWithValue("$number", 0L);
        SqliteScope found = SqliteScope.Resolve(connection, scope);
        found.Bind(command);
        if (domains)
        {
            string owned = scope.IsEverything ? "1" : "number IN (SELECT value FROM json_each($domains))";
            Add($"SELECT name, total, unread, number FROM domain WHERE name > $after AND total > 0 AND instr(name, $filter) > 0 AND {owned} ORDER BY name LIMIT $limit");
            rows = [.. rows.Select(row => row with { Newest = NewestOfDomain(connection, row.Newest) })];
        }
        else if (scope.IsEverything)
        {
            Add($"SELECT b.address, b.total, b.unread, {Newest} FROM mailbox b WHERE {Wanted}");
        }
        else
        {
            if (found.MailboxCount > 0) Add($"SELECT b.address, b.total, b.unread, {Newest} FROM mailbox b WHERE b.number IN (SELECT value FROM json_each($mailboxes)) AND {Wanted}");
            // Each domain in the order of its index, which a condition on several would not be read in.
            foreach (long domain in found.Domains)
            {
                command.Parameters["$number"].Value = domain;
                Add($"SELECT b.address, b.total, b.unread, {Newest} FROM mailbox b WHERE b.domain = $number AND {Wanted}");
            }
            rows = [.. rows.OrderBy(row => row.Name, StringComparer.Ordinal).Take(limit)];
        }
        Dictionary<long, MessageId> ids = IdsOf(connection, [.. rows.Select(row => row.Newest)]);
        return [.. rows.Select(row => new MailboxSummary(row.Name, row.Total, row.Unread, ids.TryGetValue(row.Newest, out MessageId id) ? id : null))];

        void Add(string query)
        {
            command.CommandText = query;
            using SqliteDataReader row = command.ExecuteReader();
            while (row.Read()) rows.Add(new Row(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
        }
    }

    /// <param name="Newest">The number of its newest message.</param>
    private sealed record Row(string Name, long Total, long Unread, long Newest);

    private static long NewestOfDomain(SqliteConnection connection, long domain)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Parameters.AddWithValue("$domain", domain);
        command.CommandText = $"SELECT count(*) FROM (SELECT 1 FROM mailbox WHERE domain = $domain LIMIT {FewMailboxes + 1})";
        if ((long)command.ExecuteScalar()! > FewMailboxes)
        {
            command.CommandText =
                $"""
                SELECT number FROM (SELECT number, mailboxes FROM message WHERE number <= (SELECT newest FROM domain WHERE number = $domain) ORDER BY number DESC LIMIT {FewLooks}) m
                WHERE EXISTS (SELECT 1 FROM json_each(m.mailboxes) j CROSS JOIN mailbox b ON b.number = j.value WHERE b.domain = $domain) ORDER BY number DESC LIMIT 1
                """;
            if (command.ExecuteScalar() is long soon) return soon;
        }
        command.CommandText = $"SELECT max({Newest}) FROM mailbox b WHERE b.domain = $domain";
        return (long)command.ExecuteScalar()!;
    }

    private static Dictionary<long, MessageId> IdsOf(SqliteConnection connection, List<long> numbers)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT number, process FROM message WHERE number IN (SELECT value FROM json_each($numbers))";
        command.Parameters.AddWithValue("$numbers", JsonSerializer.Serialize(numbers, StoredJson.Default.ListInt64));
        var ids = new Dictionary<long, MessageId>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) ids[row.GetInt64(0)] = SqliteWriter.IdOf(row.GetInt64(0), row.GetFieldValue<byte[]>(1));
        return ids;
    }
}
