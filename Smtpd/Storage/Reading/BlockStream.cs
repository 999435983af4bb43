namespace Smtpd.Storage.Reading;

/// <summary>
/// A stored source, read block by block in reads of their own as it is wanted, so that a slow reader never holds the store up, nor more
/// memory than a block.
/// </summary>
/// <param name="blockOctets">Octets of each block but the last.</param>
/// <param name="size">Octets of the source.</param>
internal abstract class BlockStream(int blockOctets, long size) : Stream
{
    private byte[] _block = [];
    private long _number = -1;
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => size;

    /// <summary>May be set to any place; the block that holds it is read when its octets are.</summary>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A source has no octets before its first.");
    }

    /// <summary>A block by its place, from 0; null when it is gone.</summary>
    protected abstract ValueTask<byte[]?> ReadBlockAsync(long number, CancellationToken cancellation);

    /// <exception cref="IOException">The source was deleted meanwhile, or is shorter than was said.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= size || buffer.IsEmpty) return 0;
        long number = _position / blockOctets;
        int offset = (int)(_position % blockOctets);
        if (number != _number)
        {
            _block = await ReadBlockAsync(number, cancellationToken).ConfigureAwait(false) ?? throw new IOException("The message was deleted while it was read.");
            _number = number;
        }
        int count = Math.Min(buffer.Length, _block.Length - offset);
        if (count <= 0) throw new IOException($"Block {number} of the source is shorter than the message's size says.");
        _block.AsMemory(offset, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => size + offset,
    };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Sources are read asynchronously.");
    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
