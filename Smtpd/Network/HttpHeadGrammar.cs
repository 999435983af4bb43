using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Smtpd.Network;

/// <summary>The small words of HTTP's grammar.</summary>
internal static class HttpHeadGrammar
{
    /// <summary>Octets of a token (RFC 9110 §5.6.2).</summary>
    public static readonly SearchValues<byte> TokenOctets =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("-._~%!$&'()*+,;=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>True for <c>uri-host [ ":" port ]</c> (RFC 9110 §7.2), which may be empty.</summary>
    public static bool IsHost(string text)
    {
        (string name, string? port) = SplitHost(text);
        if (port is not null && (port.Length > 5 || port.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0)) return false;
        if (name.StartsWith('[')) return name.EndsWith(']') && IPAddress.TryParse(name, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
        return name.AsSpan().IndexOfAnyExcept(s_nameCharacters) < 0;
    }

    /// <summary>The host, brackets of an IPv6 literal included, and the port if one is written.</summary>
    public static (string Name, string? Port) SplitHost(string text)
    {
        int colon = text.IndexOf(':', Math.Max(text.LastIndexOf(']'), 0));
        return colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }
}
