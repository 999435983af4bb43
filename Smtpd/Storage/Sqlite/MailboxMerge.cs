using Microsoft.Data.Sqlite;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// Walks through the entries of several mailboxes side by side, the newest first, each message once. A place deep in such a list can only be
/// walked to, because nobody knows how many messages lie in more than one of the mailboxes.
/// </summary>
internal sealed class MailboxMerge : IDisposable
{
    private readonly SqliteStatement[] _entries;

    /// <summary>The mailboxes that are not at their end, by their next messages.</summary>
    private readonly PriorityQueue<SqliteStatement, long> _next = new();

    private long _before;

    /// <param name="before">Counted from the messages that have smaller numbers than this.</param>
    public MailboxMerge(SqliteConnection connection, IEnumerable<long> mailboxes, long before)
    {
        _before = before;
        _entries = [.. mailboxes.Select(mailbox =>
            new SqliteStatement(connection.Handle!, "SELECT message FROM delivery WHERE mailbox = ?1 AND message < ?2 ORDER BY message DESC").Bind(1, mailbox).Bind(2, before))];
        foreach (SqliteStatement entries in _entries)
            if (entries.Next() is { } message) _next.Enqueue(entries, -message);
    }

    /// <summary>Passes over so many messages, and gives those behind them.</summary>
    public List<long> Take(long start, int limit)
    {
        var numbers = new List<long>();
        while (numbers.Count < limit && _next.TryPeek(out SqliteStatement? entries, out long negated))
        {
            long message = -negated;
            if (message < _before)
            {
                _before = message;
                if (start > 0) start--;
                else numbers.Add(message);
            }
            if (entries.Next() is { } next) _next.DequeueEnqueue(entries, -next);
            else _next.Dequeue();
        }
        return numbers;
    }

    public void Dispose()
    {
        foreach (SqliteStatement entries in _entries) entries.Dispose();
    }
}
