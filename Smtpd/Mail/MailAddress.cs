using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Smtpd.Mail;

/// <summary>Why octets are not a mailbox.</summary>
internal enum AddressError { None, Syntax, NonAscii }

/// <summary>
/// A mailbox of the envelope (RFC 5321 §4.1.2): <paramref name="LocalPart"/> as the client wrote it, quotes included, and
/// <paramref name="Domain"/> as written, a name or an address literal in brackets. The domain is empty only for the
/// <c>&lt;postmaster&gt;</c> of RFC 5321 §4.5.1 before its place is known.
/// </summary>
internal sealed record MailAddress(string LocalPart, string Domain) : IUtf8SpanFormattable
{
    /// <summary>Longer than RFC 5321 §4.5.3.1 asks for: senders put long tokens into return addresses.</summary>
    private const int MaxLocalPart = 255;

    private const int MaxDomain = 255;
    private const int MaxLabel = 63;

    /// <summary>Octets of the longest address, with the sign between its halves.</summary>
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
        int local = LocalPartLength(octets, out AddressError error);
        if (error != AddressError.None) return error;
        if (local is 0 or > MaxLocalPart || local >= octets.Length || octets[local] != '@') return NonAsciiOr(octets, AddressError.Syntax);
        ReadOnlySpan<byte> domain = octets[(local + 1)..];
        if (!IsDomain(domain)) return NonAsciiOr(domain, AddressError.Syntax);
        address = new MailAddress(Encoding.ASCII.GetString(octets[..local]), Encoding.ASCII.GetString(domain));
        return AddressError.None;
    }

    /// <summary>How many octets at the start are a local part: an atom with dots, or a quoted string (RFC 5321 §4.1.2).</summary>
    private static int LocalPartLength(ReadOnlySpan<byte> octets, out AddressError error)
    {
        error = AddressError.None;
        if (octets.IsEmpty || octets[0] != '"')
        {
            int end = octets.IndexOfAnyExcept(_atomText);
            if (end >= 0 && octets[end] >= 0x80) error = AddressError.NonAscii;
            return end < 0 ? octets.Length : end;
        }
        for (int i = 1; i < octets.Length; i++)
        {
            byte octet = octets[i];
            if (octet == '"') return i + 1;
            if (octet == '\\' && ++i == octets.Length) break;
            if (octets[i] >= 0x80)
            {
                error = AddressError.NonAscii;
                return 0;
            }
            if (octets[i] is < 0x20 or 0x7F) break;
        }
        error = AddressError.Syntax;
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

    private static AddressError NonAsciiOr(ReadOnlySpan<byte> octets, AddressError other) => Ascii.IsValid(octets) ? other : AddressError.NonAscii;

    /// <summary>Writes the address as ASCII into room for <see cref="MostOctets"/>; returns how many there are.</summary>
    public int Write(Span<byte> ascii)
    {
        int length = Encoding.ASCII.GetBytes(LocalPart, ascii);
        if (Domain.Length == 0) return length;
        ascii[length++] = (byte)'@';
        return length + Encoding.ASCII.GetBytes(Domain, ascii[length..]);
    }

    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        bytesWritten = 0;
        if (utf8Destination.Length <= LocalPart.Length + Domain.Length) return false;
        bytesWritten = Write(utf8Destination);
        return true;
    }

    public override string ToString() => Domain.Length == 0 ? LocalPart : $"{LocalPart}@{Domain}";

    /// <summary>
    /// The name under which a mailbox is kept: letters in lower case, quotes and backslashes that are not needed taken off, the
    /// domain without a final dot. Addresses with the same key share one mailbox.
    /// </summary>
    public string MailboxKey
    {
        get
        {
            string local = LocalPart;
            if (local.StartsWith('"'))
            {
                string bare = Unquote(local);
                bool isAtom = bare.Length > 0 && !Encoding.ASCII.GetBytes(bare).AsSpan().ContainsAnyExcept(_atomText);
                local = isAtom ? bare : $"\"{bare.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
            }
            return string.Concat(local, "@", Domain.TrimEnd('.')).ToLowerInvariant();
        }
    }

    /// <summary>The domain in lower case, without a final dot.</summary>
    public string DomainKey => Domain.TrimEnd('.').ToLowerInvariant();

    private static string Unquote(string quoted)
    {
        var text = new StringBuilder(quoted.Length);
        for (int i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] == '\\') i++;
            text.Append(quoted[i]);
        }
        return text.ToString();
    }
}
