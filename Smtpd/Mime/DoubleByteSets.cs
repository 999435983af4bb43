using System.Text;

namespace Smtpd.Mime;

/// <summary>Sets of 94 times 94 letters that ISO 2022 names.</summary>
internal enum DoubleByteSet
{
    Jis0208,
    Jis0212,
    Gb2312,
    Ksc5601,
    CnsPlane1,
    CnsPlane2,

    /// <summary>One that nobody here knows: its letters become U+FFFD.</summary>
    Unknown,
}

/// <summary>Reads single letters of such sets by the code pages that hold them.</summary>
internal static class DoubleByteSets
{
    private const byte High = 0x80;

    /// <summary>Appends one letter. Of both octets the high bit is of no meaning.</summary>
    public static void Append(DoubleByteSet set, byte row, byte cell, StringBuilder text)
    {
        (int page, bool cellIsHigh) = set switch
        {
            DoubleByteSet.Jis0208 => (CodePages.EucJp, true),
            DoubleByteSet.Jis0212 => (CodePages.JapaneseSupplement, false),
            DoubleByteSet.Gb2312 => (CodePages.Gbk, true),
            DoubleByteSet.Ksc5601 => (CodePages.Korean, true),
            DoubleByteSet.CnsPlane1 => (CodePages.Cns, true),
            DoubleByteSet.CnsPlane2 => (CodePages.Cns, false),
            _ => (0, false),
        };
        if (page == 0)
        {
            text.Append('\uFFFD');
            return;
        }
        byte second = (byte)(cellIsHigh ? cell | High : cell & ~High);
        Span<char> letters = stackalloc char[4];
        int count = CodePages.Of(page).GetChars([(byte)(row | High), second], letters);
        text.Append(letters[..count]);
    }
}
