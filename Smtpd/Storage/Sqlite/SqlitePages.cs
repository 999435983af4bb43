using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>Finds which messages a page of a list shows. Within a transaction that reads.</summary>
internal static class SqlitePages
{
    /// <summary>So many mailboxes are merged entry by entry, each by a statement of its own.</summary>
    private const int MostMerged = 64;

    /// <summary>
    /// What it costs to look whether a message lies in a scope (4 us, its row is read and its mailboxes are looked up), in entries of
    /// a mailbox that are gathered and sorted (0.8 us each); measured with 1,000,000 messages, 500,000 of them in 100,000 mailboxes of a domain.
    /// </summary>
    private const long LookInEntries = 5;

    /// <summary>A place that nobody's newest messages come before.</summary>
    private const int FewLooks = 1000;

    /// <summary>Numbers of the scope's messages, the newest first.</summary>
    public static List<long> Find(SqliteConnection connection, SqliteScope scope, long start, MessageId? before, int limit)
    {
        long end = before is { } id ? SqliteWriter.NumberOf(id) : long.MaxValue;
        if (scope.IsEmpty) return [];
        long all = SqliteScope.Tally(connection).Total;
        // One domain often has all the mail.
        if (scope.IsEverything || scope.Largest == all) return OfEverything(connection, start, end, limit);
        if (!scope.HasDomains && scope.MailboxCount <= MostMerged) return Merged(connection, scope, start, end, limit);

        // In a large scope the newest messages are soon together; of a small one all entries are soon gathered. Where the scope's mail is
        // old there is an end to the looking.
        long looks = (long)Math.Min(long.MaxValue / 16, (start + (double)limit) * all / scope.Largest);
        if (looks * LookInEntries > scope.Total) return Gathered(connection, scope, start, end, limit);
        return Scanned(connection, scope, start, end, limit, FewLooks + (4 * looks)) ?? Gathered(connection, scope, start, end, limit);
    }

    private static List<long> OfEverything(SqliteConnection connection, long start, long before, int limit)
    {
        if (MessageBuckets.Seek(connection, MessageBuckets.AllMail, before, start) is not var (near, rest)) return [];
        return Numbers(connection, "SELECT number FROM message WHERE number < $before ORDER BY number DESC LIMIT $limit OFFSET $start", null, rest, near, limit);
    }

    /// <summary>Walks through the entries of all mailboxes side by side, each in the order of the primary key.</summary>
    private static List<long> Merged(SqliteConnection connection, SqliteScope scope, long start, long before, int limit)
    {
        if (scope.MailboxCount == 1)
        {
            if (MessageBuckets.Seek(connection, scope.Mailboxes.Single(), before, start) is not var (near, rest)) return [];
            (before, start) = (near, rest);
        }
        using var merge = new MailboxMerge(connection, scope.Mailboxes, before);
        return merge.Take(start, limit);
    }

    /// <summary>Null when not enough were found among so many of the newest messages.</summary>
    private static List<long>? Scanned(SqliteConnection connection, SqliteScope scope, long start, long before, int limit, long looks)
    {
        List<long> found = Numbers(connection,
            $"""
            SELECT number FROM (SELECT number, mailboxes FROM message WHERE number < $before ORDER BY number DESC LIMIT {looks}) m
            WHERE EXISTS (SELECT 1 FROM json_each(m.mailboxes) j WHERE {scope.Holds("j.value")}) ORDER BY number DESC LIMIT $limit OFFSET $start
            """, scope, start, before, limit);
        return found.Count == limit ? found : null;
    }

    private static List<long> Gathered(SqliteConnection connection, SqliteScope scope, long start, long before, int limit) => Numbers(connection,
        $"SELECT DISTINCT message FROM delivery WHERE mailbox IN ({SqliteScope.AllMailboxes}) AND message < $before ORDER BY message DESC LIMIT $limit OFFSET $start",
        scope, start, before, limit);

    private static List<long> Numbers(SqliteConnection connection, string query, SqliteScope? scope, long start, long before, int limit)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = query;
        scope?.Bind(command);
        command.Parameters.AddWithValue("$before", before);
        command.Parameters.AddWithValue("$limit", limit);
        command.Parameters.AddWithValue("$start", start);
        using SqliteDataReader rows = command.ExecuteReader();
        var numbers = new List<long>();
        while (rows.Read()) numbers.Add(rows.GetInt64(0));
        return numbers;
    }
}
