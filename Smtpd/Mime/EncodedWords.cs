using System.Buffers;

namespace Smtpd.Mime;

/// <summary>
/// Decodes encoded words (RFC 2047) wherever they stand, as every mail program does. Adjacent words of one charset are joined
/// before they are decoded, because senders split multibyte characters between them. One pass.
/// </summary>
internal static class EncodedWords
{
    /// <summary>Charset and language together; a whole word has at most 75 letters (RFC 2047 §2), but not all senders count.</summary>
    private const int LongestCharset = 75;

    /// <summary>Letters that are decoded without borrowed memory.</summary>
    private const int FewLetters = 256;

    private static readonly SearchValues<char> _notInCharset = SearchValues.Create(" \t\"<>(),;=?");

    public static string Decode(string text)
    {
        int start = text.IndexOf("=?", StringComparison.Ordinal);
        if (start < 0) return text;
        using var decoder = new WordDecoder(stackalloc char[FewLetters], text.Length);
        int done = 0;
        // The first "?=" at or behind the place where it was last looked for. It is not looked for again before it is passed:
        // a search from every "=?" to an end that is far away would take quadratic time.
        int close = 0;
        for (; start >= 0; start = text.IndexOf("=?", start, StringComparison.Ordinal))
        {
            if (!TryReadStart(text.AsSpan(start), out Word word))
            {
                start += 2;
                continue;
            }
            int from = start + word.From;
            if (close < from) close = text.IndexOf("?=", from, StringComparison.Ordinal);
            if (close < 0) break;
            ReadOnlySpan<char> between = text.AsSpan(done, start - done);
            // White space between two encoded words is not text (RFC 2047 §6.2).
            if (done == 0 || !between.IsWhiteSpace()) decoder.AppendText(between);
            decoder.AppendWord(word.Charset, word.IsBase64, text.AsSpan(from, close - from));
            start = done = close + 2;
        }
        decoder.AppendText(text.AsSpan(done));
        return decoder.Finish();
    }

    /// <summary>Letters of the encoded word with which the text begins; 0 where it does not begin with one, or its end is behind a blank.</summary>
    public static int LengthOfFirst(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("=?") || !TryReadStart(text, out Word word)) return 0;
        int end = text[word.From..].IndexOf("?=");
        return end < 0 || text.Slice(word.From, end).ContainsAny(' ', '\t') ? 0 : word.From + end + 2;
    }

    /// <param name="from">Where the encoded text begins.</param>
    private readonly ref struct Word(ReadOnlySpan<char> charset, bool isBase64, int from)
    {
        public ReadOnlySpan<char> Charset { get; } = charset;

        public bool IsBase64 => isBase64;

        public int From => from;
    }

    /// <summary>Reads <c>=?charset*language?encoding?</c> (RFC 2047 §2, RFC 2231 §5).</summary>
    private static bool TryReadStart(ReadOnlySpan<char> text, out Word word)
    {
        word = default;
        ReadOnlySpan<char> head = text[2..Math.Min(LongestCharset + 3, text.Length)];
        int length = head.IndexOfAny(_notInCharset);
        if (length <= 0 || head[length] != '?') return false;
        int encoding = 2 + length + 1;
        if (encoding + 1 >= text.Length || text[encoding + 1] != '?' || text[encoding] is not ('B' or 'b' or 'Q' or 'q')) return false;
        ReadOnlySpan<char> charset = head[..length];
        int language = charset.IndexOf('*');
        if (language >= 0) charset = charset[..language];
        word = new Word(charset, text[encoding] is 'B' or 'b', encoding + 2);
        return charset.Length > 0;
    }
}
