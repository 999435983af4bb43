using Smtpd.Mail;

namespace Smtpd.Smtp;

/// <summary>
/// The AUTH parameter of MAIL (RFC 4954 §5): <c>&lt;&gt;</c>, or the address of whoever handed the message in, written as xtext
/// (RFC 3461 §4). It is checked and let go: it matters to servers that pass mail on.
/// </summary>
internal static class AuthParameter
{
    public static bool IsValid(ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("<>"u8)) return true;
        Span<byte> address = stackalloc byte[MailAddress.MostOctets];
        int length = 0;
        for (int i = 0; i < value.Length; i++)
        {
            int octet = value[i];
            if (octet is < 33 or > 126 or '=') return false;
            if (octet == '+')
            {
                if (i + 2 >= value.Length || Digit(value[i + 1]) < 0 || Digit(value[i + 2]) < 0) return false;
                octet = (Digit(value[i + 1]) << 4) | Digit(value[i + 2]);
                i += 2;
            }
            if (length == address.Length) return false;
            address[length++] = (byte)octet;
        }
        return MailAddress.TryParse(address[..length], out _) == AddressError.None;
    }

    /// <summary>RFC 3461 §4 has the digits in upper case only.</summary>
    private static int Digit(byte letter) => letter switch
    {
        >= (byte)'0' and <= (byte)'9' => letter - '0',
        >= (byte)'A' and <= (byte)'F' => letter - 'A' + 10,
        _ => -1,
    };
}
