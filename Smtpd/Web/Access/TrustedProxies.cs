using System.Net;
using Smtpd.Configuration;

namespace Smtpd.Web.Access;

/// <summary>
/// Finds the client behind reverse proxies. X-Forwarded-For is a list to which every proxy adds the address from which it was asked; everything
/// left of what a trusted proxy added may be a client's invention. So it is read from the right, as long as those who wrote are trusted.
/// </summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    /// <summary>Members of the list that are looked at: no way is so long.</summary>
    private const int MostHops = 50;

    private static readonly string[] s_fields = ["Forwarded", "X-Real-IP", "Via"];

    /// <summary>
    /// True when a field says that the request came through a proxy (RFC 7239; RFC 9110 §7.6.3), trusted or not. A local proxy's own
    /// connection comes from loopback, so these are all that tells a stranger from the owner.
    /// </summary>
    public static bool IsProxied(HttpRequest request) => request.Fields.AllKeys.Any(name =>
        s_fields.Contains(name, StringComparer.OrdinalIgnoreCase) || name?.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) == true);

    public bool Trusts(IPAddress address) => networks.Any(network => network.Contains(address));

    public ClientOrigin Find(HttpRequest request)
    {
        IPAddress peer = request.Peer.Address;
        bool isProxied = IsProxied(request);
        if (!isProxied || !Trusts(peer)) return new ClientOrigin(peer, request.IsEncrypted, IPAddress.IsLoopback(peer) && !isProxied, !isProxied);

        string[] hops = Members(request, "X-Forwarded-For");
        IPAddress client = peer;
        int hop = hops.Length;
        bool isCertain = hops.Length is > 0 and <= MostHops;
        while (isCertain && hop > 0 && Trusts(client))
        {
            // Who wrote nonsense is the last that is known for certain.
            isCertain = TryRead(hops[hop - 1], out IPAddress address);
            if (isCertain) (client, hop) = (address, hop - 1);
        }
        bool isLocal = isCertain && IPAddress.IsLoopback(peer) && IPAddress.IsLoopback(client);
        return new ClientOrigin(client, IsHttps(Members(request, "X-Forwarded-Proto"), hops.Length, hop), isLocal, isCertain);
    }

    /// <param name="hop">Which member of X-Forwarded-For is the client.</param>
    private static bool IsHttps(string[] schemes, int hops, int hop)
    {
        // One for each hop where proxies add, one in all where they replace. Anything else is believed only if there is no doubt.
        if (schemes.Length == hops && hop < hops) return Is(schemes[hop]);
        return schemes.Length > 0 && schemes.All(Is);

        static bool Is(string scheme) => scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Some proxies write the port too, and then an IPv6 address in brackets.</summary>
    private static bool TryRead(string text, out IPAddress address)
    {
        int end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : text.IndexOf(':', StringComparison.Ordinal);
        if (text.StartsWith('[') && end > 0) text = text[1..end];
        else if (end >= 0 && text.LastIndexOf(':') == end) text = text[..end];
        if (!OptionText.TryAddress(text, out address, out _)) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return true;
    }

    private static string[] Members(HttpRequest request, string field) => request.Fields[field]?.Split(',', StringSplitOptions.TrimEntries) ?? [];
}
