using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>Content-Transfer-Encoding (RFC 2045 §6). The numbers are stored.</summary>
internal enum TransferEncoding
{
    /// <summary>7bit, 8bit, binary, and whatever nobody knows: the octets as they are.</summary>
    Identity = 0,
    QuotedPrintable = 1,
    Base64 = 2,
    Uuencode = 3,
}

internal static class TransferEncodings
{
    private static readonly SearchValues<byte> _behindWord = SearchValues.Create(" \t;(\"\r\n"u8);

    /// <param name="value">The field's value; what follows the first word is of no meaning.</param>
    public static TransferEncoding Read(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> word = value.Trim("\"' \t\r\n"u8);
        int end = word.IndexOfAny(_behindWord);
        if (end >= 0) word = word[..end];
        if (Ascii.EqualsIgnoreCase(word, "base64"u8)) return TransferEncoding.Base64;
        if (Ascii.EqualsIgnoreCase(word, "quoted-printable"u8)) return TransferEncoding.QuotedPrintable;
        foreach (string name in (ReadOnlySpan<string>)["x-uuencode", "uuencode", "x-uue", "uue", "x-uu"])
            if (Ascii.EqualsIgnoreCase(word, name)) return TransferEncoding.Uuencode;
        return TransferEncoding.Identity;
    }
}
