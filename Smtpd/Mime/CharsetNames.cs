using System.Globalization;

namespace Smtpd.Mime;

/// <summary>
/// What encodings are called: every label of the Encoding standard of WHATWG (§4.2), the names that IANA and senders of mail add,
/// and, because a name is compared by its letters and digits alone, most misspellings of them.
/// </summary>
internal static class CharsetNames
{
    /// <param name="letters">The name's letters and digits in lower case.</param>
    /// <returns>A number that <see cref="CodePages"/> knows, perhaps; 0 for a name of nothing.</returns>
    public static int PageOf(string letters) => letters switch
    {
        "utf8" or "unicode11utf8" or "unicode20utf8" or "xunicode20utf8" or "utf8n" or "utf8mb4" or "csutf8" or "utf8bom" => CodePages.Utf8,
        "utf7" or "unicode11utf7" or "unicode20utf7" or "csutf7" => CodePages.Utf7,
        "utf16" or "unicode" or "csunicode" or "ucs2" or "iso10646ucs2" or "csutf16" => CodePages.Utf16,
        "utf16le" or "unicodefeff" or "csutf16le" or "ucs2le" => 1200,
        "utf16be" or "unicodefffe" or "csutf16be" or "ucs2be" => 1201,
        "utf32" or "ucs4" or "iso10646ucs4" or "csutf32" => CodePages.Utf32,
        "utf32le" or "csutf32le" => 12000,
        "utf32be" or "csutf32be" => 12001,
        "usascii" or "ascii" or "ansix341968" or "ansix341986" or "iso646us" or "iso646irv1991" or "isoir6" or "us" or "csascii" or "ascii7bit" or "usascii7" or "646" => CodePages.Western,
        "ansi" or "westerneuropean" or "xansi" => CodePages.Western,
        "latin1" or "l1" or "isolatin1" or "isoir100" or "csisolatin1" or "iso885911987" or "cp819" or "ibm819" => CodePages.Latin1,
        "latin2" or "l2" or "isolatin2" or "isoir101" or "csisolatin2" or "iso885921987" => 28592,
        "latin3" or "l3" or "isoir109" or "csisolatin3" or "iso885931988" => 28593,
        "latin4" or "l4" or "isoir110" or "csisolatin4" or "iso885941988" => 28594,
        "cyrillic" or "csisolatincyrillic" or "isoir144" or "iso885951988" => 28595,
        "arabic" or "asmo708" or "csiso88596e" or "csiso88596i" or "csisolatinarabic" or "ecma114" or "iso88596e" or "iso88596i" or "isoir127" or "iso885961987" => 28596,
        "greek" or "greek8" or "csisolatingreek" or "ecma118" or "elot928" or "isoir126" or "iso885971987" or "suneugreek" => CodePages.Greek,
        "hebrew" or "visual" or "csiso88598e" or "csisolatinhebrew" or "iso88598e" or "isoir138" or "iso885981988" => 28598,
        "logical" or "csiso88598i" or "iso88598i" => 38598,
        "latin5" or "l5" or "csisolatin5" or "isoir148" or "iso885991989" => CodePages.Turkish,
        "latin6" or "l6" or "csisolatin6" or "isoir157" or "iso8859101992" => CodePages.Nordic,
        "latin7" or "l7" => 28603,
        "latin8" or "l8" or "isoir199" or "isoceltic" or "iso8859141998" => CodePages.Celtic,
        "latin9" or "l9" or "latin0" or "csisolatin9" or "csiso885915" => 28605,
        "latin10" or "l10" or "isoir226" or "iso8859162001" => CodePages.Romanian,
        "tis620" or "tis6200" or "tis6202533" or "tis62025331" or "thai" or "cstis620" => CodePages.Thai,
        "koi" or "koi8" or "koi8r" or "cskoi8r" => 20866,
        "koi8u" or "koi8ru" or "cskoi8u" => 21866,
        "mac" or "macintosh" or "csmacintosh" or "macroman" or "macromanlatin1" => 10000,
        "maccyrillic" or "xmaccyrillic" => 10007,
        "macukrainian" or "macukraine" => 10017,
        "macce" or "maccentraleurope" or "maccentraleurroman" or "maclatin2" => 10029,
        "macgreek" => 10006,
        "macturkish" => 10081,
        "maciceland" or "macicelandic" => 10079,
        "maccroatian" => 10082,
        "macromania" or "macromanian" => 10010,
        "macarabic" => 10004,
        "machebrew" => 10005,
        "macthai" => 10021,
        "macjapanese" => 10001,
        "macchinesetrad" => 10002,
        "mackorean" => 10003,
        "macchinesesimp" => 10008,
        "gb2312" or "gb231280" or "gb23121980" or "chinese" or "csgb2312" or "csiso58gb231280" or "isoir58" or "gbk" or "csgbk" or "xgbk" or "euccn" or "cngb" or "gb" or "gb18030" or "csgb18030" or "gb180302000"
            or "gb180302005" or "gb180302022" => CodePages.Gb18030,
        "hz" or "hzgb2312" or "hzgb" => CodePages.Hz,
        "iso2022cn" or "iso2022cnext" or "csiso2022cn" or "csiso2022cnext" => CodePages.Iso2022Cn,
        "big5" or "big5hkscs" or "cnbig5" or "csbig5" or "xxbig5" or "big5eten" or "bigfive" or "csbig5hkscs" or "big5hkscs2004" => CodePages.Big5,
        "cns11643" or "euctw" or "chinesecns" => CodePages.Cns,
        "eucjp" or "cseucpkdfmtjapanese" or "ujis" or "cseucjpkdfmtjapanese" or "extendedunixcodepackedformatforjapanese" => CodePages.EucJpWhole,
        "iso2022jp" or "csiso2022jp" or "iso2022jp1" or "iso2022jp2" or "iso2022jp3" or "iso2022jp2004" or "iso2022jpms" or "iso2022jpext" or "csiso2022jp2" or "jis" or "junet" => CodePages.Iso2022Jp,
        "shiftjis" or "sjis" or "csshiftjis" or "mskanji" or "windows31j" or "cswindows31j" or "shiftjisx0213" or "shiftjis2004" => CodePages.Japanese,
        "euckr" or "cseuckr" or "csksc56011987" or "isoir149" or "korean" or "ksc5601" or "ksc56011987" or "ksc56011989" or "ksc56011992" or "uhc" => CodePages.Korean,
        "iso2022kr" or "csiso2022kr" => CodePages.Iso2022Kr,
        "johab" or "ksc5601johab" => 1361,
        "viscii" or "csviscii" or "viscii111" => CodePages.Viscii,
        "userdefined" or "xuserdefined" => CodePages.UserDefined,
        _ => ByNumber(letters),
    };

