using System.Buffers;
using System.Text;
using Smtpd.Mail.Unicode;

namespace Smtpd.Mail;

/// <summary>Addresses with letters beyond ASCII (RFC 6531 §3.3). Nothing here runs for any other.</summary>
internal sealed partial record MailAddress
{
    private const byte LastOctet = 0xFF;

    /// <summary>Made when the first such address comes.</summary>
    private static class International
    {
        public static readonly SearchValues<byte> AtomText = SearchValues.Create(
            [.. Enumerable.Range(0, 0x100).Select(octet => (byte)octet).Where(octet => octet >= 0x80 || _atomText.Contains(octet))]);
    }

    /// <summary>The same as <see cref="TryParse"/> for octets that are not all ASCII.</summary>
    private static AddressError TryParseInternational(ReadOnlySpan<byte> octets, out MailAddress? address)
    {
        address = null;
        // Overlong forms and surrogates are no UTF-8 (RFC 3629 §3).
        if (!System.Text.Unicode.Utf8.IsValid(octets)) return AddressError.Syntax;
        int local = LocalPartLength(octets, International.AtomText, LastOctet);
        if (local is 0 or > MaxLocalPart || local >= octets.Length || octets[local] != '@') return AddressError.Syntax;
        string localPart = Encoding.UTF8.GetString(octets[..local]);
        if (localPart.Any(IsControl)) return AddressError.Syntax;
        ReadOnlySpan<byte> domain = octets[(local + 1)..];
        if (domain.Length > MaxDomain) return AddressError.Syntax;
        string name = Encoding.UTF8.GetString(domain);
        if (!IsDomain(domain) && (Ascii.IsValid(domain) || DomainNames.ToAscii(name) is null)) return AddressError.Syntax;
        address = new MailAddress(localPart, name);
        return AddressError.None;
    }

    /// <summary>Whatever could end a line or steer a terminal: C0, C1, and the separators of lines and paragraphs.</summary>
    private static bool IsControl(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';
}
