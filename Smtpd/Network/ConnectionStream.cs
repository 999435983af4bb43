using System.Net.Sockets;

namespace Smtpd.Network;

/// <summary>A connection's socket as the stream that TLS needs underneath. One read and one write at a time.</summary>
/// <param name="first">Octets that were received already.</param>
internal sealed class ConnectionStream(Socket socket, SocketOperation receive, ReadOnlyMemory<byte> first) : Stream
{
    private readonly SocketOperation _send = new();
    private ReadOnlyMemory<byte> _first = first;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_first.IsEmpty)
        {
            int taken = Math.Min(buffer.Length, _first.Length);
            _first[..taken].CopyTo(buffer);
            _first = _first[taken..];
            return taken;
        }
        // TLS work follows a read; it must not run on the thread that polls the sockets.
        int octets = await receive.ReceiveAsync(socket, buffer).ConfigureAwait(false);
        if (InlineCompletions.IsSocketThread) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return octets >= 0 ? octets : throw new IOException("The client's connection failed.");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Memory<byte> rest = System.Runtime.InteropServices.MemoryMarshal.AsMemory(buffer);
        while (rest.Length > 0)
        {
            int octets = await _send.SendAsync(socket, rest).ConfigureAwait(false);
            if (octets <= 0) throw new IOException("The client's connection failed.");
            rest = rest[octets..];
        }
        if (InlineCompletions.IsSocketThread) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _send.Dispose();
        base.Dispose(disposing);
    }
}
