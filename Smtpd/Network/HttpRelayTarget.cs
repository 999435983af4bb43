using System.Net;

namespace Smtpd.Network;

/// <summary>The HTTP server behind the front.</summary>
/// <param name="EndPoint">Where it listens, on loopback.</param>
/// <param name="Secret">What it wants to see in <see cref="HttpRelayFields.Secret"/>; ASCII.</param>
internal sealed record HttpRelayTarget(IPEndPoint EndPoint, string Secret)
{
    public HttpRelayCalls Calls { get; } = new();
}
