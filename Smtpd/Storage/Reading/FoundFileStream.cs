using System.Buffers;
using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>The octets of a file that lies inside a part, made while they are read. Holds two buffers, however large the file is.</summary>
/// <param name="container">The decoded octets of the part from their beginning; disposed with this.</param>
internal sealed class FoundFileStream(Stream container, FoundFile file) : ForwardStream
{
    private const int InputOctets = 16 * 1024;

    private byte[] _input = ArrayPool<byte>.Shared.Rent(InputOctets);
    private byte[] _output = [];
    private TransferDecoder? _decoder;
    private long _position;
    private int _piece;
    private int _given;
    private int _ready;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_given == _ready)
        {
            if (_piece == file.Pieces.Count) return 0;
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
        int count = Math.Min(buffer.Length, _ready - _given);
        _output.AsMemory(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        (long start, long end) = file.Pieces[_piece];
        _given = _ready = 0;
        if (_decoder is null)
        {
            _decoder = TransferDecoder.For(file.Encoding);
            if (_output.Length == 0) _output = ArrayPool<byte>.Shared.Rent((InputOctets * _decoder.Growth) + (2 * TransferDecoder.Slack));
        }
        if (_position < end)
        {
            // What lies before the piece is read and let go.
            long wanted = (_position < start ? start : end) - _position;
            int count = await container.ReadAsync(_input.AsMemory(0, (int)Math.Min(InputOctets, wanted)), cancellation).ConfigureAwait(false);
            if (count == 0) throw new EndOfStreamException("A part ends before a file inside it.");
            if (_position >= start) _ready = _decoder.Decode(_input.AsSpan(0, count), _output);
            _position += count;
        }
        if (_position < end) return;
        _ready += _decoder.Finish(_output.AsSpan(_ready));
        _decoder = null;
        _piece++;
    }

    protected override async ValueTask CloseAsync()
    {
        ArrayPool<byte>.Shared.Return(_input);
        if (_output.Length > 0) ArrayPool<byte>.Shared.Return(_output);
        _input = _output = [];
        await container.DisposeAsync().ConfigureAwait(false);
    }
}
