using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// What can be read of text/enriched (RFC 1896) and of its forerunner text/richtext (RFC 1341 §7.1.3): commands in angle brackets
/// go, and what they hide.
/// </summary>
internal static class EnrichedText
{
    /// <summary>A command has at most sixty letters (RFC 1896 §3); what is longer is text.</summary>
    private const int LongestCommand = 62;

    /// <param name="isRichtext">True for text/richtext, where line ends mean nothing and commands stand for them.</param>
    public static string Of(string text, bool isRichtext)
    {
        var result = new StringBuilder(text.Length);
        int hidden = 0, verbatim = 0, ends = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char letter = text[i];
            if (letter == '\r') continue;
            if (letter == '<' && !isRichtext && i + 1 < text.Length && text[i + 1] == '<') i++;
            else if (letter == '<' && CommandAt(text, i) is { Length: > 0 } command)
            {
                i += command.Length + 1;
                ends = 0;
                if (isRichtext) TakeRichtext(command, ref hidden, result);
                else TakeEnriched(command, ref hidden, ref verbatim);
                continue;
            }
            if (hidden > 0) continue;
            if (letter != '\n' || verbatim > 0)
            {
                result.Append(letter);
                ends = 0;
            }
            // One line end is a blank; of more, all but the first are line ends (RFC 1896 §2).
            else if (isRichtext || ends++ == 0) result.Append(' ');
            else
            {
                if (ends == 2) result.Length--;
                result.Append('\n');
            }
        }
        return result.ToString();
    }

    /// <summary>The command that begins with the angle bracket there, without brackets; empty when there is none.</summary>
    private static string CommandAt(string text, int open)
    {
        ReadOnlySpan<char> rest = text.AsSpan(open + 1);
        rest = rest[..Math.Min(rest.Length, LongestCommand)];
        int close = rest.IndexOf('>');
        if (close <= 0) return "";
        ReadOnlySpan<char> command = rest[..close];
        ReadOnlySpan<char> name = command[0] == '/' ? command[1..] : command;
        foreach (char letter in name)
            if (!char.IsAsciiLetterOrDigit(letter) && letter != '-') return "";
        return command.ToString();
    }

    private static void TakeEnriched(string command, ref int hidden, ref int verbatim)
    {
        switch (command.ToLowerInvariant())
        {
            case "param": hidden++; break;
            case "/param": hidden = Math.Max(0, hidden - 1); break;
            case "nofill" or "verbatim": verbatim++; break;
            case "/nofill" or "/verbatim": verbatim = Math.Max(0, verbatim - 1); break;
        }
    }

    private static void TakeRichtext(string command, ref int hidden, StringBuilder result)
    {
        switch (command.ToLowerInvariant())
        {
            case "comment": hidden++; break;
            case "/comment": hidden = Math.Max(0, hidden - 1); break;
            case "lt" when hidden == 0: result.Append('<'); break;
            case "nl" or "np" when hidden == 0: result.Append('\n'); break;
            case "paragraph" or "/paragraph" when hidden == 0: result.Append('\n'); break;
        }
    }
}
