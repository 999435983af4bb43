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
    /// Decodes by a mark in front, then by the declared charset. Where none is declared, or one that nobody knows, or one that cannot
    /// hold such octets, <see cref="CharsetGuess"/> looks at the octets, and before that at what a page says of itself.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> octets, MessagePart part)
    {
        if (CharsetGuess.ByMark(octets, out int mark) is { } marked) return Whole(marked, octets[mark..]);
        if (!IsUndeclared(part.Charset) && Charsets.Find(part.Charset) is { } declared && !IsLie(declared, octets)) return Whole(declared, octets);
        if (CharsetGuess.ByShape(octets) is { } shaped) return Whole(shaped, octets);
        if (part.IsHtml && MetaCharset(octets) is { } meta && !IsLie(meta, octets)) return Whole(meta, octets);
        return Whole(CharsetGuess.ByLetters(octets), octets);
    }

    /// <summary>
    /// True of UTF-8 without a single character of UTF-8 beyond ASCII, and of an encoding in seven bits without any of the octets
    /// by which it switches, while there are octets beyond ASCII.
    /// </summary>
    private static bool IsLie(Encoding declared, ReadOnlySpan<byte> octets)
    {
        if (Ascii.IsValid(octets)) return false;
        if (declared is Iso2022Encoding or HzEncoding or Utf7Encoding) return octets.IndexOfAny((byte)0x1B, (byte)0x0E, (byte)'~') < 0;
        return declared is UTF8Encoding && !System.Text.Unicode.Utf8.IsValid(octets) && !CharsetGuess.HasUtf8(octets);
    }

    /// <summary>A character that the end of the part cuts in half is left out.</summary>
    private static string Whole(Encoding encoding, ReadOnlySpan<byte> octets)
    {
        if (encoding is MailEncoding ours) return ours.Decode(octets);
        if (Ascii.IsValid(octets) && encoding is UTF8Encoding) return Encoding.ASCII.GetString(octets);
        char[] letters = ArrayPool<char>.Shared.Rent(encoding.GetMaxCharCount(octets.Length));
        int count = encoding.GetDecoder().GetChars(octets, letters, flush: false);
        string text = new(letters, 0, count);
        ArrayPool<char>.Shared.Return(letters);
        return text;
    }

    private static bool IsUndeclared(string charset) => charset.Length == 0 || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase) || charset.Equals("ascii", StringComparison.OrdinalIgnoreCase);

    private static Encoding? MetaCharset(ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<byte> head = octets[..Math.Min(octets.Length, MetaOctets)];
        string text = Encoding.Latin1.GetString(head);
        int found = text.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        if (found < 0) return null;
        string name = text[(found + "charset=".Length)..].TrimStart('"', '\'', ' ');
        int end = name.AsSpan().IndexOfAny(_behindName);
        if (end <= 0) return null;
        Encoding? named = Charsets.Find(name[..end]);
        // A page that could be read thus far is not written in units of two or four octets, whatever it says (HTML §13.2.3.2).
        return named is UnicodeEncoding or UTF32Encoding or MarkedUnicodeEncoding ? Encoding.UTF8 : named;
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
