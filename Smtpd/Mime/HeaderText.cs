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
        int end = value.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0) return Decode(value);
        byte[] rented = ArrayPool<byte>.Shared.Rent(value.Length);
        int length = 0;
        while (end >= 0)
        {
            value[..end].CopyTo(rented.AsSpan(length));
            length += end;
            value = value[(end + 1)..];
            end = value.IndexOfAny((byte)'\r', (byte)'\n');
        }
        value.CopyTo(rented.AsSpan(length));
        string text = Decode(rented.AsSpan(0, length + value.Length));
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>Undeclared octets: UTF-8 where they are valid UTF-8, else windows-1252, which is what such senders mostly mean.</summary>
    public static string Decode(ReadOnlySpan<byte> octets)
    {
        if (Ascii.IsValid(octets)) return Encoding.ASCII.GetString(octets);
        return System.Text.Unicode.Utf8.IsValid(octets) ? _strictUtf8.GetString(octets) : Charsets.Western.GetString(octets);
    }

    /// <summary>
    /// Octets of a declared charset. Where nobody knows it, or they cannot be of it, as if none were declared: senders say US-ASCII of
    /// everything, and UTF-8 of what their machine writes.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> octets, ReadOnlySpan<char> charset)
    {
        if (charset.IsEmpty || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase) || charset.Equals("ascii", StringComparison.OrdinalIgnoreCase)) return Decode(octets);
        Encoding? encoding = charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : Charsets.Find(charset.ToString());
        bool isLie = encoding is null || (encoding.CodePage == Encoding.UTF8.CodePage && !HasUtf8(octets));
        return isLie ? Decode(octets) : encoding!.GetString(octets);
    }

    /// <summary>True where a single character beyond ASCII is whole: the others may have been cut.</summary>
    private static bool HasUtf8(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(octets, out _, out int length);
            if (status == OperationStatus.Done && length > 1) return true;
            octets = octets[length..];
        }
        return false;
    }

    /// <summary>Without the white space at both ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value)
    {
        int start = 0, end = value.Length;
        while (start < end && IsBlank(value[start])) start++;
        while (end > start && IsBlank(value[end - 1])) end--;
        return value[start..end];
    }

    public static bool IsBlank(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
