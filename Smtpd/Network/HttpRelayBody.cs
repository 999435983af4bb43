using System.Buffers.Text;

namespace Smtpd.Network;

/// <summary>
/// A request's body on its way through the front. Chunks are read here, once and strictly, and made anew for the server behind, so
/// that there are no two ways to read them.
/// </summary>
internal sealed class HttpRelayBody(HttpHead head)
{
    /// <summary>Octets that must be free before what was received, and behind it.</summary>
    public const int Frame = 16;

    private readonly HttpChunkReader? _chunks = head.IsChunked ? new HttpChunkReader() : null;
    private long _left = head.ContentLength;

    public bool IsAtEnd => _chunks is null ? _left == 0 : _chunks.IsAtEnd;

    public bool IsMalformed { get; private set; }

    /// <summary>What of the received octets goes on to the server.</summary>
    /// <param name="buffer">The octets at <see cref="Frame"/>, with as much room behind them; they are changed.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="beyond">How many of them lie behind the end of the body.</param>
    public ReadOnlyMemory<byte> Take(byte[] buffer, int count, out int beyond)
    {
        if (_chunks is null)
        {
            int part = (int)Math.Min(_left, count);
            _left -= part;
            beyond = count - part;
            return buffer.AsMemory(Frame, part);
        }
        bool wasAtEnd = _chunks.IsAtEnd;
        int data = _chunks.Read(buffer.AsSpan(Frame, count), out int consumed);
        beyond = count - consumed;
        IsMalformed |= data < 0;
        return IsMalformed ? default : Enclose(buffer, data, _chunks.IsAtEnd && !wasAtEnd);
    }

    /// <summary>Makes one chunk of the data, and with the end the last one behind it.</summary>
    private static ReadOnlyMemory<byte> Enclose(byte[] buffer, int data, bool isLast)
    {
        int start = Frame, end = Frame + data;
        if (data > 0)
        {
            Span<byte> size = stackalloc byte[Frame];
            Utf8Formatter.TryFormat(data, size, out int digits, 'X');
            "\r\n"u8.CopyTo(size[digits..]);
            start = Frame - digits - 2;
            size[..(digits + 2)].CopyTo(buffer.AsSpan(start));
            "\r\n"u8.CopyTo(buffer.AsSpan(end));
            end += 2;
        }
        if (isLast)
        {
            "0\r\n\r\n"u8.CopyTo(buffer.AsSpan(end));
            end += 5;
        }
        return buffer.AsMemory(start, end - start);
    }
}
