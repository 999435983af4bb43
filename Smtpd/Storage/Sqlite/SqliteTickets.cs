using Microsoft.Data.Sqlite;
using Smtpd.Accounts;

namespace Smtpd.Storage.Sqlite;

/// <summary>Reads and writes rows of the table of sessions and tokens.</summary>
internal static class SqliteTickets
{
    private const string Columns = "id, digest, user, kind, ticket.generation, note, ticket.created, expires, used";

    private const int ColumnsOfUser = 11;

    public static (Ticket, User)? Find(SqliteConnection connection, byte[] digest)
    {
        using SqliteCommand command = Command(connection, $"SELECT {SqliteUsers.Columns}, {Columns} FROM ticket JOIN user ON user.name = ticket.user WHERE digest = $digest", ("$digest", digest));
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() ? (Read(row, ColumnsOfUser), SqliteUsers.ReadUser(row)) : null;
    }

    public static List<Ticket> List(SqliteConnection connection, string user, TicketKind kind)
    {
        using SqliteCommand command = Command(connection, $"SELECT {Columns} FROM ticket WHERE user = $user AND kind = $kind ORDER BY id", ("$user", user), ("$kind", (long)kind));
        using SqliteDataReader row = command.ExecuteReader();
        List<Ticket> tickets = [];
        while (row.Read()) tickets.Add(Read(row, 0));
        return tickets;
    }

    public static long? Add(SqliteConnection connection, Ticket ticket)
    {
        (string, object?)[] values =
        [
            ("$digest", ticket.Digest), ("$user", ticket.User), ("$kind", (long)ticket.Kind), ("$generation", ticket.Generation), ("$note", ticket.Note),
            ("$created", ticket.Created.ToUnixTimeMilliseconds()), ("$expires", ticket.Expires?.ToUnixTimeMilliseconds()), ("$used", ticket.LastUsed?.ToUnixTimeMilliseconds()),
        ];
        using SqliteCommand command = Command(connection,
            $"""
            INSERT INTO ticket (digest, user, kind, generation, note, created, expires, used)
            SELECT $digest, $user, $kind, $generation, $note, $created, $expires, $used FROM user WHERE name = $user
            AND CASE $kind WHEN {(int)TicketKind.Session} THEN disabled = 0 AND user.generation = $generation
                ELSE (SELECT count(*) FROM ticket WHERE user = $user AND kind = $kind) < {ITicketStore.MostTokens} END
            RETURNING id
            """, values);
        if (command.ExecuteScalar() is not long id) return null;
        if (ticket.Kind == TicketKind.Session)
        {
            using SqliteCommand oldest = Command(connection,
                $"DELETE FROM ticket WHERE id IN (SELECT id FROM ticket WHERE user = $user AND kind = $kind ORDER BY id DESC LIMIT -1 OFFSET {ITicketStore.MostSessions})", values[1..3]);
            oldest.ExecuteNonQuery();
        }
        return id;
    }

    public static int Touch(SqliteConnection connection, long id, DateTimeOffset used, DateTimeOffset? expires)
    {
        using SqliteCommand command = Command(connection, "UPDATE ticket SET used = $used, expires = $expires WHERE id = $id",
            ("$id", id), ("$used", used.ToUnixTimeMilliseconds()), ("$expires", expires?.ToUnixTimeMilliseconds()));
        return command.ExecuteNonQuery();
    }

    public static int Delete(SqliteConnection connection, string user, TicketKind kind, long? id)
    {
        using SqliteCommand command = Command(connection, "DELETE FROM ticket WHERE user = $user AND kind = $kind AND ($id IS NULL OR id = $id)", ("$user", user), ("$kind", (long)kind), ("$id", id));
        return command.ExecuteNonQuery();
    }

    public static List<string> DeleteExpired(SqliteConnection connection, DateTimeOffset now)
    {
        using SqliteCommand command = Command(connection, "DELETE FROM ticket WHERE expires <= $now RETURNING user", ("$now", now.ToUnixTimeMilliseconds()));
        using SqliteDataReader row = command.ExecuteReader();
        HashSet<string> users = new(StringComparer.Ordinal);
        while (row.Read()) users.Add(row.GetString(0));
        return [.. users];
    }

    private static Ticket Read(SqliteDataReader row, int first) => new(row.GetFieldValue<byte[]>(first + 1), row.GetString(first + 2), (TicketKind)row.GetInt32(first + 3))
    {
        Id = row.GetInt64(first),
        Generation = row.GetInt32(first + 4),
        Note = row.GetString(first + 5),
        Created = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(first + 6)),
        Expires = Time(row, first + 7),
        LastUsed = Time(row, first + 8),
    };

    private static DateTimeOffset? Time(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static SqliteCommand Command(SqliteConnection connection, string text, params (string Name, object? Value)[] values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        foreach ((string name, object? value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
