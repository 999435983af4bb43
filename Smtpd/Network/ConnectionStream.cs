using System.Net.Sockets;

namespace Smtpd.Network;

/// <summary>A connection's socket as the stream that TLS needs underneath. One read and one write at a time.</summary>
internal sealed class ConnectionStream(Socket socket, SocketOperation receive) : Stream
{
    private readonly SocketOperation _send = new();

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
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
