namespace Smtpd.Storage.Sqlite;

/// <summary>A message's source, read piece by piece in queries of their own, so that a slow reader never holds a snapshot of the store.</summary>
/// <param name="read">Gives the piece of a source, or null when it is gone.</param>
internal sealed class SqliteSourceStream(Func<long, int, CancellationToken, ValueTask<byte[]?>> read, long source, long size) : Stream
{
    private byte[] _piece = [];
    private int _next;
    private int _inPiece;
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_inPiece == _piece.Length)
        {
            if (_position >= size) return 0;
            _piece = await read(source, _next++, cancellationToken).ConfigureAwait(false)
                ?? throw new IOException("The message was deleted while it was read.");
            _inPiece = 0;
        }
        int count = Math.Min(buffer.Length, _piece.Length - _inPiece);
        _piece.AsMemory(_inPiece, count).CopyTo(buffer);
        _inPiece += count;
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Sources are read asynchronously.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
