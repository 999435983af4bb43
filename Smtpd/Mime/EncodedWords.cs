using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// Decodes encoded words (RFC 2047) wherever they stand, as every mail program does. Adjacent words of one charset are joined
/// before they are decoded, because senders split multibyte characters between them. One pass.
/// </summary>
internal static class EncodedWords
{
    /// <summary>Charset and language together; a whole word has at most 75 letters (RFC 2047 §2), but not all senders count.</summary>
    private const int LongestCharset = 75;

    private static readonly SearchValues<char> _notInCharset = SearchValues.Create(" \t\"<>(),;=?");

    public static string Decode(string text)
    {
        int start = text.IndexOf("=?", StringComparison.Ordinal);
        if (start < 0) return text;
        var decoder = new WordDecoder(text.Length);
        int done = 0;
        // The first "?=" at or behind the place where it was last looked for. It is not looked for again before it is passed:
        // a search from every "=?" to an end that is far away would take quadratic time.
        int close = 0;
        for (; start >= 0; start = text.IndexOf("=?", start, StringComparison.Ordinal))
        {
            if (!TryReadStart(text, start, out Word word))
            {
                start += 2;
                continue;
            }
            if (close < word.From) close = text.IndexOf("?=", word.From, StringComparison.Ordinal);
            if (close < 0) break;
            ReadOnlySpan<char> between = text.AsSpan(done, start - done);
            // White space between two encoded words is not text (RFC 2047 §6.2).
            if (done == 0 || !between.IsWhiteSpace()) decoder.AppendText(between);
            decoder.AppendWord(word, text.AsSpan(word.From, close - word.From));
            start = done = close + 2;
        }
        decoder.AppendText(text.AsSpan(done));
        return decoder.ToString();
    }

    /// <param name="From">Where the encoded text begins.</param>
    private readonly record struct Word(string Charset, bool IsBase64, int From);

    /// <summary>Reads <c>=?charset*language?encoding?</c> (RFC 2047 §2, RFC 2231 §5).</summary>
    private static bool TryReadStart(string text, int start, out Word word)
    {
        word = default;
        ReadOnlySpan<char> head = text.AsSpan(start + 2, Math.Min(LongestCharset + 1, text.Length - start - 2));
        int length = head.IndexOfAny(_notInCharset);
        if (length <= 0 || head[length] != '?') return false;
        int encoding = start + 2 + length + 1;
        if (encoding + 1 >= text.Length || text[encoding + 1] != '?' || text[encoding] is not ('B' or 'b' or 'Q' or 'q')) return false;
        ReadOnlySpan<char> charset = head[..length];
        int language = charset.IndexOf('*');
        if (language >= 0) charset = charset[..language];
        word = new Word(charset.ToString(), text[encoding] is 'B' or 'b', encoding + 2);
        return charset.Length > 0;
    }

    /// <summary>Gathers the octets of words of one charset until something else comes.</summary>
    private sealed class WordDecoder(int capacity)
    {
        private readonly StringBuilder _result = new(capacity);
        private readonly ArrayBufferWriter<byte> _octets = new();
        private string _charset = "";

        public void AppendText(ReadOnlySpan<char> text)
        {
            if (text.IsEmpty) return;
            Flush();
            _result.Append(text);
        }

        public void AppendWord(Word word, ReadOnlySpan<char> encoded)
        {
            if (!word.Charset.Equals(_charset, StringComparison.OrdinalIgnoreCase)) Flush();
            _charset = word.Charset;
            if (word.IsBase64) AppendBase64(encoded);
            else AppendQ(encoded);
        }

        /// <summary>Base64 that may lack padding or hold foreign characters; whole quanta are decoded, the rest as far as it goes.</summary>
        private void AppendBase64(ReadOnlySpan<char> encoded)
        {
            Span<byte> room = _octets.GetSpan(((encoded.Length / 4) + 1) * 3);
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
            _octets.Advance(length);
        }

        private void AppendQ(ReadOnlySpan<char> encoded)
        {
            for (int i = 0; i < encoded.Length; i++)
            {
                char letter = encoded[i];
                if (letter >= 0x80)
                {
                    // Sent as it is, against the rule, and decoded with the field already.
                    Flush();
                    _result.Append(letter);
                    continue;
                }
                byte octet = letter == '_' ? (byte)' ' : (byte)letter;
                if (letter == '=' && i + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[i + 1]) && char.IsAsciiHexDigit(encoded[i + 2]))
                {
                    octet = (byte)((ValueOf(encoded[i + 1]) << 4) | ValueOf(encoded[i + 2]));
                    i += 2;
                }
                _octets.GetSpan(1)[0] = octet;
                _octets.Advance(1);
            }
        }

        private static int ValueOf(char digit) => (digit & 15) + (digit > '9' ? 9 : 0);

        private void Flush()
        {
            if (_octets.WrittenCount == 0) return;
            ReadOnlySpan<byte> written = _octets.WrittenSpan;
            _result.Append(Charsets.Find(_charset) is { } encoding ? encoding.GetString(written) : HeaderText.Decode(written));
            _octets.ResetWrittenCount();
        }

        public override string ToString()
        {
            Flush();
            return _result.ToString();
        }
    }
}
