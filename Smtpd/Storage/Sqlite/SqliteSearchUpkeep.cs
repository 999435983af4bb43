using Microsoft.Data.Sqlite;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// What is done to the index when no mail comes, in steps: parts that are full are put in order, and those whose messages were
/// deleted go, or are made anew without them. A deleted message does no harm meanwhile: every match is looked up in the store.
/// </summary>
/// <param name="read">Makes of a message what is searched.</param>
internal sealed class SqliteSearchUpkeep(SqliteStore store, SqliteSearchWriter writer, Func<SqliteSearchMail, SearchDocument> read)
{
    /// <summary>Messages of one step of making a part anew.</summary>
    private const int SliceMessages = 200;
    private const long SliceOctets = 2 * 1024 * 1024;

    /// <summary>Where fewer than one message of so many is gone, nobody counts in which part they were.</summary>
    private const int FewOf = 4;

    private List<SqliteSearchPart> _old = [];
    private SqliteSearchPart? _replacement;
    private long _position;
    private long _countedAt = -1;

    /// <summary>Does one step; false when there is nothing to do.</summary>
    public bool Step()
    {
        if (_replacement is not null) return GoOnReplacing();
        SqliteSearchPart[] empty = [.. writer.Parts.Where(IsEmpty)];
        if (empty.Length > 0)
        {
            writer.Drop(empty);
            return true;
        }
        if (writer.Parts.Skip(1).FirstOrDefault(part => !part.IsMerged) is { } full)
        {
            writer.Merge(full);
            return true;
        }
        if (CountGone()) return true;
        if (writer.Parts.FirstOrDefault(part => part.Gone > part.Documents / 2) is not { } sparse) return false;
        Begin(sparse);
        return true;
    }

    private bool IsEmpty(SqliteSearchPart part) => Count("SELECT EXISTS (SELECT 1 FROM message WHERE number BETWEEN $first AND $last)", part) == 0;

    private long Count(string query, SqliteSearchPart part) => store.Query(connection =>
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = query;
        command.Parameters.AddWithValue("$first", part.First);
        command.Parameters.AddWithValue("$last", part.Last);
        return (long)command.ExecuteScalar()!;
    });

    /// <summary>Counts what is left of the parts when enough messages went since that was done. True when it was.</summary>
    private bool CountGone()
    {
        long left = store.Query(connection => SqliteSearchFile.Number(connection, "SELECT total FROM tally"));
        long held = writer.Parts.Sum(part => part.Documents - part.Gone);
        if (left == _countedAt || (held - left) * FewOf < held) return false;
        foreach (SqliteSearchPart part in writer.Parts.ToArray())
        {
            long found = Count("SELECT count(*) FROM message WHERE number BETWEEN $first AND $last", part);
            if (part.Documents - found != part.Gone) writer.Note(part, part.Documents - found);
        }
        _countedAt = left;
        return true;
    }

    /// <summary>Takes the older neighbours along that would leave small parts too.</summary>
    private void Begin(SqliteSearchPart sparse)
    {
        List<SqliteSearchPart> parts = [.. writer.Parts];
        int place = parts.IndexOf(sparse);
        _old = [sparse];
        long left = sparse.Documents - sparse.Gone;
        foreach (SqliteSearchPart older in parts.Skip(place + 1))
        {
            left += older.Documents - older.Gone;
            if (left > writer.MostDocuments / 2) break;
            _old.Add(older);
        }
        _replacement = writer.BeginReplacement(_old[^1].First, sparse.Last);
        _position = _old[^1].First - 1;
    }

    private bool GoOnReplacing()
    {
        List<SqliteSearchMail> mails = store.Query(connection => SqliteSearchMail.After(connection, _position, _replacement!.Last, SliceMessages, SliceOctets));
        if (mails.Count == 0)
        {
            writer.Replace(_old, _replacement!);
            _replacement = null;
            return true;
        }
        (long Number, SearchDocument Document)[] documents = [.. mails.Select(mail => (mail.Number, read(mail)))];
        _replacement = writer.Fill(_replacement!, documents);
        _position = mails[^1].Number;
        return true;
    }
}
