using System.Net.WebSockets;
using System.Text.Json;

namespace Smtpd.Web.Live;

/// <summary>
/// <c>/ws/</c>: the original's websocket. A client authenticates first, with any name: whether it may see mail was decided
/// before. Its other commands are read and do nothing; above all nobody can speak to other clients through it.
/// </summary>
internal sealed class IncusHandler(LiveHub hub, ILiveDialect dialect) : IHandler
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) => new(WebSocketAnswer.To(request, async (socket, stop) =>
    {
        if (!hub.TryEnter(request.Visitor)) return;
        try
        {
            var peer = new WebSocketPeer(socket, dialect, request.Visitor.Scope);
            using var life = CancellationTokenSource.CreateLinkedTokenSource(stop, request.Visitor.Ended);
            if (await AuthenticatesAsync(peer, life.Token)) await hub.TellAsync(peer, peer.TalkAsync, lastPlace: null, request.Visitor.Ticket, life.Token);
        }
        finally
        {
            hub.Leave(request.Visitor);
        }
    }));

    private static async Task<bool> AuthenticatesAsync(WebSocketPeer peer, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        try
        {
            return await peer.ReadAsync(patience.Token) is { } text && IsAuthentication(text);
        }
        catch (Exception failure) when (failure is OperationCanceledException or WebSocketException)
        {
            // Said nothing, or left.
            return false;
        }
    }

    private static bool IsAuthentication(byte[] text)
    {
        try
        {
            using JsonDocument message = JsonDocument.Parse(text);
            return message.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("command", out JsonElement command) && command.ValueKind == JsonValueKind.Object
                && command.TryGetProperty("command", out JsonElement name) && name.ValueKind == JsonValueKind.String && name.ValueEquals("authenticate")
                && command.TryGetProperty("user", out JsonElement user) && user.ValueKind == JsonValueKind.String;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The latter for half a surrogate pair in an escape, which is JSON and yet no text. Nothing that the original understood either: its answer is the end of the connection.
            return false;
        }
    }
}
