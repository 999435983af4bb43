namespace Smtpd.Storage.Sqlite;

/// <summary>
/// A message's source, read block by block in queries of their own, so that a slow reader never holds a snapshot of the store, nor
/// more memory than a block.
/// </summary>
/// <param name="read">Gives a block of a source by its place, or null when it is gone.</param>
internal sealed class SqliteSourceStream(Func<long, SourceBlock, CancellationToken, ValueTask<byte[]?>> read, long source, long size) : Stream
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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= size || buffer.IsEmpty) return 0;
        long number = _position / SourceBlock.Octets;
        int offset = (int)(_position % SourceBlock.Octets);
        if (number != _number)
        {
            _block = await read(source, new SourceBlock(number), cancellationToken).ConfigureAwait(false) ?? throw new IOException("The message was deleted while it was read.");
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
