using Smtpd.Mail;

namespace Smtpd.Storage.Mongo;

/// <summary>A source that lies in GridFS, read chunk by chunk as it is wanted.</summary>
internal sealed class MailFileStream(MailFiles files, MessageId file, long size) : Stream
{
    private byte[] _chunk = [];
    private int _number = -1;
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => size;

    /// <summary>May be set to any place; the chunk that holds it is read when its octets are.</summary>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A source has no octets before its first.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= size || buffer.IsEmpty) return 0;
        int number = (int)(_position / MailFiles.ChunkOctets), offset = (int)(_position % MailFiles.ChunkOctets);
        if (number != _number)
        {
            _chunk = await files.ReadAsync(file, number, cancellationToken).ConfigureAwait(false) ?? throw new IOException("The message was deleted while it was read.");
            _number = number;
        }
        int count = Math.Min(buffer.Length, _chunk.Length - offset);
        if (count <= 0) throw new IOException($"Chunk {number} of the source is shorter than the message's size says.");
        _chunk.AsMemory(offset, count).CopyTo(buffer);
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
