using System.Globalization;
using System.Text;
using Smtpd.Mail.Unicode;

namespace Smtpd.Storage.Search;

/// <summary>What a character is in a text that is divided into words.</summary>
internal enum SearchLetter
{
    /// <summary>Stands between words.</summary>
    Divides,
    InWord,

    /// <summary>Of a script whose words are not divided, or too long to be searched for (see <see cref="SearchWords"/>).</summary>
    InPairs,

    /// <summary>A symbol, such as an emoji, that is a word by itself.</summary>
    Alone,
}

/// <summary>Knows characters as <see cref="SearchWords"/> needs them: decomposed and case-folded.</summary>
internal static class SearchLetters
{
    // Combining classes (UAX 44): overlays; the points of Hebrew and Arabic; accents around a letter. The classes between them and
    // 0 are vowels and tones of scripts in which they are no accents, and the voicing of Japanese.
    private const int Overlay = 1, FirstPoint = 10, LastPoint = 36, FirstAccent = 200;

    private const int Tatweel = 0x0640, Joiner = 0x034F;

    public static SearchLetter KindOf(int point)
    {
        if (IsInPairs(point)) return SearchLetter.InPairs;
        return CategoryOf(point) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => SearchLetter.InWord,
            // U+FFFC and U+FFFD stand for what is not there.
            UnicodeCategory.OtherSymbol when point is not (0xFFFC or 0xFFFD) => SearchLetter.Alone,
            _ => SearchLetter.Divides,
        };
    }

    /// <summary>True for accents, for characters that nobody sees, and for what only stretches or frames others.</summary>
    public static bool IsIgnored(int point)
    {
        if (point < 0x80) return false;
        UnicodeCategory category = CategoryOf(point);
        if (category is UnicodeCategory.Format or UnicodeCategory.EnclosingMark) return true;
        if (category != UnicodeCategory.NonSpacingMark) return point == Tatweel;
        int order = UnicodeTables.TraitsOf(point).CombiningClass;
        return order is Overlay or >= FirstAccent or >= FirstPoint and <= LastPoint || IsVariation(point);
    }

    /// <summary>
    /// Letters that Unicode does not decompose, and that people type without their stroke or as two, and digits of all scripts, as ASCII;
    /// null for others.
    /// </summary>
    public static string? Plain(int point) => point switch
    {
        0x00E6 => "ae",
        0x0153 => "oe",
        0x00F8 => "o",
        0x0142 => "l",
        0x0111 => "d",
        0x0127 => "h",
        0x0167 => "t",
        0x0131 => "i",
        >= 0x80 when CategoryOf(point) == UnicodeCategory.DecimalDigitNumber => ((int)Rune.GetNumericValue(new Rune(point))).ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static bool IsVariation(int point) => point is Joiner or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or (>= 0x180B and <= 0x180D);

    private static bool IsInPairs(int point) => point switch
    {
        < 0x0E00 => false,
        <= 0x0EFF => CategoryOf(point) is not (UnicodeCategory.OtherPunctuation or UnicodeCategory.CurrencySymbol or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.OtherNotAssigned), // Thai, Lao
        < 0x1000 => false,
        <= 0x109F => IsLetterOrMark(point),                       // Myanmar
        >= 0x1100 and <= 0x11FF => true,                          // Hangul Jamo
        >= 0x1780 and <= 0x17FF => IsLetterOrMark(point),         // Khmer
        >= 0x1950 and <= 0x1AAF => IsLetterOrMark(point),         // Tai Le to Tai Tham
        >= 0x2E80 and <= 0x2FDF => true,                          // radicals
        0x3005 or 0x3006 or 0x3007 => true,
        >= 0x3041 and <= 0x318F => IsLetterOrMark(point),         // Hiragana, Katakana, Bopomofo, Hangul
        >= 0x31A0 and <= 0x31FF => IsLetterOrMark(point),
        >= 0x3400 and <= 0x4DBF => true,                          // Han
        >= 0x4E00 and <= 0x9FFF => true,
        >= 0xA000 and <= 0xA48C => true,                          // Yi
        >= 0xA9E0 and <= 0xA9FF => IsLetterOrMark(point),
        >= 0xAA60 and <= 0xAADF => IsLetterOrMark(point),         // Myanmar, Tai Viet
        >= 0xAC00 and <= 0xD7FF => true,                          // Hangul
        >= 0xF900 and <= 0xFAFF => true,
        >= 0x1B000 and <= 0x1B16F => true,                        // Kana
        >= 0x20000 and <= 0x3FFFD => true,                        // Han
        _ => false,
    };

    private static bool IsLetterOrMark(int point) =>
        CategoryOf(point) is UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static UnicodeCategory CategoryOf(int point) => point is >= 0xD800 and <= 0xDFFF ? UnicodeCategory.Surrogate : CharUnicodeInfo.GetUnicodeCategory(point);
}
