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

    /// <summary>Of newsgroups, in 8-bit text.</summary>
    Yenc = 4,

    /// <summary>No encoding of mail, but of texts that Outlook packs.</summary>
    CompressedRtf = 5,
}

internal static class TransferEncodings
{
    private static readonly SearchValues<byte> _behindWord = SearchValues.Create(" \t;(\"\r\n"u8);

    /// <param name="value">The field's value; what follows the first word is of no meaning.</param>
    /// <param name="isKnown">False when nobody knows such an encoding; an empty value is known.</param>
    public static TransferEncoding Read(ReadOnlySpan<byte> value, out bool isKnown)
    {
        isKnown = true;
        ReadOnlySpan<byte> word = value.Trim("\"' \t\r\n"u8);
        int end = word.IndexOfAny(_behindWord);
        if (end >= 0) word = word[..end];
        if (Ascii.EqualsIgnoreCase(word, "base64"u8)) return TransferEncoding.Base64;
        if (Ascii.EqualsIgnoreCase(word, "quoted-printable"u8)) return TransferEncoding.QuotedPrintable;
        if (word.IsEmpty || Is(word, ["7bit", "8bit", "binary", "7-bit", "8-bit", "none"])) return TransferEncoding.Identity;
        if (Is(word, ["x-uuencode", "uuencode", "x-uue", "uue", "x-uu"])) return TransferEncoding.Uuencode;
        if (Is(word, ["x-yencode", "x-yenc", "yencode", "yenc"])) return TransferEncoding.Yenc;
        isKnown = false;
        return TransferEncoding.Identity;
    }

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (Ascii.EqualsIgnoreCase(word, name)) return true;
        return false;
    }
}
