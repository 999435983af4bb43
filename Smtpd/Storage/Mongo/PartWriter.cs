using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Writes the bodies of parts as the original keeps them: base64 as it was received, quoted-printable decoded and then of no transfer
/// encoding, all else as it is. What is no text and no UTF-8 becomes base64, so that nothing of it is lost in a string.
/// </summary>
/// <param name="bodies">False where the source is in a file of its own and the document has no room for them.</param>
internal sealed class PartWriter(BsonWriter bson, SourceOctets source, HeaderMapWriter headers, bool bodies)
{
    /// <summary>Octets of the text and of the page of a message that the document repeats.</summary>
    public const int MostTextOctets = 1024 * 1024;

    /// <summary>An element of <c>attachments</c>.</summary>
    public void WriteAttachment(MessagePart part, MessageId id)
    {
        bson.BeginDocument(default).String("id"u8, id.ToString());
        (string encoding, long size) = WriteBody(part, Fields(part).Encoding);
        bson.String("filename"u8, part.FileName).String("contenttype"u8, part.MediaType).String("charset"u8, part.Charset)
            .String("mimeversion"u8, "").String("transferencoding"u8, encoding).Number("size"u8, size).End();
    }

    /// <summary>An element of <c>mime.parts</c>.</summary>
    public void WritePart(MessagePart part)
    {
        bson.BeginDocument(default);
        headers.Write(bson, "headers"u8, source.Slice(part.HeaderStart, part.BodyStart));
        (string declared, string disposition) = Fields(part);
        (string encoding, long size) = WriteBody(part, declared);
        bson.String("filename"u8, part.FileName).String("contenttype"u8, part.MediaType).String("charset"u8, part.Charset)
            .String("mimeversion"u8, "").String("transferencoding"u8, encoding).String("disposition"u8, disposition).Number("size"u8, size).End();
    }

    /// <summary>The part as a reader would see it; an empty string where there is none.</summary>
    public void WriteText(ReadOnlySpan<byte> name, MessagePart? part)
    {
        if (part is null)
        {
            bson.Utf8(name, default);
            return;
        }
        ReadOnlySpan<byte> raw = source.Slice(part.BodyStart, Math.Min(part.End, part.BodyStart + MostTextOctets));
        if (part.Encoding == TransferEncoding.Identity)
        {
            WriteDecoded(name, raw, part);
            return;
        }
        byte[] decoded = Decode(raw, part.Encoding, out int length);
        WriteDecoded(name, decoded.AsSpan(0, length), part);
        ArrayPool<byte>.Shared.Return(decoded);
    }

    private void WriteDecoded(ReadOnlySpan<byte> name, ReadOnlySpan<byte> octets, MessagePart part)
    {
        bool isUtf8 = part.Charset.Length == 0 || part.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || part.Charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);
        if (isUtf8 && Utf8.IsValid(octets)) bson.Utf8(name, octets);
        else bson.String(name, BodyText.Decode(octets, part));
    }

    /// <returns>The transfer encoding that the body has now, and its octets.</returns>
    private (string Encoding, long Size) WriteBody(MessagePart part, string declared)
    {
        if (!bodies)
        {
            bson.Utf8("body"u8, default);
            return (part.Encoding == TransferEncoding.QuotedPrintable ? "" : declared, part.End - part.BodyStart);
        }
        ReadOnlySpan<byte> raw = source.Slice(part.BodyStart, part.End);
        if (part.Encoding == TransferEncoding.Identity) return WriteOctets(raw, part, declared);
        if (part.Encoding != TransferEncoding.QuotedPrintable && Ascii.IsValid(raw))
        {
            bson.Utf8("body"u8, raw);
            return (declared, raw.Length);
        }
        byte[] decoded = Decode(raw, part.Encoding, out int length);
        try
        {
            return WriteOctets(decoded.AsSpan(0, length), part, "");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    private (string Encoding, long Size) WriteOctets(ReadOnlySpan<byte> octets, MessagePart part, string encoding)
    {
        if (Utf8.IsValid(octets))
        {
            bson.Utf8("body"u8, octets);
            return (encoding, octets.Length);
        }
        if (part.MediaType.StartsWith("text/", StringComparison.Ordinal))
        {
            string text = BodyText.Decode(octets, part);
            bson.String("body"u8, text);
            return (encoding, Encoding.UTF8.GetByteCount(text));
        }
        byte[] base64 = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(octets.Length));
        Base64.EncodeToUtf8(octets, base64, out _, out int length);
        bson.Utf8("body"u8, base64.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(base64);
        return ("base64", length);
    }

    /// <returns>Rented.</returns>
    private static byte[] Decode(ReadOnlySpan<byte> raw, TransferEncoding encoding, out int length)
    {
        TransferDecoder decoder = TransferDecoder.For(encoding);
        byte[] output = ArrayPool<byte>.Shared.Rent((raw.Length * decoder.Growth) + (2 * TransferDecoder.Slack));
        length = decoder.Decode(raw, output);
        length += decoder.Finish(output.AsSpan(length));
        return output;
    }

    /// <summary>What a part's header says of its encoding and disposition, as it was written.</summary>
    private (string Encoding, string Disposition) Fields(MessagePart part)
    {
        string encoding = "", disposition = "";
        ReadOnlySpan<byte> header = source.Slice(part.HeaderStart, part.BodyStart);
        while (HeaderReader.TryReadField(ref header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            if (Ascii.EqualsIgnoreCase(name, "Content-Transfer-Encoding"u8)) encoding = HeaderText.Unfold(value);
            else if (Ascii.EqualsIgnoreCase(name, "Content-Disposition"u8)) disposition = HeaderText.Unfold(value).Split(';')[0].Trim().ToLowerInvariant();
        }
        return (encoding, disposition);
    }
}
