using Microsoft.Data.Sqlite;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>The one connection that writes and checkpoints the index. Used by the index's thread alone.</summary>
internal sealed class SqliteSearchWriter : IDisposable
{
    /// <summary>
    /// Lists of words of one size that may stand side by side in a part before they are merged. Usual are 4, which took a third more
    /// processor time; a search looks a word up in a few more places until the part is full and put in order.
    /// </summary>
    private const int MostLists = 16;

    private readonly SqliteConnection _connection;
    private readonly List<SqliteSearchPart> _parts;
    private readonly int _mostDocuments;
    private SqliteStatement? _insert;
    private long _insertsInto;

    /// <param name="newest">The number of the store's newest message.</param>
    /// <param name="made">Why the index is made anew; null when it was there.</param>
    /// <param name="mostDocuments">Messages of one part.</param>
    public SqliteSearchWriter(string path, string store, long newest, out string? made, int mostDocuments = SqliteSearchPart.MostDocuments)
    {
        _mostDocuments = mostDocuments;
        _connection = SqliteSearchFile.Open(path, store, out made);
        try
        {
            // A store that was put back to an older state gives the numbers behind it again.
            Reached = Math.Min(newest, SqliteSearchFile.Number(_connection, "SELECT reached FROM state"));
            _parts = SqliteSearchPart.List(_connection);
            foreach (SqliteSearchPart part in _parts.Where(part => !part.IsReady).ToArray()) Drop([part]);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>The number of the newest message that is in the index.</summary>
    public long Reached { get; private set; }

    /// <summary>Messages of one part.</summary>
    public int MostDocuments => _mostDocuments;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<SqliteSearchPart> Parts => _parts;

    /// <summary>Adds messages behind all others, in one transaction.</summary>
    /// <param name="documents">In the order of their numbers.</param>
    public void Append(IEnumerable<(long Number, SearchDocument Document)> documents)
    {
        long reached = Reached;
        List<SqliteSearchPart> before = [.. _parts];
        try
        {
            using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
            foreach ((long number, SearchDocument document) in documents)
            {
                if (_parts.Count == 0 || _parts[0].Documents >= _mostDocuments || _parts[0].IsMerged) _parts.Insert(0, NewPart(transaction, number, isReady: true));
                Insert(_parts[0].Number, number, document);
                _parts[0] = _parts[0] with { Last = reached = number, Documents = _parts[0].Documents + 1 };
            }
            foreach (SqliteSearchPart part in _parts.Where(part => part.Last > Reached)) Save(transaction, part);
            Run(transaction, "UPDATE state SET reached = $reached", ("$reached", reached));
            transaction.Commit();
            Reached = reached;
        }
        catch
        {
            ForgetInsert();
            _parts.Clear();
            _parts.AddRange(before);
            throw;
        }
    }

    /// <summary>Begins a part that will replace others. Nobody sees it before <see cref="Replace"/>.</summary>
    public SqliteSearchPart BeginReplacement(long first, long last)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        SqliteSearchPart part = NewPart(transaction, first, isReady: false) with { Last = last };
        transaction.Commit();
        return part;
    }

    /// <summary>Adds messages to a part that will replace others.</summary>
    public SqliteSearchPart Fill(SqliteSearchPart part, IReadOnlyList<(long Number, SearchDocument Document)> documents)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        foreach ((long number, SearchDocument document) in documents) Insert(part.Number, number, document);
        transaction.Commit();
        return part with { Documents = part.Documents + documents.Count };
    }

    /// <summary>Puts a part in the place of others.</summary>
    public void Replace(IReadOnlyList<SqliteSearchPart> old, SqliteSearchPart replacement)
    {
        ForgetInsert();
        using (SqliteTransaction transaction = _connection.BeginTransaction(deferred: false))
        {
            foreach (SqliteSearchPart part in old) Drop(transaction, part);
            if (replacement.Documents == 0) Drop(transaction, replacement);
            else Save(transaction, replacement with { IsReady = true, IsMerged = true });
            transaction.Commit();
        }
        int place = _parts.IndexOf(old[0]);
        foreach (SqliteSearchPart part in old) _parts.Remove(part);
        if (replacement.Documents > 0) _parts.Insert(place, replacement with { IsReady = true, IsMerged = true });
    }

