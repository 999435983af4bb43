using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// Encodings by the numbers that Microsoft gave them. Those that the library lacks, or has otherwise than the Encoding standard
/// of WHATWG, are made here. Each is made when it is first asked for, and kept: there are some 150.
/// </summary>
internal static class CodePages
{
    public const int Western = 1252;
    public const int Latin1 = 28591;
    public const int Greek = 28597;
    public const int Thai = 874;
    public const int Turkish = 1254;
    public const int Japanese = 932;
    public const int EucJp = 51932;
    public const int Gbk = 936;
    public const int Korean = 949;
    public const int Big5 = 950;
    public const int Gb18030 = 54936;

    /// <summary>The page through which JIS X 0212 can be reached, with the high bit of the second octet cleared.</summary>
    public const int JapaneseSupplement = 20932;

    /// <summary>CNS 11643, planes 1 and 2.</summary>
    public const int Cns = 20000;

    // Without a number of Microsoft's, or with one that the library does not know.
    public const int Nordic = 28600;
    public const int Celtic = 28604;
    public const int Romanian = 28606;
    public const int Viscii = 70_001;
    public const int UserDefined = 70_002;
    public const int Utf16 = 70_003;
    public const int Utf32 = 70_004;
    public const int Iso2022Jp = 50_220;
    public const int Iso2022Kr = 50_225;
    public const int Iso2022Cn = 50_227;
    public const int Hz = 52_936;
    public const int Utf7 = 65_000;
    public const int Utf8 = 65_001;
    public const int EucJpWhole = 70_005;

    /// <summary>ISO-8859-10, -14, -16 from 0xA0 on.</summary>
    private const string NordicLetters =
        "\u00A0ĄĒĢĪĨĶ§ĻĐŠŦŽ\u00ADŪŊ°ąēģīĩķ·ļđšŧž―ūŋĀÁÂÃÄÅÆĮČÉĘ"
        + "ËĖÍÎÏÐŅŌÓÔÕÖŨØŲÚÛÜÝÞßāáâãäåæįčéęëėíîïðņōóôõöũøųúûüýþĸ";
    private const string CelticLetters =
        "\u00A0Ḃḃ£ĊċḊ§Ẁ©ẂḋỲ\u00AD®ŸḞḟĠġṀṁ¶ṖẁṗẃṠỳẄẅṡÀÁÂÃÄÅÆÇÈÉÊ"
        + "ËÌÍÎÏŴÑÒÓÔÕÖṪØÙÚÛÜÝŶßàáâãäåæçèéêëìíîïŵñòóôõöṫøùúûüýŷÿ";
    private const string RomanianLetters =
        "\u00A0ĄąŁ€„Š§š©Ș«Ź\u00ADźŻ°±ČłŽ”¶·žčș»ŒœŸżÀÁÂĂÄĆÆÇÈÉÊ"
        + "ËÌÍÎÏĐŃÒÓÔŐÖŚŰÙÚÛÜĘȚßàáâăäćæçèéêëìíîïđńòóôőöśűùúûüęțÿ";

    /// <summary>VISCII (RFC 1456) from 0x80 on. It has six more among the control characters.</summary>
    private const string VisciiLetters =
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
        + "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ";

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, Encoding> _made = new();

    /// <summary>The encoding, which must be there.</summary>
    public static Encoding Of(int page) => Find(page)!;

    /// <summary>The encoding, or null when nobody has one under the number.</summary>
    public static Encoding? Find(int page)
    {
        if (_made.TryGetValue(page, out Encoding? known)) return known;
        Encoding? made = Make(page);
        return made is null ? null : _made.GetOrAdd(page, made);
    }

    private static Encoding? Make(int page) => page switch
    {
        // What the library reads as "the usual one of this machine".
        <= 0 => null,
        Utf8 => Encoding.UTF8,
        Utf7 => new Utf7Encoding(),
        1200 => Encoding.Unicode,
        1201 => Encoding.BigEndianUnicode,
        12000 => Encoding.UTF32,
        12001 => new UTF32Encoding(bigEndian: true, byteOrderMark: false),
        Utf16 => new MarkedUnicodeEncoding(2),
        Utf32 => new MarkedUnicodeEncoding(4),
        Latin1 or 819 => new WesternEncoding(),
        20127 or 367 => Of(Western),
        28601 => Of(Thai),
        Nordic => SingleByteEncoding.OfUpperHalf("iso-8859-10", NordicLetters),
        Celtic => SingleByteEncoding.OfUpperHalf("iso-8859-14", CelticLetters),
        Romanian => SingleByteEncoding.OfUpperHalf("iso-8859-16", RomanianLetters),
        Viscii => SingleByteEncoding.OfUpperHalf("viscii", VisciiLetters),
        UserDefined => SingleByteEncoding.OfUpperHalf("x-user-defined", string.Concat(Enumerable.Range(0xF780, 128).Select(number => (char)number))),
        Iso2022Jp or 50_221 or 50_222 => new Iso2022Encoding("iso-2022-jp", Iso2022Encoding.Language.Japanese),
        Iso2022Kr => new Iso2022Encoding("iso-2022-kr", Iso2022Encoding.Language.Korean),
        Iso2022Cn or 50_229 => new Iso2022Encoding("iso-2022-cn", Iso2022Encoding.Language.Chinese),
        Hz => new HzEncoding(),
        EucJpWhole => new EucJpEncoding(),
        Japanese => Library(page, new BestFitFallback(CodePagesEncodingProvider.Instance.GetEncoding(page)!)),
        Big5 => new Big5Encoding(Library(page, new BestFitFallback(CodePagesEncodingProvider.Instance.GetEncoding(page)!))!),
        // The euro of GBK.
        Gb18030 => Library(page, new BestFitFallback(CodePagesEncodingProvider.Instance.GetEncoding(Gbk)!)),
        _ => Library(page, new DecoderReplacementFallback("\uFFFD")) is { } library ? Corrected(page, library) : null,
    };

    private static Encoding? Library(int page, DecoderFallback fallback) => CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ReplacementFallback, fallback);

    /// <summary>Of one octet a letter, the library's tables are corrected: there the two differ from WHATWG's or Unicode's.</summary>
    private static Encoding Corrected(int page, Encoding library) => !library.IsSingleByte || page == Western ? library : SingleByteEncoding.OfLibrary(library, page switch
    {
        Greek => "\u00A1\u2018\u00A2\u2019\u00A4\u20AC\u00A5\u20AF\u00AA\u037A",
        28598 or 38598 => "\u00AF\u00AF",
        10000 or 10081 => "\u00BD\u03A9",
        10079 or 10082 => "\u00BD\u03A9\u00DB\u20AC",
        10010 => "\u00AF\u0218\u00BD\u03A9\u00BF\u0219\u00DB\u20AC\u00DE\u021A\u00DF\u021B",
        10006 => "\u009C\u20AC\u00AF\u00B7\u00FF\u00AD",
        10007 or 10017 => "\u00A2\u0490\u00B6\u0491\u00FF\u20AC",
        _ => "",
    });
}
