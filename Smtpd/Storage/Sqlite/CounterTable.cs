using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// A table whose rows have a name, a number and counts (<c>total</c>, <c>unread</c>). Rows are remembered; the counts of a
/// batch are added up and written once for each row, in the batch's own transaction.
/// </summary>
/// <param name="keepsNewest">True when the rows have a column <c>newest</c>, beyond which there is no message.</param>
/// <param name="buckets">If given, the runs into which the messages of each row are divided.</param>
internal sealed class CounterTable(sqlite3 database, string table, string find, string insert, int mostRemembered, bool keepsNewest = false, MessageBuckets? buckets = null)
    : IDisposable
{
    private readonly SqliteStatement _find = new(database, find);
    private readonly SqliteStatement _insert = new(database, insert);
    private readonly SqliteStatement _add = new(database,
        $"UPDATE {table} SET total = total + ?1, unread = unread + ?1{(keepsNewest ? ", newest = max(newest, ?3)" : "")} WHERE number = ?2");
    private readonly Dictionary<string, Row> _rows = [];
    private readonly List<Row> _counted = [];

    /// <summary>A row that is remembered.</summary>
    internal sealed class Row(long number)
    {
        public long Number { get; } = number;

        /// <summary>Messages of this batch.</summary>
        public int Count { get; set; }

        /// <summary>Messages in its newest run, see <see cref="MessageBuckets"/>.</summary>
        public long InNewestRun { get; set; }
    }

    /// <summary>The row of the name; it is made when it is not there.</summary>
    /// <param name="parent">A second value for the row, if the table has one.</param>
    public Row Find(string name, long? parent = null)
    {
        if (_rows.TryGetValue(name, out Row? row)) return row;
        if (_find.Bind(1, name).RunForNumber() is { } number)
        {
            row = new Row(number) { InNewestRun = buckets?.InNewest(number) ?? 0 };
        }
        else
        {
            _insert.Bind(1, name);
            if (parent is { } value) _insert.Bind(2, value);
            row = new Row(_insert.RunForNumber() ?? throw new SqliteFailure(raw.SQLITE_INTERNAL, $"no row was made in the table {table}"));
        }
        if (_rows.Count >= mostRemembered) _rows.Clear();
        _rows[name] = row;
        return row;
    }

    /// <summary>Counts one more message, new and unread, for the row.</summary>
    public void Count(Row row)
    {
        if (row.Count++ == 0) _counted.Add(row);
    }

    /// <summary>Writes what was counted.</summary>
    /// <param name="newest">The greatest number of a message of the batch.</param>
    public void Flush(long newest)
    {
        if (keepsNewest) _add.Bind(3, newest);
        foreach (Row row in _counted)
        {
            _add.Bind(1, row.Count).Bind(2, row.Number).Run();
            if (buckets is not null) row.InNewestRun = buckets.Add(row.Number, row.InNewestRun + row.Count, newest);
            row.Count = 0;
        }
        _counted.Clear();
    }

    /// <summary>After a rollback: what was made and counted is gone.</summary>
    public void Forget()
    {
        _rows.Clear();
        _counted.Clear();
    }

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _add.Dispose();
    }
}
