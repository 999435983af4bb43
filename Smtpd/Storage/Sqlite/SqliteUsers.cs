using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Accounts;

namespace Smtpd.Storage.Sqlite;

/// <summary>Reads and writes rows of the table of users.</summary>
internal static class SqliteUsers
{
    /// <summary>As <see cref="ReadUser"/> wants them.</summary>
    public const string Columns = "name, credential, shared_secret, disabled, superuser, mailboxes, domains, user.created, user.generation, full_name, email";

    public static List<User> List(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM user ORDER BY name";
        return Read(command);
    }

    public static User? Find(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM user WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return Read(command) is [User user] ? user : null;
    }

    public static byte[] DecoyKey(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM secret WHERE name = 'decoy'";
        return (byte[])command.ExecuteScalar()!;
    }

    public static bool Add(SqliteConnection connection, User user) => Write(connection,
        """
        INSERT OR IGNORE INTO user (name, credential, shared_secret, disabled, superuser, mailboxes, domains, created, generation, full_name, email)
        VALUES ($name, $credential, $secret, $disabled, $superuser, $mailboxes, $domains, $created, $generation, $full_name, $email)
        """, user);

    public static bool Replace(SqliteConnection connection, User user) => Write(connection,
        """
        UPDATE user SET credential = $credential, shared_secret = $secret, disabled = $disabled, superuser = $superuser,
            mailboxes = $mailboxes, domains = $domains, created = $created, generation = $generation, full_name = $full_name, email = $email WHERE name = $name
        """, user);

    public static bool Delete(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand();
        // His sessions and tokens go with him: a trigger sees to it.
        command.CommandText = "DELETE FROM user WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return command.ExecuteNonQuery() > 0;
    }

    private static bool Write(SqliteConnection connection, string statement, User user)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = statement;
        command.Parameters.AddWithValue("$name", user.Name);
        command.Parameters.AddWithValue("$credential", user.Credential.Text);
        command.Parameters.AddWithValue("$secret", (object?)user.SharedSecret ?? DBNull.Value);
        command.Parameters.AddWithValue("$disabled", user.IsDisabled ? 1 : 0);
        command.Parameters.AddWithValue("$superuser", user.IsSuperuser ? 1 : 0);
        command.Parameters.AddWithValue("$mailboxes", JsonSerializer.Serialize([.. user.Mailboxes], StoredJson.Default.ListString));
        command.Parameters.AddWithValue("$domains", JsonSerializer.Serialize([.. user.Domains], StoredJson.Default.ListString));
        command.Parameters.AddWithValue("$created", user.Created.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$generation", user.Generation);
        command.Parameters.AddWithValue("$full_name", user.FullName);
        command.Parameters.AddWithValue("$email", user.Email);
        return command.ExecuteNonQuery() > 0;
    }

    private static List<User> Read(SqliteCommand command)
    {
        List<User> users = [];
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) users.Add(ReadUser(row));
        return users;
    }

    /// <summary>The user in a row that begins with <see cref="Columns"/>.</summary>
    public static User ReadUser(SqliteDataReader row) => new(row.GetString(0), Credential.Parse(row.GetString(1)))
    {
        SharedSecret = row.IsDBNull(2) ? null : row.GetString(2),
        IsDisabled = row.GetInt64(3) != 0,
        IsSuperuser = row.GetInt64(4) != 0,
        Mailboxes = JsonSerializer.Deserialize(row.GetString(5), StoredJson.Default.ListString)!,
        Domains = JsonSerializer.Deserialize(row.GetString(6), StoredJson.Default.ListString)!,
        Created = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)),
        Generation = row.GetInt32(8),
        FullName = row.GetString(9),
        Email = row.GetString(10),
    };
}
