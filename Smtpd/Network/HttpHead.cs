namespace Smtpd.Network;

/// <summary>A request head that passed <see cref="HttpHeadParser"/>: there is one way to read it, so nobody behind the front can read it another way.</summary>
/// <param name="Method">A token, as written.</param>
/// <param name="Target">Origin-form (<c>/path?query</c>, visible ASCII) or <c>*</c>.</param>
/// <param name="MinorVersion">0 or 1: the digit after <c>HTTP/1.</c></param>
/// <param name="Host">Host and port as the client named them; null when an HTTP/1.0 client named none.</param>
/// <param name="Fields">The fields that may be passed on: hop-by-hop and internal ones are gone, repeated ones are joined.</param>
/// <param name="ContentLength">Octets of the body that follows; 0 without one, meaningless when <paramref name="IsChunked"/>.</param>
/// <param name="IsChunked">The body comes in chunks (RFC 9112 §7.1).</param>
/// <param name="ExpectsContinue">The client waits for <c>100</c> before it sends the body (RFC 9110 §10.1.1).</param>
/// <param name="IsWebSocket">The client asks for an upgrade to a websocket (RFC 6455 §4.1).</param>
internal sealed record HttpHead(
    string Method,
    string Target,
    int MinorVersion,
    string? Host,
    IReadOnlyList<HttpHeadField> Fields,
    long ContentLength,
    bool IsChunked,
    bool ExpectsContinue,
    bool IsWebSocket)
{
    public bool HasBody => IsChunked || ContentLength > 0;
    public bool IsHead => Method == "HEAD";
}
