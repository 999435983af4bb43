using System.Net.WebSockets;
using Smtpd.Network;

namespace Smtpd.Web;

/// <summary>An answer that turns the connection into a websocket (RFC 6455).</summary>
/// <param name="talk">Uses the websocket and ends it; called once, after the handshake.</param>
internal sealed class WebSocketAnswer(Func<WebSocket, CancellationToken, Task> talk) : Answer(101, "text/plain", 0)
{
    /// <summary>The answer to a request for a websocket, or the refusal of one that is none (RFC 6455 §4.2.1).</summary>
    public static Answer To(HttpRequest request, Func<WebSocket, CancellationToken, Task> talk)
    {
        if (!request.IsWebSocket) return BytesAnswer.Error(426, "Here is a websocket: ask for an upgrade.", new HttpHeadField("Upgrade", "websocket"));
        if (!OriginRule.Allows(request)) return OriginRule.Refusal();
        if (request.Fields["Sec-WebSocket-Version"] != "13") return BytesAnswer.Error(426, "Only version 13 of the websocket protocol is spoken here.", new HttpHeadField("Sec-WebSocket-Version", "13"));
        Span<byte> nonce = stackalloc byte[18];
        return Convert.TryFromBase64String(request.Fields["Sec-WebSocket-Key"] ?? "", nonce, out int octets) && octets == 16
            ? new WebSocketAnswer(talk)
            : BytesAnswer.Error(400, "Sec-WebSocket-Key must be 16 octets in base64.");
    }

    public Task TalkAsync(WebSocket socket, CancellationToken cancellation) => talk(socket, cancellation);

    public override Task WriteBodyAsync(Stream output, CancellationToken cancellation) => Task.CompletedTask;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
