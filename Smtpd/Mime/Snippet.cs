using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>How a text begins, in one line.</summary>
internal static class Snippet
{
    public const int Letters = 250;

    private static readonly SearchValues<byte> _control = SearchValues.Create([.. Enumerable.Range(0, 32).Select(octet => (byte)octet), 127]);
    private static readonly SearchValues<byte> _blank = SearchValues.Create([.. Enumerable.Range(0, 33).Select(octet => (byte)octet), 127]);

    /// <summary>Of text, not markup: whoever puts it into a page escapes it.</summary>
    public static string Of(string text, bool isHtml)
    {
        if (isHtml) text = HtmlText.Of(text);
        var line = new StringBuilder(Math.Min(Letters, text.Length));
        bool isBehindWord = false;
        foreach (char letter in text)
        {
            bool isPlain = letter is > ' ' and < '\u007F';
            if (!isPlain)
            {
                if (char.IsWhiteSpace(letter) || char.IsControl(letter))
                {
                    isBehindWord = line.Length > 0;
                    continue;
                }
                if (IsInvisible(letter) || (IsJoiner(letter) && (isBehindWord || line.Length == 0))) continue;
            }
            if (isBehindWord && line.Length < Letters) line.Append(' ');
            isBehindWord = false;
            if (line.Length >= Letters) break;
            line.Append(letter);
        }
        // Half of a pair of surrogates is no text.
        if (line.Length > 0 && char.IsHighSurrogate(line[^1])) line.Length--;
        return line.ToString().TrimEnd();
    }

    /// <summary>True for charsets in which ASCII is what it is elsewhere, without shifts in between.</summary>
    public static bool HoldsAscii(string charset) =>
        charset.Length == 0
        || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)
        || charset.StartsWith("iso-8859-", StringComparison.OrdinalIgnoreCase)
        || charset.StartsWith("windows-125", StringComparison.OrdinalIgnoreCase);

    /// <summary>The same of text that is ASCII, as nearly all samples are.</summary>
    public static string OfAscii(ReadOnlySpan<byte> text)
    {
        Span<byte> line = stackalloc byte[Letters];
        int length = 0;
        while (length < Letters)
        {
            int start = text.IndexOfAnyExcept(_blank);
            if (start < 0) break;
            text = text[start..];
            int end = text.IndexOfAny(_control);
            ReadOnlySpan<byte> run = end < 0 ? text : text[..end];
            int gap = run.IndexOf("  "u8);
            if (gap >= 0) run = run[..gap];
            text = text[run.Length..];
            if (length > 0) line[length++] = (byte)' ';
            run = run[..Math.Min(run.Length, Letters - length)];
            run.CopyTo(line[length..]);
            length += run.Length;
            if (length == Letters) text = default;
            while (length > 0 && line[length - 1] == ' ') length--;
        }
        return Encoding.ASCII.GetString(line[..length]);
    }

    /// <summary>Letters of Persian and of emoji, where they stand behind a letter; elsewhere newsletters fill their previews with them.</summary>
    private static bool IsJoiner(char letter) => letter is '\u200C' or '\u200D';

    /// <summary>What else newsletters fill their previews with, and what turns the direction of a line.</summary>
    private static bool IsInvisible(char letter) => letter is '\u00AD' or '\u034F' or '\u200B' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u2069') or '\uFEFF';
}
