using System.Text;

namespace Smtpd.Mime;

/// <summary>HZ (RFC 1843): GB 2312 between <c>~{</c> and <c>~}</c>, in seven bits.</summary>
internal sealed class HzEncoding() : MailEncoding("hz-gb-2312")
{
    protected override void Decode(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        bool isDouble = false;
        int position = 0;
        while (position < octets.Length)
        {
            byte octet = octets[position], next = position + 1 < octets.Length ? octets[position + 1] : (byte)0;
            if (octet == '~' && next is (byte)'{' or (byte)'}')
            {
                isDouble = next == '{';
                position += 2;
            }
            else if (octet == '~' && !isDouble && next is (byte)'~' or (byte)'\n' or (byte)'\r')
            {
                if (next == '~') text.Append('~');
                // A line that goes on; the line end of mail has two octets.
                bool isBoth = next == '\r' && position + 2 < octets.Length && octets[position + 2] == '\n';
                position += isBoth ? 3 : 2;
            }
            else if (octet == '\n')
            {
                // A line begins in ASCII, whatever was before.
                isDouble = false;
                text.Append('\n');
                position++;
            }
            else if ((isDouble || octet >= 0x80) && (octet & 0x7F) is >= 0x21 and <= 0x7E && (next & 0x7F) is >= 0x21 and <= 0x7E)
            {
                DoubleByteSets.Append(DoubleByteSet.Gb2312, octet, next, text);
                position += 2;
            }
            else
            {
                text.Append(octet < 0x80 ? (char)octet : Unknown);
                position++;
            }
        }
    }
}
