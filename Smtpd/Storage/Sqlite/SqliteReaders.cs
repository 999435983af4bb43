using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Storage.Sqlite;

/// <summary>Connections that only read, each used by one query at a time, on threads of the pool.</summary>
internal sealed class SqliteReaders(string path) : IDisposable
{
    /// <summary>Queries that run at once; more wait. More readers than processors gain nothing.</summary>
    private const int MostAtOnce = 4;

    /// <summary>SQLite's page cache of each reader.</summary>
    private const int CacheKib = 4 * 1024;

    private const string Columns = "number, process, created, size, unread, starred, subject, message_id, date, date_offset, correspondents, envelope, snippet, attachments";

    private readonly SemaphoreSlim _turns = new(MostAtOnce);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private volatile bool _retired;

    /// <summary>Runs a query away from the calling thread.</summary>
    public async ValueTask<T> RunAsync<T>(Func<SqliteReaders, T> query, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => query(this), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Closes the connections that nobody uses, and those in use when they come back.</summary>
    public void Dispose()
    {
        _retired = true;
        while (_idle.TryTake(out SqliteConnection? connection)) connection.Dispose();
    }

    private SqliteConnection Take()
    {
        if (_idle.TryTake(out SqliteConnection? idle)) return idle;
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"PRAGMA cache_size = -{CacheKib}; PRAGMA busy_timeout = 5000; PRAGMA query_only = ON";
        command.ExecuteNonQuery();
        return connection;
    }

    private T With<T>(string text, Func<SqliteCommand, T> use) => Query(connection =>
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        return use(command);
    });

    /// <summary>Runs a query on a connection that nobody else uses meanwhile.</summary>
    public T Query<T>(Func<SqliteConnection, T> query)
    {
        SqliteConnection connection = Take();
        try
        {
            T result = query(connection);
            _idle.Add(connection);
            if (_retired) Dispose();
            return result;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public MessageId? Newest() => With("SELECT number, process FROM message ORDER BY number DESC LIMIT 1", command =>
    {
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() ? SqliteWriter.IdOf(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : (MessageId?)null;
    });

    public MessagePage List(long start, MessageId? before, int limit) => With(
        $"""
        SELECT total, unread FROM tally;
        SELECT {Columns} FROM message WHERE number < $before ORDER BY number DESC LIMIT $limit OFFSET $start
        """,
        command =>
        {
            command.Parameters.AddWithValue("$before", before is { } id ? SqliteWriter.NumberOf(id) : long.MaxValue);
            command.Parameters.AddWithValue("$limit", limit);
            command.Parameters.AddWithValue("$start", start);
            using SqliteDataReader rows = command.ExecuteReader();
            rows.Read();
            (long total, long unread) = (rows.GetInt64(0), rows.GetInt64(1));
            rows.NextResult();
            var messages = new List<MessageSummary>();
            while (rows.Read()) messages.Add(Summary(rows));
            return new MessagePage(total, unread, messages);
        });

    public MessageSummary? Find(MessageId id) => With($"SELECT {Columns} FROM message WHERE number = $number AND process = $process", command =>
    {
        AddId(command, id);
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() ? Summary(row) : null;
    });

    /// <summary>Where the message's parts lie, or null when it is not there.</summary>
    public PartTree? FindParts(MessageId id) => With("SELECT parts FROM message WHERE number = $number AND process = $process", command =>
    {
        AddId(command, id);
        return command.ExecuteScalar() is byte[] parts ? PartTreeFormat.Read(parts) : null;
    });

    /// <summary>The number and size of the message's source; 0 when the message is not there.</summary>
    public (long Source, long Size) FindSource(MessageId id) => With("SELECT source, size FROM message WHERE number = $number AND process = $process", command =>
    {
        AddId(command, id);
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() ? (row.GetInt64(0), row.GetInt64(1)) : (0, 0);
    });

    /// <summary>One piece of a source, or null when it is not there any more.</summary>
    public byte[]? ReadPiece(long source, int piece) => With("SELECT data FROM source WHERE key = $key", command =>
    {
        command.Parameters.AddWithValue("$key", (source << 16) | (uint)piece);
        return (byte[]?)command.ExecuteScalar();
    });

    private static void AddId(SqliteCommand command, MessageId id)
    {
        Span<byte> octets = stackalloc byte[MessageId.Octets];
        command.Parameters.AddWithValue("$number", SqliteWriter.NumberOf(id));
        command.Parameters.AddWithValue("$process", SqliteWriter.ProcessOctets(id, octets).ToArray());
    }

    private static MessageSummary Summary(SqliteDataReader row)
    {
        MessageId id = SqliteWriter.IdOf(row.GetInt64(0), row.GetFieldValue<byte[]>(1));
        StoredCorrespondents people = JsonSerializer.Deserialize(row.GetString(10), StoredJson.Default.StoredCorrespondents)!;
        DateTimeOffset? date = row.IsDBNull(8) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)).ToOffset(TimeSpan.FromMinutes(row.GetInt64(9)));
        var header = new HeaderSummary(row.GetString(6), row.GetString(7), date, people.From, people.To, people.Cc, people.Bcc, people.ReplyTo);
        return new MessageSummary(id, DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)), row.GetInt64(3), row.GetInt64(4) == 0, row.GetInt64(5) > 0,
            header, JsonSerializer.Deserialize(row.GetString(11), StoredJson.Default.StoredEnvelope)!, row.GetString(12), row.GetInt32(13));
    }
}
