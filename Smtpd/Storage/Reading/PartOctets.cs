using System.Buffers;
using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>Reads the decoded octets of parts, slice by slice.</summary>
internal static class PartOctets
{
    private const int Slice = 64 * 1024;

    /// <summary>Gives the decoded octets, until the part ends or nobody wants more.</summary>
    public static async ValueTask ForEachSliceAsync(Stream source, MessagePart part, Func<ReadOnlyMemory<byte>, bool> take, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Slice);
        try
        {
            await using var decoded = new DecodedPartStream(source, part, keepSource: true);
            int count;
            while ((count = await decoded.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
                if (!take(buffer.AsMemory(0, count))) break;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The first decoded octets.</summary>
    public static async ValueTask<byte[]> ReadFirstAsync(Stream source, MessagePart part, int most, CancellationToken cancellation)
    {
        using var first = new MemoryStream();
        await ForEachSliceAsync(source, part, slice =>
        {
            first.Write(slice.Span[..Math.Min(slice.Length, most - (int)first.Length)]);
            return first.Length < most;
        }, cancellation).ConfigureAwait(false);
        return first.ToArray();
    }

    /// <summary>How many decoded octets there are.</summary>
    public static async ValueTask<long> CountAsync(Stream source, MessagePart part, CancellationToken cancellation)
    {
        if (part.Encoding == TransferEncoding.Identity) return part.End - part.BodyStart;
        long size = 0;
        await ForEachSliceAsync(source, part, octets =>
        {
            size += octets.Length;
            return true;
        }, cancellation).ConfigureAwait(false);
        return size;
    }
}
