using System.Buffers;

namespace Smtpd.Storage.Mongo;

/// <summary>Gives slices of a source that waits to be stored, from memory where it is there and else from its file.</summary>
internal sealed class SourceOctets(MessageBody body) : IDisposable
{
    private byte[] _buffer = [];

    public long Length => body.Length;

    /// <summary>The octets between two places; valid until the next call.</summary>
    public ReadOnlySpan<byte> Slice(long start, long end)
    {
        end = Math.Min(end, body.Length);
        if (start >= end) return default;
        if (!body.IsInFile) return body.Memory[(int)start..(int)end];
        int length = checked((int)(end - start));
        if (_buffer.Length < length)
        {
            Dispose();
            _buffer = ArrayPool<byte>.Shared.Rent(length);
        }
        return _buffer.AsSpan(0, body.Read(start, _buffer.AsSpan(0, length)));
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}
