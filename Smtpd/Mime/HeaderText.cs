using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>The octets of a field as text.</summary>
internal static class HeaderText
{
    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Takes line ends out (RFC 5322 §2.2.3) and decodes the rest: UTF-8 (RFC 6532), else the usual western charset.</summary>
    public static string Unfold(ReadOnlySpan<byte> value)
    {
        if (!value.ContainsAny((byte)'\r', (byte)'\n')) return Decode(value);
        byte[] rented = ArrayPool<byte>.Shared.Rent(value.Length);
        int length = 0;
        foreach (byte octet in value)
            if (octet is not ((byte)'\r' or (byte)'\n')) rented[length++] = octet;
        string text = Decode(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>Undeclared octets: UTF-8 where they are valid UTF-8, else windows-1252, which is what such senders mostly mean.</summary>
    public static string Decode(ReadOnlySpan<byte> octets)
    {
        if (Ascii.IsValid(octets)) return Encoding.ASCII.GetString(octets);
        return System.Text.Unicode.Utf8.IsValid(octets) ? _strictUtf8.GetString(octets) : Charsets.Western.GetString(octets);
    }
}
