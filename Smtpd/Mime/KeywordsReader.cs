namespace Smtpd.Mime;

/// <summary>Reads a Keywords field (RFC 5322 §3.6.5): phrases between commas.</summary>
internal static class KeywordsReader
{
    /// <summary>More than anybody sorts by.</summary>
    private const int Most = 100;

    /// <param name="value">The field's value, unfolded and decoded.</param>
    public static IReadOnlyList<string> Read(string value) =>
        [.. value.Split(',').Select(phrase => string.Join(' ', phrase.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))).Where(phrase => phrase.Length > 0).Take(Most)];
}
