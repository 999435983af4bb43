using System.Buffers;
using System.Globalization;
using System.Text;

namespace Smtpd.Smtp;

/// <summary>Values of parameters in which some characters are written as their numbers (RFC 3461 §4, RFC 6533 §3).</summary>
internal static class Xtext
{
    private static readonly SearchValues<byte> _hexadecimal = SearchValues.Create("0123456789ABCDEF"u8);

    /// <summary>
    /// The text that <c>+XX</c> and printable ASCII stand for; null when it is empty, wrongly written, or not printable ASCII itself.
    /// </summary>
    public static string? Decode(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            byte octet = value[i];
            if (octet is <= (byte)' ' or > (byte)'~' or (byte)'=') return null;
            if (octet == '+')
            {
                if (!TryReadOctet(value[(i + 1)..], out octet) || octet is < (byte)' ' or > (byte)'~') return null;
                i += 2;
            }
            text.Append((char)octet);
        }
        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>
    /// An address of the type <c>utf-8</c>: printable ASCII, <c>\x{XXXX}</c> for any character, and UTF-8 itself where SMTPUTF8 is in
    /// force; also <c>+XX</c>, because such an address may have been made xtext as any other. Null when it is wrongly written.
    /// </summary>
    public static string? DecodeInternational(ReadOnlySpan<byte> value, bool allowsUtf8)
    {
        if (!System.Text.Unicode.Utf8.IsValid(value) || (!allowsUtf8 && !Ascii.IsValid(value))) return null;
        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length;)
        {
            Rune.DecodeFromUtf8(value[i..], out Rune rune, out int length);
            if (rune.Value == '+')
            {
                if (!TryReadOctet(value[(i + 1)..], out byte octet) || octet >= 0x80) return null;
                (rune, length) = (new Rune(octet), 3);
            }
            else if (rune.Value == '\\' && !TryReadRune(value[i..], out rune, out length)) return null;
            else if (rune.Value == '=') return null;
            if (Rune.IsControl(rune) || rune.Value is ' ' or 0x2028 or 0x2029) return null;
            text.Append(rune);
            i += length;
        }
        return text.Length == 0 ? null : text.ToString();
    }

    private static bool TryReadOctet(ReadOnlySpan<byte> digits, out byte octet)
    {
        octet = 0;
        // Upper case only (RFC 3461 §4, hexchar).
        if (digits.Length < 2 || !IsHexadecimal(digits[..2])) return false;
        octet = byte.Parse(digits[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>EmbeddedUnicodeChar of RFC 6533 §3: two to six digits in braces behind a backslash and an x.</summary>
    private static bool TryReadRune(ReadOnlySpan<byte> text, out Rune rune, out int length)
    {
        const int Fewest = 2, Most = 6;
        rune = default;
        length = text.IndexOf((byte)'}') + 1;
        if (!text.StartsWith("\\x{"u8) || length < 4 + Fewest || length > 4 + Most) return false;
        ReadOnlySpan<byte> digits = text[3..(length - 1)];
        return IsHexadecimal(digits) && Rune.TryCreate(int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), out rune);
    }

    private static bool IsHexadecimal(ReadOnlySpan<byte> digits) => !digits.ContainsAnyExcept(_hexadecimal);
}
