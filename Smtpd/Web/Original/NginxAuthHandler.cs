using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Smtpd.Network;

namespace Smtpd.Web.Original;

/// <summary>
/// Tells nginx's mail proxy where the SMTP server is (ngx_mail_auth_http_module), and whether a password that a client gave it is
/// right. It says nothing about mail and gives no right here, so it needs none.
/// </summary>
/// <param name="smtp">Where SMTP listens in clear, for nginx speaks no TLS to it; null while it does not.</param>
/// <param name="signIn">Checks passwords; null where nobody has one.</param>
internal sealed class NginxAuthHandler(Func<IPEndPoint?> smtp, NginxSignIn? signIn = null) : IHandler
{
    /// <summary>With this field any request is nginx's, wherever it arrives: old configurations name various places.</summary>
    public const string Method = "Auth-Method";

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Fields["Auth-Protocol"] is { } protocol && !protocol.Equals("smtp", StringComparison.OrdinalIgnoreCase))
            return Tell(new HttpHeadField("Auth-Status", "Only SMTP is served here"), new HttpHeadField("Auth-Wait", "3"));
        if (smtp() is not { } endPoint || Reachable(endPoint.Address, request.Peer.Address) is not { } address)
            return Tell(new HttpHeadField("Auth-Status", "The mail server is not ready"), new HttpHeadField("Auth-Error-Code", "451 4.3.2"), new HttpHeadField("Auth-Wait", "3"));
        if (signIn is not null && await signIn.RefuseAsync(request, cancellation) is { } refusal) return Tell(refusal);
        return Tell(
            new HttpHeadField("Auth-Status", "OK"),
            new HttpHeadField("Auth-Server", address.ToString()),
            new HttpHeadField("Auth-Port", endPoint.Port.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>
    /// nginx wants an address that it can connect to. For a listener on all addresses that is the one of ours from which the
    /// way to nginx begins: the kernel knows it, and connecting a datagram socket sends nothing.
    /// </summary>
    private static IPAddress? Reachable(IPAddress listening, IPAddress peer)
    {
        if (!listening.Equals(IPAddress.Any) && !listening.Equals(IPAddress.IPv6Any)) return listening;
        if (listening.AddressFamily == AddressFamily.InterNetwork && peer.AddressFamily != AddressFamily.InterNetwork) return IPAddress.Loopback;
        using var way = new Socket(peer.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            way.Connect(peer, 9);
            return ((IPEndPoint)way.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            // No way leads to a client that is connected to us: the network changed this moment.
            return null;
        }
    }

    private static BytesAnswer Tell(params HttpHeadField[] fields) => BytesAnswer.Of(200, "text/plain; charset=utf-8", [], fields);
}
