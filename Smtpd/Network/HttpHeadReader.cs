using System.Buffers;
using System.Net.Sockets;

namespace Smtpd.Network;

/// <summary>Reads one request head from a socket. Holds a pooled buffer from its first octet on until it is disposed.</summary>
internal sealed class HttpHeadReader : IDisposable
{
    private byte[] _buffer = [];
    private readonly HttpHeadScanner _scanner = new();
    private int _received;

    /// <summary>What the client sent after the head, as far as it has come; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Surplus => _buffer.AsMemory(_scanner.End, _received - _scanner.End);

    /// <summary>True when the client sent anything at all.</summary>
    public bool HasReceived => _received > 0;

    /// <returns>The head, or why it is refused, or neither when the client went away without a word.</returns>
    /// <exception cref="OperationCanceledException">The deadline that <paramref name="cancellation"/> stands for has passed.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async ValueTask<(HttpHead? Head, HttpHeadRefusal? Refusal)> ReadAsync(Socket client, CancellationToken cancellation)
    {
        // A connection that says nothing holds no buffer.
        await client.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellation);
        _buffer = ArrayPool<byte>.Shared.Rent(WebFrontLimits.HeadBytes);
        while (true)
        {
            int count = await client.ReceiveAsync(_buffer.AsMemory(_received, WebFrontLimits.HeadBytes - _received), SocketFlags.None, cancellation);
            if (count == 0) return (null, HasReceived ? HttpHeadRefusal.CutShort : null);
            _received += count;
            ReadOnlySpan<byte> received = _buffer.AsSpan(0, _received);
            if (_scanner.Advance(received) is { } refusal) return (null, refusal);
            if (_scanner.End == 0) continue;
            refusal = HttpHeadParser.Parse(received[_scanner.Start.._scanner.End], out HttpHead? head);
            return (head, refusal);
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}
