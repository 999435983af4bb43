using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>Reads rows of lists, with marks and tags as a scope's entries have them.</summary>
internal static class SqliteSummaries
{
    private const string Columns = "number, process, created, size, unread, starred, subject, message_id, date, date_offset, correspondents, envelope, snippet, attachments";

    private const string Wanted = "(SELECT value FROM json_each($numbers))";

    private readonly record struct EntryMarks(bool Read, bool Starred);

    /// <summary>One page of a list with the counts of the whole, all of the same moment.</summary>
    public static MessagePage Page(SqliteConnection connection, MailScope scope, long start, MessageId? before, int limit)
    {
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        SqliteScope rows = SqliteScope.Resolve(connection, scope);
        (long total, long unread) = rows.Count(connection);
        return new MessagePage(total, unread, Read(connection, rows, SqlitePages.Find(connection, rows, start, before, limit)));
    }

    /// <summary>The newest message's id.</summary>
    public static MessageId? Latest(SqliteConnection connection, MailScope scope)
    {
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        if (SqlitePages.Find(connection, SqliteScope.Resolve(connection, scope), 0, null, 1) is not [long number]) return null;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT process FROM message WHERE number = $number";
        command.Parameters.AddWithValue("$number", number);
        return SqliteWriter.IdOf(number, (byte[])command.ExecuteScalar()!);
    }

    /// <summary>One message; null when it has no entry in the scope.</summary>
    public static MessageSummary? Find(SqliteConnection connection, MailScope scope, MessageId id)
    {
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        return Read(connection, SqliteScope.Resolve(connection, scope), [SqliteWriter.NumberOf(id)]) is [var found] && found.Id == id ? found : null;
    }

    /// <summary>Those of the messages that are there and have entries in the scope, all of the same moment, the newest first.</summary>
    public static List<MessageSummary> Among(SqliteConnection connection, MailScope scope, IReadOnlyList<long> numbers)
    {
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        return Read(connection, SqliteScope.Resolve(connection, scope), numbers);
    }

    /// <summary>Those of the messages that are there and have entries in the scope, the newest first. Within a transaction that reads.</summary>
    public static List<MessageSummary> Read(SqliteConnection connection, SqliteScope scope, IReadOnlyList<long> numbers)
    {
        var messages = new List<MessageSummary>();
        if (numbers.Count == 0 || scope.IsEmpty) return messages;
        string wanted = JsonSerializer.Serialize([.. numbers], StoredJson.Default.ListInt64);
        Dictionary<long, EntryMarks>? marks = scope.IsEverything ? null : ReadMarks(connection, scope, wanted);
        Dictionary<long, List<string>> tags = ReadTags(connection, scope, wanted);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM message WHERE number IN {Wanted} ORDER BY number DESC";
        command.Parameters.AddWithValue("$numbers", wanted);
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            long number = row.GetInt64(0);
            var mark = new EntryMarks(row.GetInt64(4) == 0, row.GetInt64(5) > 0);
            if (marks is not null && !marks.TryGetValue(number, out mark)) continue;
            messages.Add(Summary(row, mark, tags.TryGetValue(number, out List<string>? names) ? TagNames.InOrder(names) : []));
        }
        return messages;
    }

    private static Dictionary<long, EntryMarks> ReadMarks(SqliteConnection connection, SqliteScope scope, string wanted)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            $"""
            SELECT m.number, min(d.read), max(d.starred)
            FROM message m CROSS JOIN json_each(m.mailboxes) j CROSS JOIN delivery d ON d.mailbox = j.value AND d.message = m.number
            WHERE m.number IN {Wanted} AND {scope.Holds("j.value")} GROUP BY m.number
            """;
        command.Parameters.AddWithValue("$numbers", wanted);
        scope.Bind(command);
        var marks = new Dictionary<long, EntryMarks>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) marks[row.GetInt64(0)] = new EntryMarks(row.GetInt64(1) > 0, row.GetInt64(2) > 0);
        return marks;
    }

    private static Dictionary<long, List<string>> ReadTags(SqliteConnection connection, SqliteScope scope, string wanted)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT message, name FROM tag WHERE message IN {Wanted} AND {scope.Holds("mailbox")}";
        command.Parameters.AddWithValue("$numbers", wanted);
        scope.Bind(command);
        var tags = new Dictionary<long, List<string>>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            if (!tags.TryGetValue(row.GetInt64(0), out List<string>? names)) tags[row.GetInt64(0)] = names = [];
            names.Add(row.GetString(1));
        }
        return tags;
    }

    private static MessageSummary Summary(SqliteDataReader row, EntryMarks marks, IReadOnlyList<string> tags)
    {
        MessageId id = SqliteWriter.IdOf(row.GetInt64(0), row.GetFieldValue<byte[]>(1));
        StoredCorrespondents people = JsonSerializer.Deserialize(row.GetString(10), StoredJson.Default.StoredCorrespondents)!;
        DateTimeOffset? date = row.IsDBNull(8) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)).ToOffset(TimeSpan.FromMinutes(row.GetInt64(9)));
        var header = new HeaderSummary(row.GetString(6), row.GetString(7), date, people.From, people.To, people.Cc, people.Bcc, people.ReplyTo);
        return new MessageSummary(id, DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)), row.GetInt64(3), marks.Read, marks.Starred,
            header, JsonSerializer.Deserialize(row.GetString(11), StoredJson.Default.StoredEnvelope)!, row.GetString(12), row.GetInt32(13)) { Tags = tags };
    }
}
