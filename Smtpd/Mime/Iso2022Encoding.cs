using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// The encodings of mail that switch sets of letters by escape sequences (ISO 2022): ISO-2022-JP with its extensions -1, -2 and
/// -3 (RFC 1468, RFC 2237, RFC 1554), ISO-2022-KR (RFC 1557), ISO-2022-CN and -CN-EXT (RFC 1922). One reader takes them all,
/// because senders mix them. Of JIS X 0213 only what JIS X 0208 has too is known.
/// </summary>
internal sealed class Iso2022Encoding(string name, Iso2022Encoding.Language language) : MailEncoding(name)
{
    /// <summary>Decides what octets beyond ASCII are, which should not be there.</summary>
    internal enum Language
    {
        Japanese,
        Korean,
        Chinese,
    }

    protected override void Decode(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        var state = new Iso2022State();
        if (language == Language.Korean) state.Designate(1, Iso2022Set.Double(DoubleByteSet.Ksc5601));
        if (language == Language.Chinese) state.Designate(1, Iso2022Set.Double(DoubleByteSet.Gb2312));
        int position = 0;
        while (position < octets.Length) position += Take(octets[position..], ref state, text);
    }

    private int Take(ReadOnlySpan<byte> octets, ref Iso2022State state, StringBuilder text)
    {
        byte octet = octets[0];
        switch (octet)
        {
            case 0x1B: return TakeEscape(octets, ref state, text);
            case 0x0E:
                state.IsShifted = true;
                return 1;
            case 0x0F:
                state.IsShifted = false;
                return 1;
            case (byte)'\n':
                // A line begins unshifted (RFC 1557, RFC 1922).
                state.IsShifted = false;
                break;
            case 0x8E when octets.Length > 1 && language != Language.Japanese: return 1 + TakeLetter(octets[1..], state.Set(2), text);
        }
        if (octet >= 0x80) return TakeHigh(octets, text);
        if (octet is > (byte)' ' and < 0x7F) return TakeLetter(octets, state.Present, text);
        text.Append((char)octet);
        return 1;
    }

    private static int TakeEscape(ReadOnlySpan<byte> octets, ref Iso2022State state, StringBuilder text)
    {
        if (octets.Length > 2 && octets[1] is (byte)'N' or (byte)'O') return 2 + TakeLetter(octets[2..], state.Set(octets[1] == 'N' ? 2 : 3), text);
        int length = state.TakeDesignation(octets);
        if (length > 0) return length;
        text.Append(Unknown);
        return 1;
    }

    private static int TakeLetter(ReadOnlySpan<byte> octets, Iso2022Set set, StringBuilder text)
    {
        if (!set.IsDouble)
        {
            text.Append(set.Letter(octets[0]));
            return 1;
        }
        bool isWhole = octets.Length > 1 && octets[1] is > (byte)' ' and < 0x7F;
        if (isWhole) DoubleByteSets.Append(set.Letters, octets[0], octets[1], text);
        else text.Append(Unknown);
        return isWhole ? 2 : 1;
    }

    private int TakeHigh(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        bool isKana = octets[0] is >= 0xA1 and <= 0xDF;
        if (language == Language.Japanese)
        {
            text.Append(isKana ? Iso2022Set.Katakana.Letter((byte)(octets[0] & 0x7F)) : Unknown);
            return 1;
        }
        bool isPair = octets.Length > 1 && octets[0] >= 0xA1 && octets[1] >= 0xA1;
        if (isPair) DoubleByteSets.Append(language == Language.Korean ? DoubleByteSet.Ksc5601 : DoubleByteSet.Gb2312, octets[0], octets[1], text);
        else text.Append(Unknown);
        return isPair ? 2 : 1;
    }
}
