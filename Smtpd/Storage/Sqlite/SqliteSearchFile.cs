using Microsoft.Data.Sqlite;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// The file of the search index: beside the store's, under its name with <c>-search</c> behind it, because a folder may hold several
/// stores. All of it can be made again from the mail, so it is synced only where that keeps it whole.
/// </summary>
internal static class SqliteSearchFile
{
    /// <summary>Says how the words are made and laid out. A file of another format is made anew; to be changed with either.</summary>
    public const int Format = 1;

    /// <summary>Marks the file as an index of this program in <c>application_id</c>: "SmtS".</summary>
    private const int ApplicationId = 0x536D7453;

    /// <summary>
    /// Pages of 4 KiB in its log at which it is copied into the file, by the thread that writes it. Few enough that the sync behind it does
    /// not keep the disk from the sync that mail waits for.
    /// </summary>
    private const int CheckpointPages = 500;

    private const int CacheKib = 8 * 1024;

    private const string Tables =
        $"""
        -- How far the index has come: the number of the newest message that is in it.
        CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), reached INTEGER NOT NULL, store TEXT NOT NULL);

        -- Consecutive messages whose words are in the table words_<number>. Until it is ready nobody looks there.
        CREATE TABLE part (
            number INTEGER PRIMARY KEY,
            first INTEGER NOT NULL,            -- numbers of messages
            last INTEGER NOT NULL,
            documents INTEGER NOT NULL,
            gone INTEGER NOT NULL,             -- how many of them were found to be deleted
            ready INTEGER NOT NULL,
            merged INTEGER NOT NULL            -- 1 when nothing more comes and all was put in order
        );
        """;

    private static readonly SearchColumns[] _columns = [.. SearchDocument.Columns];

    public static string PathOf(string store) => store + "-search";

    /// <summary>The name of a column in the tables of words.</summary>
    public static string NameOf(SearchColumns column) => column switch
    {
        SearchColumns.Subject => "subject",
        SearchColumns.From => "sender",
        SearchColumns.To => "recipients",
        SearchColumns.Cc => "copies",
        SearchColumns.Bcc => "blind",
        SearchColumns.ReplyTo => "replies",
        SearchColumns.Hidden => "hidden",
        SearchColumns.Body => "body",
        SearchColumns.FileNames => "files",
        SearchColumns.MessageId or SearchColumns.Traits => "traits",
        _ => throw new ArgumentOutOfRangeException(nameof(column), column, "No single column."),
    };

    public static string ColumnNames { get; } = string.Join(", ", _columns.Select(NameOf));

    public static string TableOf(long part) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"words_{part}");

    /// <summary>
    /// Opens the file for writing and makes it where it is not there, or not what it should be.
    /// </summary>
    /// <param name="store">Says which store it belongs to.</param>
    /// <param name="made">Why it was made anew; null when it was there.</param>
    public static SqliteConnection Open(string path, string store, out string? made)
    {
        made = File.Exists(path) ? null : "there is none yet";
        SqliteConnection connection = Connect(path);
        try
        {
            if (made is null && WrongWith(connection, store) is { } wrong)
            {
                connection.Dispose();
                Delete(path);
                made = wrong;
                connection = Connect(path);
            }
            if (made is not null) Create(connection, store);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Removes the file with its log.</summary>
    public static void Delete(string path)
    {
        foreach (string file in (string[])[path, path + "-wal", path + "-shm"]) File.Delete(file);
    }

    private static SqliteConnection Connect(string path)
    {
        // SQLite gives its log the same mode as the file that it finds.
        using (var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
        }
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        try
        {
            connection.Open();
            // In WAL mode NORMAL syncs before and behind each checkpoint: a crash takes the newest words back, and they are made again.
            Run(connection, $"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = {CheckpointPages}; PRAGMA cache_size = -{CacheKib}; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 2000");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Why the file cannot be gone on with, or null.</summary>
    private static string? WrongWith(SqliteConnection connection, string store)
    {
        if (Number(connection, "PRAGMA application_id") != ApplicationId) return "it was never finished";
        if (Number(connection, "PRAGMA user_version") != Format) return "it is of another version";
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT store FROM state";
        return command.ExecuteScalar() as string == store ? null : "it belongs to another store";
    }

    private static void Create(SqliteConnection connection, string store)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"{Tables} INSERT INTO state VALUES (1, -1, $store); PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Format}";
        command.Parameters.AddWithValue("$store", store);
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    public static void Run(SqliteConnection connection, string statements)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    public static long Number(SqliteConnection connection, string query)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = query;
        return command.ExecuteScalar() is long number ? number : 0;
    }
}
