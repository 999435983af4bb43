using System.Text;

namespace Smtpd.Mime;

/// <summary>EUC-JP with all its three sets: JIS X 0208, half-width katakana behind 0x8E, and JIS X 0212 behind 0x8F.</summary>
internal sealed class EucJpEncoding() : MailEncoding("euc-jp")
{
    private const byte SingleShiftThree = 0x8F;

    protected override void Decode(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        Encoding usual = CodePages.Of(CodePages.EucJp);
        while (!octets.IsEmpty)
        {
            int stop = octets.IndexOf(SingleShiftThree);
            if (stop < 0) stop = octets.Length;
            text.Append(usual.GetString(octets[..stop]));
            octets = octets[stop..];
            if (octets.IsEmpty) return;
            bool isWhole = octets.Length > 2 && octets[1] >= 0xA1 && octets[2] >= 0xA1;
            if (isWhole) DoubleByteSets.Append(DoubleByteSet.Jis0212, octets[1], octets[2], text);
            else text.Append(Unknown);
            octets = octets[(isWhole ? 3 : 1)..];
        }
    }
}
