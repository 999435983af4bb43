using System.Text;
using Smtpd.Mail;

namespace Smtpd.Mime;

/// <summary>Reads header fields (RFC 5322 §2.2), with bare LF as a line end too: mail that was stored with it is still shown.</summary>
internal static class HeaderReader
{
    /// <summary>Addresses shown of one field; a list of thousands is still one line of a list.</summary>
    private const int MostAddresses = 1000;

    /// <param name="header">Octets up to the empty line, which may be missing.</param>
    public static HeaderSummary Summarize(ReadOnlySpan<byte> header)
    {
        string? subject = null, messageId = null;
        DateTimeOffset? date = null;
        List<Correspondent> from = [], to = [], cc = [], bcc = [], replyTo = [];
        while (TryReadField(ref header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            if (Is(name, "Subject"u8)) subject ??= EncodedWords.Decode(HeaderText.Unfold(value)).Trim();
            else if (Is(name, "Message-ID"u8)) messageId ??= MessageIdOf(value);
            else if (Is(name, "From"u8)) AddressReader.Read(value, from, MostAddresses);
            else if (Is(name, "To"u8)) AddressReader.Read(value, to, MostAddresses);
            else if (Is(name, "Cc"u8)) AddressReader.Read(value, cc, MostAddresses);
            else if (Is(name, "Bcc"u8)) AddressReader.Read(value, bcc, MostAddresses);
            else if (Is(name, "Reply-To"u8)) AddressReader.Read(value, replyTo, MostAddresses);
            else if (Is(name, "Date"u8)) date ??= DateReader.Read(HeaderText.Unfold(value));
        }
        return new HeaderSummary(subject ?? "", messageId ?? "", date, from, to, cc, bcc, replyTo);
    }

    /// <summary>
    /// Where the header ends: at the start of the first empty line, by CRLF or by LF alone. -1 when there is none yet.
    /// </summary>
    /// <param name="octets">Part of a message.</param>
    /// <param name="atLineStart">True when a line begins where the octets do.</param>
    public static int FindEnd(ReadOnlySpan<byte> octets, bool atLineStart)
    {
        int position = 0;
        while (true)
        {
            if (atLineStart && StartsWithEmptyLine(octets[position..])) return position;
            int feed = octets[position..].IndexOf((byte)'\n');
            if (feed < 0) return -1;
            position += feed + 1;
            atLineStart = true;
        }
    }

    private static bool StartsWithEmptyLine(ReadOnlySpan<byte> octets) => octets.StartsWith("\n"u8) || octets.StartsWith("\r\n"u8);

    /// <summary>Takes one field with its continuation lines from the front; passes over lines that are none. False at the empty line.</summary>
    public static bool TryReadField(ref ReadOnlySpan<byte> header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!header.IsEmpty && !StartsWithEmptyLine(header))
        {
            int end = EndOfField(header);
            ReadOnlySpan<byte> field = header[..end];
            header = header[end..];
            int colon = field.IndexOf((byte)':');
            if (colon <= 0) continue;
            name = field[..colon].TrimEnd(" \t"u8);
            if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)33, (byte)126)) continue;
            value = field[(colon + 1)..].Trim(" \t\r\n"u8);
            return true;
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

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted) => name.Length == wanted.Length && Ascii.EqualsIgnoreCase(name, wanted);

    /// <summary>The identifier without its angle brackets (RFC 5322 §3.6.4); without brackets the first word.</summary>
    private static string MessageIdOf(ReadOnlySpan<byte> value)
    {
        int open = value.IndexOf((byte)'<');
        if (open >= 0 && value[open..].IndexOf((byte)'>') is > 1 and int close) return HeaderText.Unfold(value.Slice(open + 1, close - 1)).Trim();
        string text = HeaderText.Unfold(value).Trim();
        int blank = text.IndexOfAny([' ', '\t']);
        return (blank < 0 ? text : text[..blank]).Trim('<', '>');
    }
}
