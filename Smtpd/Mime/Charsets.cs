using System.Text;

namespace Smtpd.Mime;

/// <summary>Character encodings by the names that mail gives them.</summary>
internal static class Charsets
{
    /// <summary>Longer than any name there is.</summary>
    private const int LongestName = 60;

    /// <summary>windows-1252, which undeclared text of the West mostly is.</summary>
    public static Encoding Western => CodePages.Of(CodePages.Western);

    /// <summary>
    /// Never fails: octets that the encoding does not know become U+FFFD. Null for a name that nobody knows, found out without
    /// an exception, because a header can hold thousands of such names.
    /// </summary>
    /// <param name="name">As it stands in the header. No name at all is UTF-8.</param>
    public static Encoding? Find(string name)
    {
        if (name is "utf-8" or "UTF-8" or "") return Encoding.UTF8;
        if (name.Length > LongestName || LettersOf(name) is not { } letters) return null;
        if (letters.Length == 0) return IsBlank(name) ? Encoding.UTF8 : null;
        if (Known(letters) is { } found) return found;
        // "x-" stands before names that nobody has registered; "3D" is what is left of "=" when a header was encoded twice.
        foreach (string prefix in (ReadOnlySpan<string>)["x", "3d", "charset"])
            if (letters.StartsWith(prefix, StringComparison.Ordinal) && Known(letters[prefix.Length..]) is { } behind) return behind;
        return CodePagesEncodingProvider.Instance.GetEncoding(name.Trim(), EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"));
    }

    private static Encoding? Known(string letters) => CodePages.Find(CharsetNames.PageOf(letters));

    /// <summary>Letters and digits of the first word in lower case; null when there is something in it that no name has.</summary>
    private static string? LettersOf(string name)
    {
        Span<char> letters = stackalloc char[LongestName];
        int length = 0;
        foreach (char letter in name)
        {
            if (letter is ';' or ',') break;
            if (char.IsAsciiLetterOrDigit(letter)) letters[length++] = char.ToLowerInvariant(letter);
            else if (letter >= 0x80 || char.IsControl(letter) && letter != '\t') return null;
        }
        return letters[..length].ToString();
    }

    private static bool IsBlank(string name) => name.AsSpan().Trim(" \t\"'").IsEmpty;
}
