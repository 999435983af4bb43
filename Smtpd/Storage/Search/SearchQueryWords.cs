using Smtpd.Mail.Unicode;

namespace Smtpd.Storage.Search;

/// <summary>Makes words of what somebody looks for, such that they match what <see cref="SearchWords"/> made of messages.</summary>
internal static class SearchQueryWords
{
    /// <returns>The words, each with a space behind it, and whether the last one may be only the beginning of a word.</returns>
    public static (string Words, bool IsBeginning) Of(string text, bool isWhole)
    {
        string words = SearchWords.Of(text);
        if (words.Length == 0) return ("", false);
        int start = words.LastIndexOf(' ', words.Length - 2) + 1;
        ReadOnlySpan<char> last = words.AsSpan(start, words.Length - 1 - start);
        if (!IsSingle(last)) return (words, !isWhole && !IsPair(last));
        // The last character of a run of pairs stands alone only where the run ends, which the text that is looked for need not.
        ReadOnlySpan<char> before = words.AsSpan(0, Math.Max(0, start - 1));
        before = before[(before.LastIndexOf(' ') + 1)..];
        return before.Length > last.Length && IsPair(before) && before.EndsWith(last) ? (words[..start], false) : (words, true);
    }

    private static bool IsSingle(ReadOnlySpan<char> word) => SearchLetters.KindOf(Normalization.CodePointAt(word, 0, out int length)) == SearchLetter.InPairs && length == word.Length;

    private static bool IsPair(ReadOnlySpan<char> word) => SearchLetters.KindOf(Normalization.CodePointAt(word, 0, out int length)) == SearchLetter.InPairs && length < word.Length;
}
