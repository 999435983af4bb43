using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>A stored message as the index and the scan of the newest read it: without what readers did to it.</summary>
internal sealed record SqliteSearchMail(long Number, MessageSummary Summary, PartTree Parts, long Source)
{
    private const string Query = "SELECT number, process, created, size, subject, message_id, correspondents, envelope, attachments, parts, source FROM message";

    /// <summary>The next messages in the order of their arrival, until they are enough.</summary>
    public static List<SqliteSearchMail> After(SqliteConnection connection, long after, long last, int most, long mostOctets)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"{Query} WHERE number > $after AND number <= $last ORDER BY number LIMIT $most";
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
        command.CommandText = $"{Query} WHERE number = $number";
        command.Parameters.AddWithValue("$number", number);
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() ? Read(row) : null;
    }

    /// <summary>The source. Reading it never leaves the calling thread.</summary>
    /// <param name="query">Runs a query on a connection to the store.</param>
    public Stream Open(Func<Func<SqliteConnection, byte[]?>, byte[]?> query) =>
        new SqliteSourceStream((source, piece, _) => ValueTask.FromResult(query(connection => ReadPiece(connection, source, piece))), Source, Summary.Size);

    /// <summary>All that is searched of it.</summary>
    /// <param name="source">Stands anywhere afterwards; reading it must not leave the calling thread.</param>
    public SearchDocument Read(Stream source)
    {
        SearchDocument document = SearchDocument.Of(Summary, Parts, MailScope.Everything);
        SearchReader.ReadBodyAsync(source, Parts, document, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return document;
    }

    private static byte[]? ReadPiece(SqliteConnection connection, long source, int piece)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT data FROM source WHERE key = $key";
        command.Parameters.AddWithValue("$key", (source << 16) | (uint)piece);
        return (byte[]?)command.ExecuteScalar();
    }

    private static SqliteSearchMail Read(SqliteDataReader row)
    {
        long number = row.GetInt64(0);
        StoredCorrespondents people = JsonSerializer.Deserialize(row.GetString(6), StoredJson.Default.StoredCorrespondents)!;
        var header = new HeaderSummary(row.GetString(4), row.GetString(5), null, people.From, people.To, people.Cc, people.Bcc, people.ReplyTo);
        var summary = new MessageSummary(SqliteWriter.IdOf(number, row.GetFieldValue<byte[]>(1)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)), row.GetInt64(3), Read: false, Starred: false,
            header, JsonSerializer.Deserialize(row.GetString(7), StoredJson.Default.StoredEnvelope)!, Attachments: row.GetInt32(8));
        return new SqliteSearchMail(number, summary, PartTreeFormat.Read(row.GetFieldValue<byte[]>(9)), row.GetInt64(10));
    }
}
