using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Smtpd.Network;

/// <summary>
/// One reusable asynchronous socket operation. At most one is under way at a time; its task is awaited once. Failures of the
/// network are results, not exceptions: a peer that resets its connection is everyday traffic.
/// </summary>
internal sealed class SocketOperation() : SocketAsyncEventArgs(true), IValueTaskSource<int>
{
    /// <summary>The result of an operation that the network or a local close ended.</summary>
    public const int Failed = -1;

    private ManualResetValueTaskSourceCore<int> _source;

    /// <summary>Octets received, 0 at the end of the stream, or <see cref="Failed"/>.</summary>
    public ValueTask<int> ReceiveAsync(Socket socket, Memory<byte> buffer)
    {
        _source.Reset();
        SetBuffer(buffer);
        try
        {
            return socket.ReceiveAsync(this) ? new ValueTask<int>(this, _source.Version) : new ValueTask<int>(Outcome);
        }
        catch (ObjectDisposedException)
        {
            return new ValueTask<int>(Failed);
        }
    }

    /// <summary>Octets sent, or <see cref="Failed"/>.</summary>
    public ValueTask<int> SendAsync(Socket socket, Memory<byte> buffer)
    {
        _source.Reset();
        SetBuffer(buffer);
        try
        {
            return socket.SendAsync(this) ? new ValueTask<int>(this, _source.Version) : new ValueTask<int>(Outcome);
        }
        catch (ObjectDisposedException)
        {
            return new ValueTask<int>(Failed);
        }
    }

    /// <summary>0 when <see cref="SocketAsyncEventArgs.AcceptSocket"/> holds a new connection, else <see cref="Failed"/>.</summary>
    public ValueTask<int> AcceptAsync(Socket listener)
    {
        _source.Reset();
        AcceptSocket = null;
        try
        {
            return listener.AcceptAsync(this) ? new ValueTask<int>(this, _source.Version) : new ValueTask<int>(Outcome);
        }
        catch (ObjectDisposedException)
        {
            return new ValueTask<int>(Failed);
        }
    }

    private int Outcome => SocketError == SocketError.Success ? BytesTransferred : Failed;

    protected override void OnCompleted(SocketAsyncEventArgs e) => _source.SetResult(Outcome);

    int IValueTaskSource<int>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
