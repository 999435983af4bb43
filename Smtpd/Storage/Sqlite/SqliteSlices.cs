using Microsoft.Data.Sqlite;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>Walks through many messages slice by slice. Made for one change; between two slices mail may come in.</summary>
/// <param name="ids">Null for all messages up to the newest that is there at the first slice.</param>
internal sealed class SqliteSlices(IReadOnlyList<MessageId>? ids)
{
    private int _next;
    private long _after = -1;
    private long? _last;

    /// <summary>How many messages were found so far.</summary>
    public long Found { get; private set; }

    /// <summary>Hands the next slice over, unless it is empty. False at the end.</summary>
    public bool Step(SqliteConnection connection, Action<SqliteConnection, List<long>> change)
    {
        List<long> numbers;
        bool more;
        if (ids is null)
        {
            numbers = SqliteChanges.SliceAfter(connection, _after, _last ??= Newest(connection));
            more = numbers.Count > 0;
        }
        else
        {
            numbers = SqliteChanges.SliceOf(connection, ids, _next, out int taken);
            more = _next + taken < ids.Count;
            _next += taken;
        }
        if (numbers.Count == 0) return more;
        change(connection, numbers);
        _after = numbers[^1];
        Found += numbers.Count;
        return more;
    }

    private static long Newest(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(max(number), -1) FROM message";
        return (long)command.ExecuteScalar()!;
    }
}
