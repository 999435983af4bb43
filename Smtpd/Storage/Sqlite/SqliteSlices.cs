using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// Walks through the messages of a scope slice by slice, each message once. Made for one change; between two slices mail may come in. A slice ends at a
/// number of messages and of octets, because that mail waits for it.
/// </summary>
/// <param name="ids">Each once; null for all messages up to the newest that is there at the first slice.</param>
internal sealed class SqliteSlices(MailScope scope, IReadOnlyList<MessageId>? ids)
{
    /// <summary>Octets of the sources of one slice: to free a source, SQLite walks through its pages.</summary>
    private const long SliceOctets = 16L * 1024 * 1024;

    /// <summary>Entries or mailboxes that are looked at for one slice, where few of them are for it.</summary>
    private const int SliceLooks = 4 * SqliteChanges.SliceMessages;

    private int _next;
    private long _after = -1;
    private long? _last;
    private List<long> _mailboxes = [];

    /// <summary>How many messages were found so far.</summary>
    public long Found { get; private set; }

    /// <summary>Hands the next slice over, unless it is empty. False at the end.</summary>
    public bool Step(SqliteConnection connection, Action<SqliteConnection, SqliteScope, List<long>> change)
    {
        SqliteScope rows = SqliteScope.Resolve(connection, scope);
        if (rows.IsEmpty) return false;
        var slice = new Slice();
        bool more = ids is not null ? NextOfIds(connection, rows, slice, ids)
            : rows.IsEverything ? NextOfAll(connection, slice) : NextOfMailboxes(connection, rows, slice);
        if (slice.Numbers.Count > 0) change(connection, rows, slice.Numbers);
        Found += slice.Numbers.Count;
        return more;
    }

    private sealed class Slice
    {
        private long _octets;

        public List<long> Numbers { get; } = [];

        public bool IsFull => Numbers.Count >= SqliteChanges.SliceMessages || _octets >= SliceOctets;

        public void Add(long number, long octets)
        {
            Numbers.Add(number);
            _octets += octets;
        }
    }

    /// <summary>Those of the ids that are there and have entries in the scope.</summary>
    private bool NextOfIds(SqliteConnection connection, SqliteScope rows, Slice slice, IReadOnlyList<MessageId> all)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT size FROM message m WHERE number = $number AND process = $process"
            + (rows.IsEverything ? "" : $" AND EXISTS (SELECT 1 FROM json_each(m.mailboxes) j WHERE {rows.Holds("j.value")})");
        rows.Bind(command);
        SqliteParameter number = command.Parameters.Add("$number", SqliteType.Integer), process = command.Parameters.Add("$process", SqliteType.Blob);
        Span<byte> scratch = stackalloc byte[MessageId.Octets];
        for (int looks = 0; _next < all.Count && looks < SliceLooks && !slice.IsFull; _next++, looks++)
        {
            number.Value = SqliteWriter.NumberOf(all[_next]);
            process.Value = SqliteWriter.ProcessOctets(all[_next], scratch).ToArray();
            if (command.ExecuteScalar() is long size) slice.Add((long)number.Value, size);
        }
        return _next < all.Count;
    }

    /// <summary>The next messages in the order of their arrival.</summary>
    private bool NextOfAll(SqliteConnection connection, Slice slice)
    {
        _last ??= Newest(connection);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT number, size FROM message WHERE number > $after AND number <= $last ORDER BY number";
        command.Parameters.AddWithValue("$after", _after);
        command.Parameters.AddWithValue("$last", _last);
        using SqliteDataReader rows = command.ExecuteReader();
        while (!slice.IsFull && rows.Read()) slice.Add(_after = rows.GetInt64(0), rows.GetInt64(1));
        return slice.IsFull;
    }

    /// <summary>
    /// The next messages of the scope, mailbox by mailbox. One that lies in several of its mailboxes belongs to that with the
    /// smallest number.
    /// </summary>
    private bool NextOfMailboxes(SqliteConnection connection, SqliteScope rows, Slice slice)
    {
        if (_last is null)
        {
            _last = Newest(connection);
            _mailboxes = AllMailboxes(connection, rows);
        }
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            $"""
            SELECT d.message, m.size, EXISTS (SELECT 1 FROM json_each(m.mailboxes) j WHERE j.value < $mailbox AND {rows.Holds("j.value")})
            FROM delivery d CROSS JOIN message m ON m.number = d.message
            WHERE d.mailbox = $mailbox AND d.message > $after AND d.message <= $last ORDER BY d.message
            """;
        rows.Bind(command);
        SqliteParameter mailbox = command.Parameters.Add("$mailbox", SqliteType.Integer), after = command.Parameters.Add("$after", SqliteType.Integer);
        command.Parameters.AddWithValue("$last", _last);
        for (int looks = 0; _next < _mailboxes.Count; _next++, _after = -1, looks++)
        {
            (mailbox.Value, after.Value) = (_mailboxes[_next], _after);
            using SqliteDataReader row = command.ExecuteReader();
            while (looks < SliceLooks && !slice.IsFull && row.Read())
            {
                _after = row.GetInt64(0);
                if (!row.GetBoolean(2)) slice.Add(_after, row.GetInt64(1));
                looks++;
            }
            if (looks >= SliceLooks || slice.IsFull) return true;
        }
        return false;
    }

    private static List<long> AllMailboxes(SqliteConnection connection, SqliteScope rows)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"{SqliteScope.AllMailboxes} ORDER BY 1";
        rows.Bind(command);
        var numbers = new List<long>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) numbers.Add(row.GetInt64(0));
        return numbers;
    }

    private static long Newest(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(max(number), -1) FROM message";
        return (long)command.ExecuteScalar()!;
    }
}
