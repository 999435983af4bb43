using System.Net.WebSockets;
using System.Threading.Channels;

namespace Smtpd.Web.Live;

/// <summary>One websocket that is told what happens. Telling it never waits: a peer that does not read is dropped.</summary>
internal sealed class LivePeer(WebSocket socket, ILiveDialect dialect)
{
    /// <summary>Events that a peer may be behind, some seconds of heavy traffic.</summary>
    private const int Backlog = 512;

    /// <summary>A peer that takes no event for so long does not read.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Octets that a peer may send in one message.</summary>
    private const int MaxMessage = 4096;

    private readonly Channel<byte[]> _events = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Backlog) { SingleReader = true });
    private volatile bool _isBehind;

    public ILiveDialect Dialect => dialect;

    public void Offer(byte[] text)
    {
        if (!_events.Writer.TryWrite(text)) _isBehind = true;
    }

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
            await foreach (byte[] text in _events.Reader.ReadAllAsync(life.Token))
            {
                if (_isBehind) break;
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(life.Token);
                patience.CancelAfter(s_patience);
                // Ending the token in the middle of a message aborts the connection.
                await socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, patience.Token);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or WebSocketException)
        {
            // The peer left, did not read, or the program stops: the connection ends below in each case.
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
            patience.CancelAfter(s_patience);
            if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or WebSocketException)
        {
            // Broken or ended by the other flow.
        }
        await life.CancelAsync();
    }
}
