using System.Text;
using System.Text.RegularExpressions;

namespace Smtpd.Configuration;

/// <summary>
/// Compiles patterns for an engine whose time grows with the text alone, whatever the pattern: no mail can hold it up. Patterns
/// written for the original's engine (RE2) are read as they were meant there.
/// </summary>
internal static class PatternText
{
    private static readonly Dictionary<string, string> Classes = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["blank"] = @"\t ",
        ["digit"] = "0-9",
        ["lower"] = "a-z",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    /// <param name="pattern">Null where the text is empty: an empty pattern would match everything, and means none.</param>
    public static bool TryCompile(string text, out Regex? pattern, out string? problem)
    {
        pattern = null;
        problem = null;
        if (string.IsNullOrWhiteSpace(text)) return true;
        try
        {
            pattern = new Regex(Translated(text), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (RegexParseException failure)
        {
            problem = Problems.NotAPattern(text, Reason(failure));
        }
        catch (NotSupportedException)
        {
            problem = Problems.PatternLooksAround(text);
        }
        return false;
    }

    /// <summary>The library's own words without the pattern, which may be long.</summary>
    private static string Reason(RegexParseException failure)
    {
        int behind = failure.Message.LastIndexOf($"at offset {failure.Offset}. ", StringComparison.Ordinal);
        return $"{(behind < 0 ? failure.Error.ToString() : failure.Message[(behind + $"at offset {failure.Offset}. ".Length)..].TrimEnd('.'))}, at character {failure.Offset}";
    }

    /// <summary>RE2 writes named groups as <c>(?P&lt;name&gt;</c> and knows POSIX classes such as <c>[[:alpha:]]</c>.</summary>
    private static string Translated(string text)
    {
        var translated = new StringBuilder(text.Length);
        bool inClass = false;
        for (int i = 0; i < text.Length; i++)
        {
            ReadOnlySpan<char> rest = text.AsSpan(i);
            if (rest[0] == '\\' && rest.Length > 1)
            {
                translated.Append(rest[..2]);
                i++;
            }
            else if (inClass && rest.StartsWith("[:") && rest.IndexOf(":]") is > 0 and int end && Classes.TryGetValue(rest[2..end].ToString(), out string? members))
            {
                translated.Append(members);
                i += end + 1;
            }
            else if (!inClass && rest.StartsWith("(?P<"))
            {
                translated.Append("(?<");
                i += 3;
            }
            else
            {
                inClass = inClass ? rest[0] != ']' : rest[0] == '[';
                translated.Append(rest[0]);
            }
        }
        return translated.ToString();
    }
}
