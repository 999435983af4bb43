using System.Buffers;
using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>The decoded octets of a part, made while they are read. Holds two buffers, however large the part is.</summary>
/// <param name="source">The stored source; stands anywhere, and is disposed with this unless it is kept.</param>
internal sealed class DecodedPartStream(Stream source, MessagePart part, bool keepSource = false) : ForwardStream
{
    private const int InputOctets = 64 * 1024;

    private readonly TransferDecoder _decoder = TransferDecoder.For(part.Encoding);
    private byte[] _input = ArrayPool<byte>.Shared.Rent(InputOctets);
    private byte[] _output = ArrayPool<byte>.Shared.Rent(InputOctets + (2 * TransferDecoder.Slack));
    private long _next = part.BodyStart;
    private int _given;
    private int _ready;
    private bool _isEnded;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_given == _ready)
        {
            if (_isEnded) return 0;
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
        int count = Math.Min(buffer.Length, _ready - _given);
        _output.AsMemory(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        _given = _ready = 0;
        int wanted = (int)Math.Min(InputOctets, part.End - _next);
        int count = 0;
        if (wanted > 0)
        {
            // Other parts may be read from the same source in between.
            source.Position = _next;
            count = await source.ReadAsync(_input.AsMemory(0, wanted), cancellation).ConfigureAwait(false);
            if (count == 0) throw new EndOfStreamException("The stored source ends before one of its parts.");
            _next += count;
            _ready = _decoder.Decode(_input.AsSpan(0, count), _output);
        }
        if (_next < part.End) return;
        _ready += _decoder.Finish(_output.AsSpan(_ready));
        _isEnded = true;
    }

    protected override async ValueTask CloseAsync()
    {
        ArrayPool<byte>.Shared.Return(_input);
        ArrayPool<byte>.Shared.Return(_output);
        _input = _output = [];
        if (!keepSource) await source.DisposeAsync().ConfigureAwait(false);
    }
}
