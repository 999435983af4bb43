using Microsoft.Data.Sqlite;

namespace Smtpd.Storage.Sqlite;

/// <summary>A row of the index's table <c>part</c>: consecutive messages and where their words are.</summary>
internal sealed record SqliteSearchPart(long Number, long First, long Last, long Documents, long Gone, bool IsReady, bool IsMerged)
{
    /// <summary>
    /// Messages of one part. A search looks through parts from the newest on until its page is full, and to gather all words with
    /// a short beginning takes a few milliseconds in each; what is deleted is removed by whole parts.
    /// </summary>
    public const int MostDocuments = 16_384;

    /// <summary>All parts, the newest first.</summary>
    public static List<SqliteSearchPart> List(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT number, first, last, documents, gone, ready, merged FROM part ORDER BY first DESC, number DESC";
        using SqliteDataReader row = command.ExecuteReader();
        var parts = new List<SqliteSearchPart>();
        while (row.Read()) parts.Add(new SqliteSearchPart(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5) != 0, row.GetInt64(6) != 0));
        return parts;
    }
}
