namespace Smtpd.Network;

/// <summary>Names of the fields by which the front tells the server behind it about a request. A client's own are dropped.</summary>
internal static class HttpRelayFields
{
    public const string Prefix = "X-Smtpd-";

    /// <summary><see cref="HttpRelayTarget.Secret"/>: proof that the request came through the front.</summary>
    public const string Secret = Prefix + "Secret";

    /// <summary>The request target, which the server behind never sees in its request line: it would judge it by rules of its own.</summary>
    public const string Target = Prefix + "Target";

    /// <summary>Host and port as the client named them; absent when it named none.</summary>
    public const string Host = Prefix + "Host";

    /// <summary>The client's address and port.</summary>
    public const string Peer = Prefix + "Peer";

    /// <summary>The address and port that the listener is bound to, which may be the unspecified address.</summary>
    public const string Listener = Prefix + "Listener";

    /// <summary>The number under which <see cref="HttpRelayCalls"/> knows the request.</summary>
    public const string Call = Prefix + "Call";

    /// <summary>
    /// In answers: how the body is delimited for the client instead of by the length in the same head: <c>chunked</c> when it is
    /// in chunks already, <c>close</c> by the end of the connection, <c>none</c> for a status that has no body and tells no length.
    /// </summary>
    public const string Framing = Prefix + "Framing";

    /// <summary><c>http</c> or <c>https</c>: how the client reached the front.</summary>
    public const string Scheme = Prefix + "Scheme";
}
