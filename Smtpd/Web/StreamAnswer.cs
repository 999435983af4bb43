using System.Buffers;

namespace Smtpd.Web;

/// <summary>An answer whose body is read from a stream while it is sent; owns the stream.</summary>
internal sealed class StreamAnswer(int status, string contentType, long length, Stream body) : Answer(status, contentType, length)
{
    /// <summary>Octets read from the store at once.</summary>
    private const int Slice = 64 * 1024;

    public override async Task WriteBodyAsync(Stream output, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Slice);
        try
        {
            long left = Length;
            while (left > 0)
            {
                int count = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, Slice)), cancellation);
                if (count == 0) throw new EndOfStreamException($"The stored source ends {left} octets before its size.");
                await output.WriteAsync(buffer.AsMemory(0, count), cancellation);
                left -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override ValueTask DisposeAsync() => body.DisposeAsync();
}
