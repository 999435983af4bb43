using System.Net.Sockets;

namespace Smtpd.Network;

/// <summary>Sending with a limit on how long the other side may leave it unread.</summary>
internal sealed class HttpRelaySocket : IDisposable
{
    private readonly Socket _socket;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _stalled;
    private readonly ClientDebt? _debt;

    /// <param name="life">Ends every operation.</param>
    /// <param name="debt">Where it is counted how long the other side leaves unread what is sent; null for nowhere.</param>
    public HttpRelaySocket(Socket socket, TimeSpan patience, CancellationToken life, ClientDebt? debt = null)
    {
        _debt = debt;
        _socket = socket;
        _patience = patience;
        _stalled = CancellationTokenSource.CreateLinkedTokenSource(life);
    }

    /// <exception cref="OperationCanceledException">The other side did not read in time, or the exchange ended.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            _stalled.CancelAfter(_debt?.Begin(_patience) ?? _patience);
            int count = await _socket.SendAsync(octets, SocketFlags.None, _stalled.Token);
            _debt?.End(count);
            octets = octets[count..];
        }
        _stalled.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken life) => _socket.ReceiveAsync(buffer, SocketFlags.None, life);

    public void Dispose() => _stalled.Dispose();
}
