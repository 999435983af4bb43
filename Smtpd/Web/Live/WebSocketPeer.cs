using System.Net.WebSockets;
using Smtpd.Mail;

namespace Smtpd.Web.Live;

/// <summary>A live connection over a websocket. Heartbeats are the websocket's own.</summary>
internal sealed class WebSocketPeer(WebSocket socket, ILiveDialect dialect, MailScope scope) : LivePeer(dialect, scope)
{
    /// <summary>Octets that a peer may send in one message.</summary>
    private const int MaxMessage = 4096;

    /// <summary>Ending the token in the middle of a message aborts the connection.</summary>
    protected override ValueTask SendAsync(byte[] text, CancellationToken cancellation) => socket.SendAsync(text.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellation);

    /// <summary>Reads one message of text.</summary>
    /// <returns>Null when the peer ends the connection or sends something else.</returns>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        byte[] message = new byte[MaxMessage];
        for (int held = 0; held < message.Length;)
        {
            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(message.AsMemory(held), cancellation);
            if (part.MessageType != WebSocketMessageType.Text) return null;
            held += part.Count;
            if (part.EndOfMessage) return message[..held];
        }
        return null;
    }

    /// <summary>Sends what is offered until either side ends it.</summary>
    public async Task TalkAsync(CancellationToken stop)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task listening = ListenAsync(life);
        try
        {
            await SendAllAsync(life.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or WebSocketException)
        {
            // The peer left, did not read, or is to go: the connection ends below in each case.
        }
        finally
        {
            await life.CancelAsync();
            await listening;
            socket.Abort();
        }
    }

    /// <summary>What the peer says is of no interest, only that it ends the connection.</summary>
    private async Task ListenAsync(CancellationTokenSource life)
    {
        try
        {
            while (await ReadAsync(life.Token) is not null) { }
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(life.Token);
            patience.CancelAfter(Patience);
            if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or WebSocketException)
        {
            // Broken or ended by the other flow.
        }
        await life.CancelAsync();
    }
}
