using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Smtpd.Mail;

namespace Smtpd.Smtp;

/// <summary>
/// What a trusted proxy says about its client by XCLIENT, Postfix's extension. Each attribute is null where it was not given, and
/// its "unavailable" value where the proxy does not know it.
/// </summary>
internal readonly record struct XClientAttributes
{
    /// <summary>The client's name in the DNS; empty when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The client's address; <see cref="IPAddress.Any"/> when it is not known.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>True for ESMTP, false for SMTP.</summary>
    public bool? IsExtended { get; init; }

    /// <summary>What the client said in HELO or EHLO; empty when that is not known.</summary>
    public string? Helo { get; init; }

    /// <summary>The user as whom the client has signed in at the proxy; empty for nobody.</summary>
    public string? Login { get; init; }
}

/// <summary>Reads the attributes of XCLIENT: names and values in xtext (RFC 3461 §4), between blanks.</summary>
internal static class XClientReader
{
    /// <summary>As Postfix: names longer than a domain name are none.</summary>
    private const int MaxValue = 255;

    private static readonly SearchValues<byte> _decimal = SearchValues.Create("0123456789."u8);
    private static readonly SearchValues<byte> _hexadecimal = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    private static ReadOnlySpan<byte> Unavailable => "[UNAVAILABLE]"u8;
    private static ReadOnlySpan<byte> UnavailableForNow => "[TEMPUNAVAIL]"u8;

    /// <summary>False when something in the text is not understood; nothing of it holds then.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out XClientAttributes attributes)
    {
        attributes = default;
        if (text.IsEmpty) return false;
        Span<byte> room = stackalloc byte[MaxValue];
        while (!text.IsEmpty)
        {
            int blank = text.IndexOfAny((byte)' ', (byte)'\t');
            ReadOnlySpan<byte> one = blank < 0 ? text : text[..blank];
            text = blank < 0 ? default : text[blank..].TrimStart(" \t"u8);
            int equals = one.IndexOf((byte)'=');
            if (equals < 0 || !TryDecode(one[(equals + 1)..], room, out int length) || length == 0) return false;
            if (!TryTake(one[..equals], room[..length], ref attributes)) return false;
        }
        return true;
    }

    private static bool TryTake(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref XClientAttributes attributes)
    {
        bool known = !Is(value, Unavailable) && !Is(value, UnavailableForNow);
        if (Is(name, "NAME"u8))
        {
            if (known && !MailAddress.IsDomain(value)) return false;
            attributes = attributes with { Name = known ? Encoding.ASCII.GetString(value) : "" };
        }
        else if (Is(name, "ADDR"u8))
        {
            IPAddress? address = IPAddress.Any;
            if (known && !TryAddress(value, out address)) return false;
            attributes = attributes with { Address = address };
        }
        else if (Is(name, "PROTO"u8))
        {
            if (!Is(value, "SMTP"u8) && !Is(value, "ESMTP"u8)) return false;
            attributes = attributes with { IsExtended = Is(value, "ESMTP"u8) };
        }
        else if (Is(name, "HELO"u8))
        {
            if (value.ContainsAnyExceptInRange((byte)33, (byte)126)) return false;
            attributes = attributes with { Helo = known ? Encoding.ASCII.GetString(value) : "" };
        }
        else if (Is(name, "LOGIN"u8))
        {
            if (value.IndexOfAnyInRange((byte)0, (byte)31) >= 0) return false;
            attributes = attributes with { Login = known ? Encoding.UTF8.GetString(value) : "" };
        }
        else if (Is(name, "DESTADDR"u8)) return !known || TryAddress(value, out _);
        // The ports are checked and let go: nothing here asks for them.
        else if (Is(name, "PORT"u8) || Is(name, "DESTPORT"u8)) return !known || IsPort(value);
        else return false;
        return true;
    }

    /// <summary>IPv4 in dotted form, IPv6 with or without <c>IPV6:</c> in front.</summary>
    private static bool TryAddress(ReadOnlySpan<byte> value, out IPAddress? address)
    {
        address = null;
        ReadOnlySpan<byte> prefix = "IPV6:"u8;
        if (value.Length > prefix.Length && Is(value[..prefix.Length], prefix)) value = value[prefix.Length..];
        bool isIPv4 = !value.Contains((byte)':');
        if (isIPv4 && (value.Count((byte)'.') != 3 || value.ContainsAnyExcept(_decimal))) return false;
        if (!isIPv4 && value.ContainsAnyExcept(_hexadecimal)) return false;
        if (!IPAddress.TryParse(Encoding.ASCII.GetString(value), out address)) return false;
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return true;
    }

    private static bool IsPort(ReadOnlySpan<byte> value) => Utf8Parser.TryParse(value, out ushort _, out int read) && read == value.Length;

    /// <summary>Undoes <c>+2B</c> and its like.</summary>
    private static bool TryDecode(ReadOnlySpan<byte> xtext, Span<byte> value, out int length)
    {
        length = 0;
        for (int i = 0; i < xtext.Length; i++)
        {
            byte octet = xtext[i];
            if (octet is < 33 or > 126 or (byte)'=') return false;
            if (octet == '+')
            {
                if (xtext.Length - i < 3 || !Utf8Parser.TryParse(xtext.Slice(i + 1, 2), out octet, out int read, 'X') || read != 2) return false;
                i += 2;
            }
            if (length == value.Length) return false;
            value[length++] = octet;
        }
        return true;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted) => text.Length == wanted.Length && Ascii.EqualsIgnoreCase(text, wanted);
}
