using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>The decoded octets of a body as text.</summary>
internal static class BodyText
{
    private static readonly SearchValues<char> _behindName = SearchValues.Create("\"' />;\r\n\t");

    /// <summary>A page says what it is written in within its first kilobyte (HTML §4.2.5.4).</summary>
    private const int MetaOctets = 1024;

    /// <summary>
    /// Decodes by the declared charset. Where none is declared, or one that cannot hold such octets, or one that nobody knows:
    /// UTF-8 if it is valid, else what a page says of itself, else windows-1252.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> octets, MessagePart part)
    {
        octets = WithoutByteOrderMark(octets, out bool isUtf8);
        if (isUtf8) return Encoding.UTF8.GetString(octets);
        if (!IsUndeclared(part.Charset) && Charsets.Find(part.Charset) is { } declared) return Whole(declared, octets);
        if (!Ascii.IsValid(octets) && part.IsHtml && !System.Text.Unicode.Utf8.IsValid(octets) && MetaCharset(octets) is { } meta) return Whole(meta, octets);
        return HeaderText.Decode(octets);
    }

    /// <summary>A character that the end of the part cuts in half is left out.</summary>
    private static string Whole(Encoding encoding, ReadOnlySpan<byte> octets)
    {
        char[] letters = ArrayPool<char>.Shared.Rent(encoding.GetMaxCharCount(octets.Length));
        int count = encoding.GetDecoder().GetChars(octets, letters, flush: false);
        string text = new(letters, 0, count);
        ArrayPool<char>.Shared.Return(letters);
        return text;
    }

    private static bool IsUndeclared(string charset) => charset.Length == 0 || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase) || charset.Equals("ascii", StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> octets, out bool isUtf8)
    {
        isUtf8 = octets.StartsWith("\uFEFF"u8);
        return isUtf8 ? octets[3..] : octets;
    }

    private static Encoding? MetaCharset(ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<byte> head = octets[..Math.Min(octets.Length, MetaOctets)];
        string text = Encoding.Latin1.GetString(head);
        int found = text.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        if (found < 0) return null;
        string name = text[(found + "charset=".Length)..].TrimStart('"', '\'', ' ');
        int end = name.AsSpan().IndexOfAny(_behindName);
        return end > 0 ? Charsets.Find(name[..end]) : null;
    }

    /// <summary>Text that was cut somewhere, without the half of a UTF-8 character that may stand at its end.</summary>
    public static ReadOnlySpan<byte> WithoutBrokenEnd(ReadOnlySpan<byte> octets)
    {
        for (int back = 1; back <= Math.Min(3, octets.Length); back++)
        {
            byte octet = octets[^back];
            if (octet < 0x80) break;
            if (octet < 0xC0) continue;
            int needed = octet >= 0xF0 ? 4 : octet >= 0xE0 ? 3 : 2;
            return needed > back ? octets[..^back] : octets;
        }
        return octets;
    }
}
