using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// A table whose rows have a name, a number and counts (<c>total</c>, <c>unread</c>). Numbers are remembered; the counts of a
/// batch are added up and written once for each row, in the batch's own transaction.
/// </summary>
/// <param name="keepsNewest">True when the rows have a column <c>newest</c>, beyond which there is no message.</param>
internal sealed class CounterTable(sqlite3 database, string table, string find, string insert, int mostRemembered, bool keepsNewest = false) : IDisposable
{
    private readonly SqliteStatement _find = new(database, find);
    private readonly SqliteStatement _insert = new(database, insert);
    private readonly SqliteStatement _add = new(database,
        $"UPDATE {table} SET total = total + ?1, unread = unread + ?1{(keepsNewest ? ", newest = max(newest, ?3)" : "")} WHERE number = ?2");
    private readonly Dictionary<string, long> _numbers = [];
    private readonly Dictionary<long, long> _counts = [];

    /// <summary>The row's number; the row is made when it is not there.</summary>
    /// <param name="parent">A second value for the row, if the table has one.</param>
    public long NumberOf(string name, long? parent = null)
    {
        if (_numbers.TryGetValue(name, out long number)) return number;
        if (_find.Bind(1, name).RunForNumber() is not { } known)
        {
            _insert.Bind(1, name);
            if (parent is { } value) _insert.Bind(2, value);
            known = _insert.RunForNumber() ?? throw new SqliteFailure(raw.SQLITE_INTERNAL, $"no row was made in the table {table}");
        }
        if (_numbers.Count >= mostRemembered) _numbers.Clear();
        _numbers[name] = known;
        return known;
    }

    /// <summary>Counts one more message, new and unread, for the row.</summary>
    public void Count(long number)
    {
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, number, out _)++;
    }

    /// <summary>Writes what was counted.</summary>
    /// <param name="newest">The greatest number of a message of the batch.</param>
    public void Flush(long newest)
    {
        if (keepsNewest) _add.Bind(3, newest);
        foreach ((long number, long count) in _counts) _add.Bind(1, count).Bind(2, number).Run();
        _counts.Clear();
    }

    /// <summary>After a rollback: what was made and counted is gone.</summary>
    public void Forget()
    {
        _numbers.Clear();
        _counts.Clear();
    }

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _add.Dispose();
    }
}
