using System.Runtime.InteropServices;
using System.Text;

namespace Smtpd.Mail.Unicode;

/// <summary>The normalisation forms of UAX 15, without ICU. Half of a surrogate pair is kept as it is.</summary>
internal static class Normalization
{
    /// <summary>Up to here every text is in form C; forms D and KC leave ASCII alone.</summary>
    private const char LastOfLatinC = '\u02FF';

    // Hangul syllables are composed by arithmetic (The Unicode Standard §3.12).
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Trails = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>Longer runs of marks are no language's; they are sorted as a whole so that they cost no quadratic time.</summary>
    private const int FewMarks = 32;

    public static string Nfc(string text) => text.AsSpan().IndexOfAnyExceptInRange('\0', LastOfLatinC) < 0 ? text : Compose(Decompose(text, compatibly: false));

    public static string Nfd(string text) => Ascii.IsValid(text) ? text : TextOf(Decompose(text, compatibly: false));

    public static string Nfkc(string text) => Ascii.IsValid(text) ? text : Compose(Decompose(text, compatibly: true));

    public static string Nfkd(string text) => Ascii.IsValid(text) ? text : TextOf(Decompose(text, compatibly: true));

    /// <summary>The code point at this place, and how many chars it has. Half of a pair counts as a code point.</summary>
    public static int CodePointAt(ReadOnlySpan<char> text, int place, out int length)
    {
        length = 1;
        if (!char.IsHighSurrogate(text[place]) || place + 1 == text.Length || !char.IsLowSurrogate(text[place + 1])) return text[place];
        length = 2;
        return char.ConvertToUtf32(text[place], text[place + 1]);
    }

    /// <summary>Adds a code point, or half of a pair.</summary>
    public static void Append(StringBuilder text, int codePoint)
    {
        if (codePoint < 0x10000) text.Append((char)codePoint);
        else text.Append(char.ConvertFromUtf32(codePoint));
    }

    private static List<int> Decompose(string text, bool compatibly)
    {
        var points = new List<int>(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int point = CodePointAt(text, i, out int length);
            i += length;
            Decompose(point, compatibly, points);
        }
        Order(points);
        return points;
    }

    private static void Decompose(int point, bool compatibly, List<int> points)
    {
        if (point is >= Syllables and < Syllables + SyllableCount)
        {
            int syllable = point - Syllables;
            points.Add(Leads + (syllable / (VowelCount * TrailCount)));
            points.Add(Vowels + (syllable % (VowelCount * TrailCount) / TrailCount));
            if (syllable % TrailCount != 0) points.Add(Trails + (syllable % TrailCount));
            return;
        }
        ReadOnlySpan<char> parts = compatibly ? UnicodeTables.CompatibilityDecomposition(point) : default;
        if (parts.IsEmpty) parts = UnicodeTables.CanonicalDecomposition(point);
        if (parts.IsEmpty) points.Add(point);
        for (int i = 0; i < parts.Length;)
        {
            points.Add(CodePointAt(parts, i, out int length));
            i += length;
        }
    }

    /// <summary>The Canonical Ordering Algorithm: marks behind one base by their class, those of one class as they came.</summary>
    private static void Order(List<int> points)
    {
        for (int i = 0; i < points.Count; i++)
        {
            if (UnicodeTables.TraitsOf(points[i]).CombiningClass == 0) continue;
            int end = i + 1;
            while (end < points.Count && UnicodeTables.TraitsOf(points[end]).CombiningClass != 0) end++;
            if (end - i > FewMarks) OrderMany(points, i, end - i);
            else if (end - i > 1) OrderFew(points, i, end);
            i = end - 1;
        }
    }

    private static void OrderFew(List<int> points, int start, int end)
    {
        for (int i = start + 1; i < end; i++)
        {
            int point = points[i], order = UnicodeTables.TraitsOf(point).CombiningClass;
            int to = i;
            for (; to > start && UnicodeTables.TraitsOf(points[to - 1]).CombiningClass > order; to--) points[to] = points[to - 1];
            points[to] = point;
        }
    }

    private static void OrderMany(List<int> points, int start, int count)
    {
        int[] ordered = [.. points.GetRange(start, count).OrderBy(point => UnicodeTables.TraitsOf(point).CombiningClass)];
        for (int i = 0; i < count; i++) points[start + i] = ordered[i];
    }

    /// <summary>The Canonical Composition Algorithm (The Unicode Standard §3.11, D117).</summary>
    private static string Compose(List<int> points)
    {
        int starter = -1, last = -1, kept = 0;
        foreach (int point in CollectionsMarshal.AsSpan(points))
        {
            int order = UnicodeTables.TraitsOf(point).CombiningClass;
            // A mark of the same or a higher class in between blocks the way to the starter.
            if (starter >= 0 && last < order && Composition(points[starter], point) is var composed and not 0)
            {
                points[starter] = composed;
                continue;
            }
            if (order == 0) (starter, last) = (kept, -1);
            else last = order;
            points[kept++] = point;
        }
        points.RemoveRange(kept, points.Count - kept);
        return TextOf(points);
    }

    private static int Composition(int first, int second)
    {
        if (first is >= Leads and < Leads + LeadCount && second is >= Vowels and < Vowels + VowelCount)
            return Syllables + ((((first - Leads) * VowelCount) + (second - Vowels)) * TrailCount);
        bool isOpen = first is >= Syllables and < Syllables + SyllableCount && (first - Syllables) % TrailCount == 0;
        if (isOpen && second is > Trails and < Trails + TrailCount) return first + (second - Trails);
        return UnicodeTables.Composition(first, second);
    }

    private static string TextOf(List<int> points)
    {
        var text = new StringBuilder(points.Count);
        foreach (int point in points) Append(text, point);
        return text.ToString();
    }
}
