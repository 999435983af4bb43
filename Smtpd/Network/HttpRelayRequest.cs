using System.Globalization;
using System.Net;
using System.Text;

namespace Smtpd.Network;

/// <summary>Writes the head that the server behind the front gets to see.</summary>
internal static class HttpRelayRequest
{
    /// <param name="peer">The client.</param>
    /// <param name="listener">What the client's listener is bound to.</param>
    public static byte[] Render(HttpHead head, HttpRelayTarget target, HttpRelayCall call, IPEndPoint peer, IPEndPoint listener)
    {
        var text = new StringBuilder(1024);
        // The server behind always sees "/": the target is read once, by our own code.
        text.Append(head.Method).Append(" / HTTP/1.").Append(head.MinorVersion).Append("\r\n");
        Add(text, "Host", target.EndPoint.ToString());
        Add(text, HttpRelayFields.Secret, target.Secret);
        Add(text, HttpRelayFields.Target, head.Target);
        if (head.Host is not null) Add(text, HttpRelayFields.Host, head.Host);
        Add(text, HttpRelayFields.Peer, peer.ToString());
        Add(text, HttpRelayFields.Listener, listener.ToString());
        Add(text, HttpRelayFields.Call, call.Number.ToString(CultureInfo.InvariantCulture));
        Add(text, HttpRelayFields.Scheme, "http");
        // One request per connection, so that no octet after this one can become another.
        Add(text, "Connection", head.IsWebSocket ? "Upgrade" : "close");
        if (head.IsWebSocket) Add(text, "Upgrade", "websocket");
        if (head.IsChunked) Add(text, "Transfer-Encoding", "chunked");
        else if (!head.IsWebSocket) Add(text, "Content-Length", head.ContentLength.ToString(CultureInfo.InvariantCulture));
        foreach (HttpHeadField field in head.Fields) Add(text, field.Name, field.Value);
        text.Append("\r\n");
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static void Add(StringBuilder text, string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");
}
