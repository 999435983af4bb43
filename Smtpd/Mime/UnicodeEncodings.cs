using System.Text;

namespace Smtpd.Mime;

/// <summary>UTF-16 and UTF-32 whose order of octets is said by a mark in front (RFC 2781 §3.2); without one it is guessed.</summary>
/// <param name="width">Octets of a unit, 2 or 4.</param>
internal sealed class MarkedUnicodeEncoding(int width) : MailEncoding(width == 2 ? "utf-16" : "utf-32")
{
    protected override void Decode(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        bool isBig = IsBig(octets, out bool isMarked);
        Encoding encoding = width == 2 ? (isBig ? BigEndianUnicode : Unicode) : new UTF32Encoding(isBig, byteOrderMark: false);
        text.Append(encoding.GetString(isMarked ? octets[width..] : octets));
    }

    private bool IsBig(ReadOnlySpan<byte> octets, out bool isMarked)
    {
        if (octets.Length < width)
        {
            isMarked = false;
            return false;
        }
        bool isLittleMark = octets[0] == 0xFF && octets[1] == 0xFE;
        bool isBigMark = octets[width - 2] == 0xFE && octets[width - 1] == 0xFF;
        isMarked = isLittleMark || isBigMark;
        if (isMarked) return isBigMark;
        // Of most letters the high octet is zero. Where nothing can be seen it is what Windows writes.
        int high = 0, low = 0;
        for (int i = 0; i + width <= Math.Min(octets.Length, 1024); i += width)
        {
            if (octets[i] == 0) high++;
            if (octets[i + width - 1] == 0) low++;
        }
        return high > low;
    }
}

/// <summary>UTF-7 (RFC 2152), which the library no longer reads because browsers ran scripts that were hidden in it; here it is text.</summary>
internal sealed class Utf7Encoding() : MailEncoding("utf-7")
{
    protected override void Decode(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        int position = 0;
        while (position < octets.Length)
        {
            byte octet = octets[position++];
            if (octet != '+') text.Append(octet < 0x80 ? (char)octet : Unknown);
            else if (position < octets.Length && octets[position] == '-')
            {
                text.Append('+');
                position++;
            }
            else position += DecodeRun(octets[position..], text);
        }
    }

    /// <summary>Decodes sixteen bits at a time up to the first octet that is no digit of base64; returns how far that was.</summary>
    private static int DecodeRun(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        int position = 0, bits = 0, count = 0;
        char high = '\0';
        while (position < octets.Length && ValueOf(octets[position]) is >= 0 and int value)
        {
            position++;
            bits = ((bits << 6) | value) & 0xFFFFFF;
            count += 6;
            if (count < 16) continue;
            count -= 16;
            char letter = (char)(ushort)(bits >> count);
            bool isPair = high != 0 && char.IsLowSurrogate(letter);
            if (isPair) text.Append(high).Append(letter);
            else
            {
                // Half of a pair of surrogates is no text.
                if (high != 0) text.Append(Unknown);
                if (!char.IsSurrogate(letter)) text.Append(letter);
                else if (char.IsLowSurrogate(letter)) text.Append(Unknown);
            }
            high = !isPair && char.IsHighSurrogate(letter) ? letter : '\0';
        }
        if (high != 0) text.Append(Unknown);
        if (position == 0) text.Append('+');
        return position < octets.Length && octets[position] == '-' ? position + 1 : position;
    }

    private static int ValueOf(byte octet) => octet switch
    {
        >= (byte)'A' and <= (byte)'Z' => octet - 'A',
        >= (byte)'a' and <= (byte)'z' => octet - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => octet - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}
