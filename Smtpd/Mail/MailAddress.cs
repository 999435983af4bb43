using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Smtpd.Mail;

/// <summary>Why octets are not a mailbox.</summary>
internal enum AddressError { None, Syntax }

/// <summary>
/// A mailbox of the envelope (RFC 5321 §4.1.2, RFC 6531 §3.3): <paramref name="LocalPart"/> as the client wrote it, quotes included, and
/// <paramref name="Domain"/> as written, a name or an address literal in brackets. The domain is empty only for the
/// <c>&lt;postmaster&gt;</c> of RFC 5321 §4.5.1 before its place is known.
/// </summary>
internal sealed partial record MailAddress(string LocalPart, string Domain) : IUtf8SpanFormattable
{
    /// <summary>Longer than RFC 5321 §4.5.3.1 asks for: senders put long tokens into return addresses.</summary>
    private const int MaxLocalPart = 255;

    private const int MaxDomain = 255;
    private const int MaxLabel = 63;

    /// <summary>Octets of the longest address in UTF-8, with the sign between its halves.</summary>
    public const int MostOctets = MaxLocalPart + 1 + MaxDomain;

    private static readonly SearchValues<byte> _atomText =
        SearchValues.Create("!#$%&'*+-/=?^_`{|}~.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> _decimalText = SearchValues.Create("0123456789."u8);

    // IPAddress would also read a scope, of any characters, and a port behind brackets.
    private static readonly SearchValues<byte> _hexadecimalText = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    private static readonly SearchValues<byte> _domainText =
        SearchValues.Create("-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>
    /// Reads one mailbox that ends where <paramref name="octets"/> ends. Dots may stand anywhere in an unquoted local part,
    /// because large providers have given out such addresses.
    /// </summary>
    public static AddressError TryParse(ReadOnlySpan<byte> octets, out MailAddress? address)
    {
        address = null;
        int local = LocalPartLength(octets, _atomText, (byte)'~');
        bool isSplit = local is > 0 and <= MaxLocalPart && local < octets.Length && octets[local] == '@';
        if (!isSplit || !IsDomain(octets[(local + 1)..])) return Ascii.IsValid(octets) ? AddressError.Syntax : TryParseInternational(octets, out address);
        address = new MailAddress(Encoding.ASCII.GetString(octets[..local]), Encoding.ASCII.GetString(octets[(local + 1)..]));
        return AddressError.None;
    }

    /// <summary>How many octets at the start are a local part: an atom with dots, or a quoted string (RFC 5321 §4.1.2). 0 when none are.</summary>
    /// <param name="last">The last octet that may stand between quotes.</param>
    private static int LocalPartLength(ReadOnlySpan<byte> octets, SearchValues<byte> atomText, byte last)
    {
        if (octets.IsEmpty || octets[0] != '"')
        {
            int end = octets.IndexOfAnyExcept(atomText);
            return end < 0 ? octets.Length : end;
        }
        for (int i = 1; i < octets.Length; i++)
        {
            byte octet = octets[i];
            if (octet == '"') return i + 1;
            if (octet == '\\' && ++i == octets.Length) break;
            if (octets[i] < 0x20 || octets[i] > last || octets[i] == 0x7F) break;
        }
        return 0;
    }

    /// <summary>A host name (underscores are let pass: they occur) or an address literal (RFC 5321 §4.1.3).</summary>
    public static bool IsDomain(ReadOnlySpan<byte> domain)
    {
        if (domain.Length is 0 or > MaxDomain) return false;
        if (domain[0] == '[') return domain[^1] == ']' && IsAddressLiteral(domain[1..^1]);
        if (domain.ContainsAnyExcept(_domainText)) return false;
        if (domain[^1] == '.') domain = domain[..^1];
        foreach (Range range in domain.Split((byte)'.'))
        {
            ReadOnlySpan<byte> label = domain[range];
            if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-') return false;
        }
        return true;
    }

    private static bool IsAddressLiteral(ReadOnlySpan<byte> literal)
    {
        ReadOnlySpan<byte> ipv6 = "IPv6:"u8;
        if (literal.Length > ipv6.Length && Ascii.EqualsIgnoreCase(literal[..ipv6.Length], ipv6))
        {
            literal = literal[ipv6.Length..];
            return !literal.ContainsAnyExcept(_hexadecimalText)
                && IPAddress.TryParse(Encoding.ASCII.GetString(literal), out IPAddress? six) && six.AddressFamily == AddressFamily.InterNetworkV6;
        }
        // IPAddress reads "1" and "0x7f.1" as addresses too; RFC 5321 asks for four decimal numbers.
        return literal.Count((byte)'.') == 3 && !literal.ContainsAnyExcept(_decimalText)
            && IPAddress.TryParse(Encoding.ASCII.GetString(literal), out _);
    }

    /// <summary>Writes the address as UTF-8 into room for <see cref="MostOctets"/>; returns how many octets there are.</summary>
    public int Write(Span<byte> utf8)
    {
        int length = Encoding.UTF8.GetBytes(LocalPart, utf8);
        if (Domain.Length == 0) return length;
        utf8[length++] = (byte)'@';
        return length + Encoding.UTF8.GetBytes(Domain, utf8[length..]);
    }

    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        bytesWritten = 0;
        if (!Encoding.UTF8.TryGetBytes(LocalPart, utf8Destination, out int length)) return false;
        if (Domain.Length > 0)
        {
            if (length == utf8Destination.Length) return false;
            utf8Destination[length++] = (byte)'@';
            if (!Encoding.UTF8.TryGetBytes(Domain, utf8Destination[length..], out int more)) return false;
            length += more;
        }
        bytesWritten = length;
        return true;
    }

    public override string ToString() => Domain.Length == 0 ? LocalPart : $"{LocalPart}@{Domain}";
}
