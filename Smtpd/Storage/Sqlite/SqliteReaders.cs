using System.Collections.Concurrent;
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

    /// <summary>An id that no message of the store is newer than, also of those that are gone; null when there never was one.</summary>
    public MessageId? Newest() => With(
        "SELECT number, process FROM (SELECT number, process FROM message ORDER BY number DESC LIMIT 1) UNION ALL SELECT max(first) - 1, x'' FROM bucket WHERE mailbox = 0 AND first > 0 ORDER BY 1 DESC LIMIT 1", command =>
    {
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() && !row.IsDBNull(0) ? SqliteWriter.IdOf(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : (MessageId?)null;
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

    /// <summary>One block of a source, or null when it is not there any more.</summary>
    public byte[]? ReadBlock(long source, SourceBlock block) => Query(connection => block.Read(connection, source));

    private static void AddId(SqliteCommand command, MessageId id)
    {
        Span<byte> octets = stackalloc byte[MessageId.Octets];
        command.Parameters.AddWithValue("$number", SqliteWriter.NumberOf(id));
        command.Parameters.AddWithValue("$process", SqliteWriter.ProcessOctets(id, octets).ToArray());
    }
}
