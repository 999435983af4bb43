using System.Buffers;
using System.Buffers.Text;

namespace Smtpd.Web;

/// <summary>
/// Writes chunks (RFC 9112 §7.1), each by one write. <see cref="System.Net.HttpListener"/> can do it too, but writes sizes and line
/// ends synchronously: a client that does not read would hold a thread of the pool.
/// </summary>
/// <param name="output">Where to; stays open.</param>
internal sealed class ChunkedStream(Stream output) : Stream
{
    /// <summary>Octets of a chunk at most.</summary>
    private const int MostOctets = 64 * 1024;

    /// <summary>Octets around a chunk: its size in hexadecimal, and two line ends.</summary>
    private const int Frame = 16;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            int count = Math.Min(buffer.Length, MostOctets);
            byte[] chunk = ArrayPool<byte>.Shared.Rent(count + Frame);
            try
            {
                Utf8Formatter.TryFormat(count, chunk, out int written, 'X');
                "\r\n"u8.CopyTo(chunk.AsSpan(written));
                buffer[..count].CopyTo(chunk.AsMemory(written + 2));
                "\r\n"u8.CopyTo(chunk.AsSpan(written + 2 + count));
                await output.WriteAsync(chunk.AsMemory(0, written + count + 4), cancellationToken);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(chunk);
            }
            buffer = buffer[count..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes the last chunk, which is empty.</summary>
    public ValueTask CompleteAsync(CancellationToken cancellation) => output.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellation);

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override void Flush() { }
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Answers are written asynchronously.");
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
