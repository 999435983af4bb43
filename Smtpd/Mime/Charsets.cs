using System.Globalization;
using System.Text;

namespace Smtpd.Mime;

/// <summary>Character encodings by the names that mail gives them.</summary>
internal static class Charsets
{
    private const int ThaiCodePage = 874;
    private const int WesternCodePage = 1252;
    private const int TurkishCodePage = 1254;
    private const int JapaneseCodePage = 932;
    private const int KoreanCodePage = 949;
    private const int TraditionalChineseCodePage = 950;
    private const int ChineseCodePage = 54936; // GB 18030, of which GB 2312 and GBK are parts

    /// <summary>Longer than any name there is.</summary>
    private const int LongestName = 40;

    private static readonly DecoderFallback _replacement = new DecoderReplacementFallback("\uFFFD");

    /// <summary>windows-1252, which every text declared as ISO-8859-1 is in practice.</summary>
    public static Encoding Western { get; } = ByNumber(WesternCodePage)!;

    /// <summary>
    /// Never fails: octets that the encoding does not know become U+FFFD. Null for a name that nobody knows, found out without
    /// an exception, because a header can hold thousands of such names.
    /// </summary>
    public static Encoding? Find(string name)
    {
        string plain = name.Trim().Trim('"', '\'').ToLowerInvariant();
        if (plain.Length > LongestName) return null;
        return ByName(plain) ?? (plain.Length > 2 && plain.StartsWith("x-", StringComparison.Ordinal) ? ByName(plain[2..]) : null);
    }

    private static Encoding? ByName(string name)
    {
        switch (name)
        {
            case "" or "utf8" or "utf-8" or "unicode-1-1-utf-8": return Encoding.UTF8;
            case "us-ascii" or "ascii" or "ansi_x3.4-1968" or "iso-8859-1" or "iso8859-1" or "latin1" or "iso_8859-1": return Western;
            case "utf-16" or "utf-16le" or "ucs-2" or "iso-10646-ucs-2" or "unicode": return Encoding.Unicode;
            case "utf-16be": return Encoding.BigEndianUnicode;
            case "utf-32" or "utf-32le": return Encoding.UTF32;
            case "iso-8859-9" or "iso8859-9" or "iso_8859-9" or "latin5": return ByNumber(TurkishCodePage);
            case "iso-8859-11" or "tis-620": return ByNumber(ThaiCodePage);
            case "ks_c_5601-1987" or "ks_c_5601" or "euc-kr" or "euckr" or "ksc5601": return ByNumber(KoreanCodePage);
            case "gb2312" or "gbk" or "cp936" or "gb_2312-80": return ByNumber(ChineseCodePage);
            case "big5" or "big5-hkscs": return ByNumber(TraditionalChineseCodePage);
            case "shift-jis" or "shift_jis" or "sjis" or "ms_kanji" or "cp932" or "windows-31j": return ByNumber(JapaneseCodePage);
        }
        ReadOnlySpan<char> number = name.StartsWith("cp", StringComparison.Ordinal) ? name.AsSpan(2)
            : name.StartsWith("ibm", StringComparison.Ordinal) ? name.AsSpan(3)
            : name.StartsWith("windows-", StringComparison.Ordinal) ? name.AsSpan(8) : default;
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int page) && ByNumber(page) is { } numbered) return numbered;
        return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ReplacementFallback, _replacement);
    }

    private static Encoding? ByNumber(int page) => page switch
    {
        // What the library reads as "the usual one of this machine".
        0 => null,
        65001 => Encoding.UTF8,
        _ => CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ReplacementFallback, _replacement),
    };
}