    private static int ByNumber(string letters)
    {
        if (Behind(letters, "iso8859", "8859", "csiso8859") is { } part) return part switch
        {
            1 => CodePages.Latin1,
            9 => CodePages.Turkish,
            11 => CodePages.Thai,
            >= 2 and <= 16 and not 12 => 28590 + part,
            _ => 0,
        };
        return Behind(letters, "windows", "win", "cp", "ibm", "xcp", "codepage", "ccsid", "ms", "dos", "oem", "cswindows", "csibm", "") switch
        {
            // IBM's numbers for what has others at Microsoft.
            813 => CodePages.Greek,
            912 => 28592,
            915 => 28595,
            920 => CodePages.Turkish,
            923 => 28605,
            943 => CodePages.Japanese,
            951 => CodePages.Big5,
            954 => CodePages.EucJpWhole,
            970 => CodePages.Korean,
            1386 => CodePages.Gb18030,
            CodePages.Gbk => CodePages.Gb18030,
            CodePages.EucJp or CodePages.JapaneseSupplement => CodePages.EucJpWhole,
            { } page and < CodePages.Viscii => page,
            _ => 0,
        };
    }

    /// <summary>The number behind the first prefix that fits; null when none does.</summary>
    private static int? Behind(string letters, params ReadOnlySpan<string> prefixes)
    {
        foreach (string prefix in prefixes)
        {
            if (letters.StartsWith(prefix, StringComparison.Ordinal)
                && int.TryParse(letters.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return number;
        }
        return null;
    }
}
