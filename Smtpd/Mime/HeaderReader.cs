using Smtpd.Mail;

namespace Smtpd.Mime;

/// <summary>Reads header fields (RFC 5322 §2.2), with bare LF as a line end too: mail that was stored with it is still shown.</summary>
internal static class HeaderReader
{
    /// <summary>Addresses shown of one field; a list of thousands is still one line of a list.</summary>
    private const int MostAddresses = 1000;

    private static readonly IReadOnlyList<Correspondent> _nobody = [];

    /// <param name="header">Octets up to the empty line, which may be missing.</param>
    public static HeaderSummary Summarize(ReadOnlySpan<byte> header)
    {
        var content = new ContentValues();
        return Summarize(header, ref content);
    }

    /// <param name="header">Octets up to the empty line, which may be missing.</param>
    /// <param name="content">Takes the fields that say something of the body, so that the header is walked through only once.</param>
    public static HeaderSummary Summarize(ReadOnlySpan<byte> header, ref ContentValues content)
    {
        string? subject = null, messageId = null;
        DateTimeOffset? date = null;
        List<Correspondent>? from = null, to = null, cc = null, bcc = null, replyTo = null;
        while (TryReadField(ref header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            KnownField field = KnownFields.Find(name);
            switch (field)
            {
                case KnownField.Other: break;
                case KnownField.Subject: subject ??= EncodedWords.Decode(HeaderText.Unfold(value)).Trim(); break;
                case KnownField.MessageId: messageId ??= MessageIdReader.Read(value); break;
                case KnownField.Date: date ??= DateReader.Read(value); break;
                case KnownField.From: AddressReader.Read(value, from ??= new(1), MostAddresses); break;
                case KnownField.To: AddressReader.Read(value, to ??= new(1), MostAddresses); break;
                case KnownField.Cc: AddressReader.Read(value, cc ??= [], MostAddresses); break;
                case KnownField.Bcc: AddressReader.Read(value, bcc ??= [], MostAddresses); break;
                case KnownField.ReplyTo: AddressReader.Read(value, replyTo ??= new(1), MostAddresses); break;
                default: content.Take(field, value); break;
            }
        }
        return new HeaderSummary(subject ?? "", messageId ?? "", date, from ?? _nobody, to ?? _nobody, cc ?? _nobody, bcc ?? _nobody, replyTo ?? _nobody);
    }

    private static bool StartsWithEmptyLine(ReadOnlySpan<byte> octets) => octets.StartsWith("\n"u8) || octets.StartsWith("\r\n"u8);

    /// <summary>Takes one field with its continuation lines from the front; passes over lines that are none. False at the empty line.</summary>
    public static bool TryReadField(scoped ref ReadOnlySpan<byte> header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!header.IsEmpty && !StartsWithEmptyLine(header))
        {
            int end = EndOfField(header);
            ReadOnlySpan<byte> field = header[..end];
            header = header[end..];
            int colon = field.IndexOf((byte)':');
            if (colon <= 0) continue;
            value = HeaderText.Trim(field[(colon + 1)..]);
            while (colon > 0 && field[colon - 1] is (byte)' ' or (byte)'\t') colon--;
            name = field[..colon];
            if (!name.IsEmpty && !name.ContainsAnyExceptInRange((byte)33, (byte)126)) return true;
        }
        name = value = default;
        return false;
    }

    private static int EndOfField(ReadOnlySpan<byte> header)
    {
        int position = 0;
        while (true)
        {
            int feed = header[position..].IndexOf((byte)'\n');
            if (feed < 0) return header.Length;
            position += feed + 1;
            if (position == header.Length || header[position] is not ((byte)' ' or (byte)'\t')) return position;
        }
    }
}