    /// <summary>Removes parts with all their words.</summary>
    public void Drop(IReadOnlyList<SqliteSearchPart> parts)
    {
        ForgetInsert();
        using (SqliteTransaction transaction = _connection.BeginTransaction(deferred: false))
        {
            foreach (SqliteSearchPart part in parts) Drop(transaction, part);
            transaction.Commit();
        }
        foreach (SqliteSearchPart part in parts) _parts.Remove(part);
    }

    /// <summary>Notes how many of a part's messages are gone.</summary>
    public void Note(SqliteSearchPart part, long gone)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        SqliteSearchPart noted = part with { Gone = gone };
        Save(transaction, noted);
        transaction.Commit();
        _parts[_parts.IndexOf(part)] = noted;
    }

    /// <summary>Puts the words of a part in order, to which nothing comes any more: then each is looked up in one place.</summary>
    public void Merge(SqliteSearchPart part)
    {
        string table = SqliteSearchFile.TableOf(part.Number);
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        Run(transaction, $"INSERT INTO {table} ({table}) VALUES ('optimize')");
        SqliteSearchPart merged = part with { IsMerged = true };
        Save(transaction, merged);
        transaction.Commit();
        _parts[_parts.IndexOf(part)] = merged;
    }

    private SqliteSearchPart NewPart(SqliteTransaction transaction, long first, bool isReady)
    {
        long number = Run(transaction, "INSERT INTO part (first, last, documents, gone, ready, merged) VALUES ($first, $first, 0, 0, $ready, 0) RETURNING number", ("$first", first), ("$ready", isReady ? 1 : 0)) as long?
            ?? throw new InvalidOperationException("No row was made for a part.");
        // Without its own copy of the text, and without the lengths that only rankings need.
        string table = SqliteSearchFile.TableOf(number);
        Run(transaction, $"CREATE VIRTUAL TABLE {table} USING fts5 ({SqliteSearchFile.ColumnNames}, content = '', columnsize = 0, tokenize = 'ascii')");
        Run(transaction, $"INSERT INTO {table} ({table}, rank) VALUES ('automerge', {MostLists})");
        return new SqliteSearchPart(number, first, first, 0, 0, isReady, IsMerged: false);
    }

    private void Insert(long part, long number, SearchDocument document)
    {
        if (_insert is null || _insertsInto != part)
        {
            ForgetInsert();
            _insert = new SqliteStatement(_connection.Handle!,
                $"INSERT INTO {SqliteSearchFile.TableOf(part)} (rowid, {SqliteSearchFile.ColumnNames}) VALUES (?{string.Concat(SearchDocument.Columns.Select(_ => ", ?"))})");
            _insertsInto = part;
        }
        _insert.Bind(1, number);
        for (int i = 0; i < SearchDocument.Columns.Count; i++) _insert.Bind(i + 2, document[SearchDocument.Columns[i]] ?? "");
        _insert.Run();
    }

    private void ForgetInsert()
    {
        _insert?.Dispose();
        _insert = null;
    }

    private void Save(SqliteTransaction transaction, SqliteSearchPart part) => Run(transaction,
        "UPDATE part SET first = $first, last = $last, documents = $documents, gone = $gone, ready = $ready, merged = $merged WHERE number = $number",
        ("$number", part.Number), ("$first", part.First), ("$last", part.Last), ("$documents", part.Documents), ("$gone", part.Gone), ("$ready", part.IsReady ? 1 : 0), ("$merged", part.IsMerged ? 1 : 0));

    private void Drop(SqliteTransaction transaction, SqliteSearchPart part) =>
        Run(transaction, $"DROP TABLE IF EXISTS {SqliteSearchFile.TableOf(part.Number)}; DELETE FROM part WHERE number = $number", ("$number", part.Number));

    private object? Run(SqliteTransaction transaction, string statements, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statements;
        foreach ((string name, object value) in parameters) command.Parameters.AddWithValue(name, value);
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        ForgetInsert();
        _connection.Dispose();
    }
}
