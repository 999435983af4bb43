using System.Collections.Specialized;
using System.Net;
using Smtpd.Network;
using Smtpd.Web.Access;

namespace Smtpd.Web;

/// <summary>A request as the handlers see it.</summary>
/// <param name="Method">As written.</param>
/// <param name="Path">The decoded segments of the path below the base path; null when it lies outside.</param>
/// <param name="Query">The members of the query.</param>
/// <param name="Host">Host and port as the client named them, null when it named none.</param>
/// <param name="Peer">The client.</param>
/// <param name="Listener">What the listener that took the client is bound to.</param>
/// <param name="Fields">The request's header fields; repeated ones are joined.</param>
/// <param name="Body">What follows the head, read by the handler that wants it.</param>
internal sealed record HttpRequest(
    string Method,
    IReadOnlyList<string>? Path,
    HttpQuery Query,
    string? Host,
    IPEndPoint Peer,
    IPEndPoint Listener,
    NameValueCollection Fields,
    HttpRequestBody Body)
{
    /// <summary>Who asks, as the access rule found.</summary>
    public Visitor Visitor { get; init; } = Visitor.Stranger;

    /// <summary>From where it comes, as the access rule found.</summary>
    public ClientOrigin Origin { get; init; } = ClientOrigin.Unknown;

    /// <summary>Path and query as the client wrote them.</summary>
    public string Target => Fields[HttpRelayFields.Target] ?? "";

    /// <summary>True when the client's own connection to us is encrypted; the front wrote this field itself.</summary>
    public bool IsEncrypted => Fields[HttpRelayFields.Scheme] == "https";

    /// <summary>A page elsewhere that is named in <c>web.cors.origins</c> has sent it.</summary>
    public bool IsFromAllowedOrigin { get; init; }

    public bool IsHead => Method == "HEAD";

    /// <summary>The client asks for an upgrade to a websocket; the front wrote this field itself.</summary>
    public bool IsWebSocket => Fields["Upgrade"] == "websocket";
}
