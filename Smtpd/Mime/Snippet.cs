using System.Text;

namespace Smtpd.Mime;

/// <summary>How a text begins, in one line.</summary>
internal static class Snippet
{
    public const int Letters = 250;

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

    /// <summary>Letters of Persian and of emoji, where they stand behind a letter; elsewhere newsletters fill their previews with them.</summary>
    private static bool IsJoiner(char letter) => letter is '\u200C' or '\u200D';

    /// <summary>What else newsletters fill their previews with, and what turns the direction of a line.</summary>
    private static bool IsInvisible(char letter) => letter is '\u00AD' or '\u034F' or '\u200B' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u2069') or '\uFEFF';
}
