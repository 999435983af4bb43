using System.Net;
using System.Net.Sockets;
using Smtpd.Configuration;
using Smtpd.Network;

namespace Smtpd.Web;

/// <summary>
/// Decides by <c>web.auth</c> whether a request may see mail. There are no accounts yet, so nobody can sign in: a request
/// is either free to come in or refused.
/// </summary>
internal sealed class AccessRule(WebAuthentication authentication)
{
    /// <summary>
    /// Fields by which proxies say that the client is another one (RFC 7239; RFC 9110 §7.6.3). The local proxy's own
    /// connection comes from loopback, so these are all that tells a stranger from the owner.
    /// </summary>
    private static readonly string[] s_proxyFields = ["Forwarded", "X-Real-IP", "Via"];

    /// <summary>RFC 9110 §11.6.1 wants a scheme named with 401. This one opens no password dialog that could not succeed.</summary>
    private static readonly HttpHeadField s_challenge = new("WWW-Authenticate", "Bearer realm=\"Smtpd\"");

    /// <returns>Null when the request may go on, else the answer to give.</returns>
    public Answer? Refuse(HttpRequest request)
    {
        if (authentication == WebAuthentication.Off) return null;
        if (authentication == WebAuthentication.Required)
            return BytesAnswer.Error(401, "Sign-in is required (web.auth is required), and this version has no accounts. Set web.auth to auto and come from this computer, or to off.", s_challenge);
        if (!IsLocal(request))
            return BytesAnswer.Error(401, "Sign-in is required: without it (web.auth is auto) only this computer may read mail, over a loopback listener and without a proxy. Set web.auth to off to open it to whoever can connect.", s_challenge);
        // A page elsewhere can make its own name point at 127.0.0.1 (DNS rebinding), but then that name is in Host.
        return request.Host is not null && IsLocalName(request.Host)
            ? null
            : BytesAnswer.Error(403, "Without sign-in the Host header must be an IP address or localhost. Use http://localhost with the same port.");
    }

    private static bool IsLocal(HttpRequest request) =>
        IPAddress.IsLoopback(request.Listener.Address)
        && IPAddress.IsLoopback(request.Peer.Address)
        && !request.Fields.AllKeys.Any(name => s_proxyFields.Contains(name, StringComparer.OrdinalIgnoreCase)
            || name?.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) == true);

    private static bool IsLocalName(string host)
    {
        string name = HttpHeadGrammar.SplitHost(host).Name;
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (!IPAddress.TryParse(name, out IPAddress? address)) return false;
        // TryParse also takes "1" and "0x7f.1": only the dotted form is a literal (RFC 3986 §3.2.2).
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? name.StartsWith('[') : name == address.ToString();
    }
}
