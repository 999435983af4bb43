using System.Buffers;

namespace Smtpd.Web;

/// <summary>An answer whose body is read from a stream while it is sent; owns the stream, which stands at its beginning.</summary>
internal sealed class StreamAnswer(int status, string contentType, long length, Stream body) : Answer(status, contentType, length)
{
    /// <summary>Octets read from the store at once.</summary>
    private const int Slice = 64 * 1024;

    public override bool HasPieces => true;

    public override Task WriteBodyAsync(Stream output, CancellationToken cancellation) => CopyAsync(output, Length!.Value, cancellation);

    /// <summary>A source is read from the piece on; what is decoded while it is read has to be read from its beginning.</summary>
    public override async Task WritePieceAsync(Stream output, long first, long count, CancellationToken cancellation)
    {
        if (body.CanSeek) body.Position = first;
        else await CopyAsync(Stream.Null, first, cancellation);
        await CopyAsync(output, count, cancellation);
    }

    private async Task CopyAsync(Stream output, long left, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Slice);
        try
        {
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
