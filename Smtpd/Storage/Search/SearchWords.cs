using System.Buffers;
using System.Text;
using Smtpd.Mail.Unicode;

namespace Smtpd.Storage.Search;

/// <summary>
/// Makes words of text, the same for messages and for queries, in every store. Words are letters and digits without case and
/// accents, in compatibility form, each followed by a space; so "words in sequence" is a search for a piece of text, and an index
/// that divides at spaces gives back the same words.
/// </summary>
/// <remarks>
/// Scripts that are written without spaces (Chinese, Japanese, Thai and their kin), and Korean, whose words carry their particles
/// and compounds in one, become overlapping pairs of characters, and the last one of a run alone: <c>ABC</c> is <c>AB BC C</c>. So
/// every piece of such a text is found, also a single character, which is the beginning of some pair.
/// </remarks>
internal static class SearchWords
{
    /// <summary>Letters of a word that count; longer ones are hardly written by people, and still found by their beginning.</summary>
    public const int MostLetters = 64;

    /// <summary>Stands between texts that do not continue each other, so that no sequence of words reaches across. No text holds it.</summary>
    public const char Break = '\uE000';

    private static readonly SearchValues<char> _ascii = SearchValues.Create([.. Enumerable.Range(0, 0x80).Select(letter => (char)letter)]);

    /// <summary>Adds the words of a text, each with a space behind it.</summary>
    /// <param name="most">Not many more chars than this are added.</param>
    public static void Append(ReadOnlySpan<char> text, StringBuilder words, int most = int.MaxValue)
    {
        long end = (long)words.Length + most;
        while (!text.IsEmpty && words.Length < end)
        {
            int start = text.IndexOfAnyExceptInRange('\0', ' ');
            if (start < 0) return;
            text = text[start..];
            int length = text.IndexOfAnyInRange('\0', ' ');
            if (length < 0) length = text.Length;
            ReadOnlySpan<char> run = text[..length];
            text = text[length..];
            // Accents may stand behind the letter that they belong to, so a run is folded as a whole.
            if (run.ContainsAnyExcept(_ascii)) AppendFolded(Fold(run.ToString()), words);
            else AppendAscii(run, words);
        }
    }

    /// <summary>The words of a text, each with a space behind it.</summary>
    public static string Of(string text)
    {
        var words = new StringBuilder(text.Length + 1);
        Append(text, words);
        return words.ToString();
    }

    private static void AppendAscii(ReadOnlySpan<char> run, StringBuilder words)
    {
        Span<char> word = stackalloc char[MostLetters + 1];
        int length = 0;
        foreach (char letter in run)
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                if (length < MostLetters) word[length++] = (char)(letter | (letter >= 'A' ? 0x20 : 0));
                continue;
            }
            if (length == 0) continue;
            word[length++] = ' ';
            words.Append(word[..length]);
            length = 0;
        }
        if (length == 0) return;
        word[length++] = ' ';
        words.Append(word[..length]);
    }

    /// <summary>Without case, accents and compatible variants, composed again: what is left of marks belongs to its letter.</summary>
    private static string Fold(string run)
    {
        string apart = Normalization.Nfkd(CaseFolding.Fold(Normalization.Nfkd(run)));
        var kept = new StringBuilder(apart.Length);
        for (int i = 0; i < apart.Length;)
        {
            int point = Normalization.CodePointAt(apart, i, out int length);
            if (!SearchLetters.IsIgnored(point)) kept.Append(SearchLetters.Plain(point) is { } plain ? plain : apart.AsSpan(i, length));
            i += length;
        }
        return Normalization.Nfc(kept.ToString());
    }

    private static void AppendFolded(string folded, StringBuilder words)
    {
        // Where the word that is being written begins, and the last character of a run of pairs.
        int start = words.Length, previous = -1;
        for (int i = 0; i < folded.Length;)
        {
            int point = Normalization.CodePointAt(folded, i, out int length);
            i += length;
            SearchLetter kind = SearchLetters.KindOf(point);
            if (kind == SearchLetter.InPairs)
            {
                EndWord(words, ref start);
                if (previous >= 0) AppendPair(previous, point, words, ref start);
                previous = point;
                continue;
            }
            if (previous >= 0) AppendPair(previous, -1, words, ref start);
            previous = -1;
            if (kind == SearchLetter.InWord)
            {
                if (words.Length - start < MostLetters) Normalization.Append(words, point);
                continue;
            }
            EndWord(words, ref start);
            if (kind == SearchLetter.Alone) AppendPair(point, -1, words, ref start);
        }
        if (previous >= 0) AppendPair(previous, -1, words, ref start);
        EndWord(words, ref start);
    }

    private static void AppendPair(int first, int second, StringBuilder words, ref int start)
    {
        Normalization.Append(words, first);
        if (second >= 0) Normalization.Append(words, second);
        EndWord(words, ref start);
    }

    private static void EndWord(StringBuilder words, ref int start)
    {
        if (words.Length > start) words.Append(' ');
        start = words.Length;
    }
}
