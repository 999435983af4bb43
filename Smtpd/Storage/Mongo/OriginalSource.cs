using Smtpd.Mime;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// The source of a message that gleez/smtpd kept. It left the dots that SMTP adds to lines (RFC 5321 §4.5.2), and what a client had
/// sent behind the final dot; where it did not parse mail it kept the body alone, with the header as a document.
/// </summary>
internal static class OriginalSource
{
    /// <summary>Fields that the original wrote itself into <c>content.headers</c>; of the last one the sender's may be behind it.</summary>
    private static readonly string[] _added = ["Message-ID", "Received", "Return-Path"];

    /// <param name="content">The document's <c>content</c>.</param>
    public static byte[] Read(BsonDocument content)
    {
        ReadOnlySpan<byte> body = content["body"u8].AsUtf8();
        BsonDocument headers = content["headers"u8].AsDocument();
        using var source = new MemoryStream(body.Length);
        if (LacksHeader(body, headers))
        {
            WriteHeaders(source, headers);
            source.Write("\r\n"u8);
        }
        Unstuff(body, source);
        return source.ToArray();
    }

    /// <summary>Writes the fields as they would stand in a message.</summary>
    public static void WriteHeaders(Stream target, BsonDocument headers)
    {
        foreach (BsonElement field in headers)
        {
            if (field.Type != BsonType.Array) continue;
            foreach (BsonElement value in field.AsDocument())
            {
                target.Write(field.Name);
                target.Write(": "u8);
                target.Write(HeaderText.Trim(value.AsUtf8()));
                target.Write("\r\n"u8);
            }
        }
    }

    /// <summary>True when the header names fields of which the body's first lines have none.</summary>
    private static bool LacksHeader(ReadOnlySpan<byte> body, BsonDocument headers)
    {
        bool names = false;
        foreach (BsonElement field in headers) names |= !_added.Contains(field.NameText);
        if (!names) return false;
        while (HeaderReader.TryReadField(ref body, out ReadOnlySpan<byte> name, out _))
        {
            foreach (BsonElement field in headers)
                if (System.Text.Ascii.EqualsIgnoreCase(name, field.Name)) return false;
        }
        return true;
    }

    private static void Unstuff(ReadOnlySpan<byte> body, Stream target)
    {
        while (!body.IsEmpty)
        {
            if (body[0] == '.')
            {
                body = body[1..];
                // A dot alone ended the message; what stands behind it is the client's next command.
                if (body.IsEmpty || body.StartsWith("\r\n"u8) || body[0] == '\n') return;
            }
            int end = body.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? body : body[..(end + 1)];
            target.Write(line);
            body = body[line.Length..];
        }
    }
}
