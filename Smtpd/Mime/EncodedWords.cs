using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// Decodes encoded words (RFC 2047) wherever they stand, as every mail program does. Adjacent words of one charset are joined
/// before they are decoded, because senders split multibyte characters between them.
/// </summary>
internal static class EncodedWords
{
    public static string Decode(string text)
    {
        int start = text.IndexOf("=?", StringComparison.Ordinal);
        if (start < 0) return text;
        var result = new StringBuilder(text.Length);
        var octets = new ArrayBufferWriter<byte>();
        string charset = "";
        int done = 0;
        while (start >= 0)
        {
            if (!TryReadWord(text, start, out Word word))
            {
                // Without an end in sight there is no further word: looking again from every start would take quadratic time.
                if (text.IndexOf("?=", start + 2, StringComparison.Ordinal) < 0) break;
                start = text.IndexOf("=?", start + 2, StringComparison.Ordinal);
                continue;
            }
            ReadOnlySpan<char> between = text.AsSpan(done, start - done);
            // White space between two encoded words is not text (RFC 2047 §6.2).
            bool joined = octets.WrittenCount > 0 && between.IsWhiteSpace();
            if (!joined || !word.Charset.Equals(charset, StringComparison.OrdinalIgnoreCase)) Flush(result, octets, charset);
            if (!joined) result.Append(between);
            charset = word.Charset;
            DecodeWord(word, text, octets);
            done = word.End;
            start = text.IndexOf("=?", done, StringComparison.Ordinal);
        }
        Flush(result, octets, charset);
        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <param name="From">Where the encoded text begins.</param>
    /// <param name="To">Where it ends.</param>
    /// <param name="End">Where the word ends.</param>
    private readonly record struct Word(string Charset, char Encoding, int From, int To, int End);

    /// <summary>Reads <c>=?charset*language?encoding?text?=</c> (RFC 2047 §2, RFC 2231 §5).</summary>
    private static bool TryReadWord(string text, int start, out Word word)
    {
        word = default;
        int charsetEnd = text.IndexOf('?', start + 2);
        if (charsetEnd < 0 || charsetEnd + 2 >= text.Length || text[charsetEnd + 2] != '?') return false;
        char encoding = char.ToUpperInvariant(text[charsetEnd + 1]);
        if (encoding is not ('B' or 'Q')) return false;
        int end = text.IndexOf("?=", charsetEnd + 3, StringComparison.Ordinal);
        if (end < 0) return false;
        string charset = text[(start + 2)..charsetEnd];
        int language = charset.IndexOf('*', StringComparison.Ordinal);
        if (language >= 0) charset = charset[..language];
        word = new Word(charset, encoding, charsetEnd + 3, end, end + 2);
        return charset.Length > 0 && !charset.Contains(' ', StringComparison.Ordinal);
    }

    private static void DecodeWord(Word word, string text, ArrayBufferWriter<byte> octets)
    {
        ReadOnlySpan<char> encoded = text.AsSpan(word.From, word.To - word.From);
        if (word.Encoding == 'B') DecodeBase64(encoded, octets);
        else DecodeQ(encoded, octets);
    }

    /// <summary>Base64 that may lack padding or hold foreign characters; whole quanta are decoded, the rest as far as it goes.</summary>
    private static void DecodeBase64(ReadOnlySpan<char> encoded, ArrayBufferWriter<byte> octets)
    {
        Span<byte> room = octets.GetSpan(((encoded.Length / 4) + 1) * 3);
        int bits = 0, count = 0, length = 0;
        foreach (char letter in encoded)
        {
            int value = letter switch
            {
                >= 'A' and <= 'Z' => letter - 'A',
                >= 'a' and <= 'z' => letter - 'a' + 26,
                >= '0' and <= '9' => letter - '0' + 52,
                '+' or '-' => 62,
                '/' or '_' => 63,
                _ => -1,
            };
            if (value < 0) continue;
            bits = (bits << 6) | value;
            if (++count % 4 == 0)
            {
                room[length++] = (byte)(bits >> 16);
                room[length++] = (byte)(bits >> 8);
                room[length++] = (byte)bits;
                bits = 0;
            }
        }
        if (count % 4 == 3)
        {
            room[length++] = (byte)(bits >> 10);
            room[length++] = (byte)(bits >> 2);
        }
        else if (count % 4 == 2) room[length++] = (byte)(bits >> 4);
        octets.Advance(length);
    }

    private static void DecodeQ(ReadOnlySpan<char> encoded, ArrayBufferWriter<byte> octets)
    {
        Span<byte> room = octets.GetSpan(encoded.Length * 3 + 1);
        int length = 0;
        for (int i = 0; i < encoded.Length; i++)
        {
            char letter = encoded[i];
            if (letter == '_') room[length++] = (byte)' ';
            else if (letter == '=' && i + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[i + 1]) && char.IsAsciiHexDigit(encoded[i + 2]))
            {
                room[length++] = (byte)((Convert.ToByte(encoded[i + 1].ToString(), 16) << 4) | Convert.ToByte(encoded[i + 2].ToString(), 16));
                i += 2;
            }
            else if (letter < 0x80) room[length++] = (byte)letter;
            else length += Encoding.UTF8.GetBytes([letter], room[length..]);
        }
        octets.Advance(length);
    }

    private static void Flush(StringBuilder result, ArrayBufferWriter<byte> octets, string charset)
    {
        if (octets.WrittenCount == 0) return;
        ReadOnlySpan<byte> written = octets.WrittenSpan;
        result.Append(Charsets.Find(charset) is { } encoding ? encoding.GetString(written) : HeaderText.Decode(written));
        octets.ResetWrittenCount();
    }
}
