using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Storage.Sqlite;

namespace Smtpd.Storage.Spooling;

/// <summary>The messages of a spool in the order in which they came, and what was done to them since.</summary>
internal sealed class SpoolQueue(SqliteStore spool)
{
    /// <summary>Messages and octets that lie there.</summary>
    public (long Messages, long Octets) Measure() => spool.Query(connection =>
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*), coalesce(sum(size), 0) FROM message";
        using SqliteDataReader row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    });

    /// <summary>The oldest messages behind one, the oldest first: at most so many, and so many octets unless the first alone is more.</summary>
    /// <param name="after">If given, only messages newer than this.</param>
    public ValueTask<List<MessageSummary>> OldestAsync(MessageId? after, int most, long mostOctets, CancellationToken cancellation) => spool.QueryAsync(connection =>
    {
        List<long> numbers = [];
        using (SqliteCommand command = connection.CreateCommand())
        {
            command.CommandText = "SELECT number, size FROM message WHERE number > $after ORDER BY number LIMIT $most";
            command.Parameters.AddWithValue("$after", after is { } id ? SqliteWriter.NumberOf(id) : -1);
            command.Parameters.AddWithValue("$most", most);
            using SqliteDataReader row = command.ExecuteReader();
            for (long octets = 0; row.Read() && ((octets += row.GetInt64(1)) <= mostOctets || numbers.Count == 0);) numbers.Add(row.GetInt64(0));
        }
        List<MessageSummary> messages = SqliteSummaries.Among(connection, MailScope.Everything, numbers);
        messages.Reverse();
        return messages;
    }, cancellation);

    /// <summary>The entries of messages that are there.</summary>
    public ValueTask<List<SpooledEntry>> EntriesAsync(IReadOnlyList<MessageId> ids, CancellationToken cancellation) => spool.QueryAsync(connection =>
    {
        Dictionary<long, MessageId> byNumber = ids.ToDictionary(SqliteWriter.NumberOf);
        string numbers = JsonSerializer.Serialize([.. byNumber.Keys], StoredJson.Default.ListInt64);
        var tags = new Dictionary<(long, long), List<string>>();
        using (SqliteCommand command = Command(connection, "SELECT message, mailbox, name FROM tag WHERE message IN (SELECT value FROM json_each($numbers))", numbers))
        using (SqliteDataReader row = command.ExecuteReader())
        {
            while (row.Read())
            {
                if (!tags.TryGetValue((row.GetInt64(0), row.GetInt64(1)), out List<string>? names)) tags[(row.GetInt64(0), row.GetInt64(1))] = names = [];
                names.Add(row.GetString(2));
            }
        }
        List<SpooledEntry> entries = [];
        using (SqliteCommand command = Command(connection,
            """
            SELECT m.number, b.number, b.address, d.read, d.starred
            FROM json_each($numbers) n CROSS JOIN message m ON m.number = n.value CROSS JOIN json_each(m.mailboxes) j
            CROSS JOIN delivery d ON d.mailbox = j.value AND d.message = m.number CROSS JOIN mailbox b ON b.number = d.mailbox
            """, numbers))
        using (SqliteDataReader row = command.ExecuteReader())
        {
            while (row.Read())
                entries.Add(new SpooledEntry(byNumber[row.GetInt64(0)], row.GetString(2), row.GetInt64(3) > 0, row.GetInt64(4) > 0, tags.GetValueOrDefault((row.GetInt64(0), row.GetInt64(1))) ?? []));
        }
        return entries;
    }, cancellation);

    private static SqliteCommand Command(SqliteConnection connection, string text, string numbers)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.Parameters.AddWithValue("$numbers", numbers);
        return command;
    }
}
