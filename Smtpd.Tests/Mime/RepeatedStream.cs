namespace Smtpd.Tests.Mime;

/// <summary>A source that is a beginning and one line again and again, made while it is read.</summary>
internal sealed class RepeatedStream(byte[] beginning, byte[] line, long length) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, length - Position);
        for (int i = 0; i < count;)
        {
            long at = Position + i;
            ReadOnlySpan<byte> piece = at < beginning.Length ? beginning.AsSpan((int)at) : line.AsSpan((int)((at - beginning.Length) % line.Length));
            piece = piece[..Math.Min(piece.Length, count - i)];
            piece.CopyTo(buffer[i..]);
            i += piece.Length;
        }
        Position += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
