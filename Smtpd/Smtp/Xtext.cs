using System.Buffers;
using System.Globalization;
using System.Text;

namespace Smtpd.Smtp;

/// <summary>Values of parameters in which some characters are written as their numbers (RFC 3461 §4, RFC 6533 §3).</summary>
internal static class Xtext
{
    private static readonly SearchValues<byte> _hexadecimal = SearchValues.Create("0123456789ABCDEF"u8);

    /// <summary>The printable ASCII for which the value stands; null when it is empty, wrongly written, or stands for anything else.</summary>
    public static string? DecodeAscii(ReadOnlySpan<byte> value) => Decode(value, allowsUtf8: false) is { } text && Ascii.IsValid(text) ? text : null;

    /// <summary>
    /// The text for which the value stands, perhaps beyond ASCII: there are servers that write an international address as xtext of
    /// its UTF-8. Null when it is empty, wrongly written, no UTF-8, or holds a control character.
    /// </summary>
    /// <param name="allowsUtf8">True where SMTPUTF8 is in force: letters beyond ASCII may then stand for themselves (RFC 6533 §3).</param>
    public static string? Decode(ReadOnlySpan<byte> value, bool allowsUtf8)
    {
        Span<byte> octets = new byte[value.Length];
        int count = 0;
        for (int i = 0; i < value.Length; i++)
        {
            byte octet = value[i];
            if (octet is <= (byte)' ' or 0x7F or (byte)'=' || (octet > 0x7F && !allowsUtf8)) return null;
            if (octet == '+')
            {
                // Upper case only (RFC 3461 §4, hexchar).
                if (value.Length - i < 3 || !IsHexadecimal(value.Slice(i + 1, 2))) return null;
                octet = byte.Parse(value.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            octets[count++] = octet;
        }
        octets = octets[..count];
        if (octets.IsEmpty || !System.Text.Unicode.Utf8.IsValid(octets)) return null;
        string text = Encoding.UTF8.GetString(octets);
        return text.Any(IsControl) ? null : text;
    }

    /// <summary>The same for an address of the type <c>utf-8</c>, in which <c>\x{XXXX}</c> stands for any character (RFC 6533 §3).</summary>
    public static string? DecodeInternational(ReadOnlySpan<byte> value, bool allowsUtf8)
    {
        if (Decode(value, allowsUtf8) is not { } written) return null;
        var text = new StringBuilder(written.Length);
        for (int i = 0; i < written.Length; i++)
        {
            if (written[i] != '\\')
            {
                text.Append(written[i]);
                continue;
            }
            if (!TryReadRune(written.AsSpan(i), out Rune rune, out int length) || rune.ToString().Any(IsControl)) return null;
            text.Append(rune);
            i += length - 1;
        }
        return text.ToString();
    }

    /// <summary>EmbeddedUnicodeChar: two to six digits in braces behind a backslash and an x.</summary>
    private static bool TryReadRune(ReadOnlySpan<char> text, out Rune rune, out int length)
    {
        const int Fewest = 2, Most = 6;
        rune = default;
        length = text.IndexOf('}') + 1;
        if (!text.StartsWith(@"\x{") || length < 4 + Fewest || length > 4 + Most) return false;
        ReadOnlySpan<char> digits = text[3..(length - 1)];
        foreach (char digit in digits)
            if (!char.IsAsciiHexDigitUpper(digit)) return false;
        return Rune.TryCreate(int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), out rune);
    }

    private static bool IsHexadecimal(ReadOnlySpan<byte> digits) => !digits.ContainsAnyExcept(_hexadecimal);

    private static bool IsControl(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';
}
