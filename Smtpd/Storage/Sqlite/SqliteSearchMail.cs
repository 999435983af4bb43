using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>A stored message as the index and the scan of the newest read it: without what readers did to it.</summary>
/// <param name="Beginning">The first piece of the source, where it was read together with the rest; few messages have another.</param>
internal sealed record SqliteSearchMail(long Number, MessageSummary Summary, PartTree Parts, long Source, byte[]? Beginning)
{
    private const string FirstPiece = "(SELECT data FROM source WHERE key = m.source << 16)";

    private const string Columns = "number, process, created, size, subject, message_id, correspondents, envelope, attachments, parts, source";

    private const int ColumnsWithoutBeginning = 11;

    /// <summary>The next messages in the order of their arrival, until they are enough.</summary>
    public static List<SqliteSearchMail> After(SqliteConnection connection, long after, long last, int most, long mostOctets)
    {
        using SqliteCommand command = connection.CreateCommand();
        // Read together, the sources cost no statement of their own.
        command.CommandText = $"SELECT {Columns}, {FirstPiece} FROM message m WHERE number > $after AND number <= $last ORDER BY number LIMIT $most";
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$last", last);
        command.Parameters.AddWithValue("$most", most);
        using SqliteDataReader row = command.ExecuteReader();
        var mails = new List<SqliteSearchMail>();
        for (long octets = 0; octets < mostOctets && row.Read(); octets += mails[^1].Summary.Size) mails.Add(Read(row));
        return mails;
    }

    public static SqliteSearchMail? Find(SqliteConnection connection, long number)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM message WHERE number = $number";
        command.Parameters.AddWithValue("$number", number);
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() ? Read(row) : null;
    }

    /// <summary>A query for one message together with its beginning, to be used for many with <see cref="Find(SqliteCommand, long)"/>.</summary>
    public static SqliteCommand PrepareFind(SqliteConnection connection)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns}, {FirstPiece} FROM message m WHERE number = $number";
        command.Parameters.Add("$number", SqliteType.Integer);
        return command;
    }

    public static SqliteSearchMail? Find(SqliteCommand prepared, long number)
    {
        prepared.Parameters[0].Value = number;
        using SqliteDataReader row = prepared.ExecuteReader();
        return row.Read() ? Read(row) : null;
    }

    /// <summary>The source. Reading it never leaves the calling thread.</summary>
    /// <param name="query">Runs a query on a connection to the store.</param>
    public Stream Open(Func<Func<SqliteConnection, byte[]?>, byte[]?> query) =>
        new SqliteSourceStream((source, block, _) => ValueTask.FromResult(Known(block) ?? query(connection => block.Read(connection, source))), Source, Summary.Size);

    private byte[]? Known(SourceBlock block)
    {
        if (block.Piece > 0 || Beginning is null) return null;
        if (Beginning.Length <= SourceBlock.Octets) return Beginning;
        int start = Math.Min(block.Offset, Beginning.Length);
        return Beginning[start..Math.Min(start + SourceBlock.Octets, Beginning.Length)];
    }

    /// <summary>All that is searched of it.</summary>
    /// <param name="source">Stands anywhere afterwards; reading it must not leave the calling thread.</param>
    public SearchDocument Read(Stream source)
    {
        SearchDocument document = SearchDocument.Of(Summary, Parts, MailScope.Everything);
        SearchReader.ReadBodyAsync(source, Parts, document, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return document;
    }

    private static SqliteSearchMail Read(SqliteDataReader row)
    {
        long number = row.GetInt64(0);
        StoredCorrespondents people = JsonSerializer.Deserialize(row.GetString(6), StoredJson.Default.StoredCorrespondents)!;
        var header = new HeaderSummary(row.GetString(4), row.GetString(5), null, people.From, people.To, people.Cc, people.Bcc, people.ReplyTo);
        var summary = new MessageSummary(SqliteWriter.IdOf(number, row.GetFieldValue<byte[]>(1)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)), row.GetInt64(3), Read: false, Starred: false,
            header, JsonSerializer.Deserialize(row.GetString(7), StoredJson.Default.StoredEnvelope)!, Attachments: row.GetInt32(8));
        byte[]? beginning = row.FieldCount > ColumnsWithoutBeginning && !row.IsDBNull(ColumnsWithoutBeginning) ? row.GetFieldValue<byte[]>(ColumnsWithoutBeginning) : null;
        return new SqliteSearchMail(number, summary, PartTreeFormat.Read(row.GetFieldValue<byte[]>(9)), row.GetInt64(10), beginning);
    }
}
