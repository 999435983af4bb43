using System.Text;

namespace Smtpd.Mime;

/// <summary>Character encodings by the names that mail gives them.</summary>
internal static class Charsets
{
    /// <summary>windows-1252, which every text declared as ISO-8859-1 is in practice.</summary>
    public static Encoding Western { get; } = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    static Charsets() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Never fails: octets that the encoding does not know become U+FFFD. Null for a name that nobody knows.</summary>
    public static Encoding? Find(string name)
    {
        string plain = name.Trim().Trim('"', '\'').ToLowerInvariant();
        if (plain.StartsWith("x-", StringComparison.Ordinal) && plain is not ("x-cp20001" or "x-mac-ce")) plain = plain[2..];
        switch (plain)
        {
            case "" or "utf8" or "utf-8" or "unicode-1-1-utf-8": return Encoding.UTF8;
            case "us-ascii" or "ascii" or "ansi_x3.4-1968" or "iso-8859-1" or "iso8859-1" or "latin1" or "iso_8859-1": return Western;
            case "iso-8859-9" or "iso8859-9" or "latin5": return Encoding.GetEncoding(1254);
            case "ks_c_5601-1987" or "ks_c_5601" or "euc-kr" or "ksc5601": return Encoding.GetEncoding(949);
            case "gb2312" or "gbk" or "cp936" or "gb_2312-80": return Encoding.GetEncoding(54936);
            case "shift-jis" or "shift_jis" or "sjis" or "ms_kanji" or "cp932" or "windows-31j": return Encoding.GetEncoding(932);
        }
        if (plain.StartsWith("cp", StringComparison.Ordinal) && int.TryParse(plain.AsSpan(2), out int page)) return ByNumber(page);
        try
        {
            return Encoding.GetEncoding(plain);
        }
        catch (ArgumentException)
        {
            // The only way the library has of saying that it does not know the name.
            return null;
        }
    }

    private static Encoding? ByNumber(int page)
    {
        try
        {
            return Encoding.GetEncoding(page);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
