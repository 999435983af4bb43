using System.Buffers;
using Smtpd.Mail;

namespace Smtpd.Mime;

/// <summary>
/// Reads a message while it arrives. It is pushed the octets of the source in pieces of any size, and at the end has the
/// header ready. Holds at most <see cref="HeaderOctets"/>, whatever comes.
/// </summary>
internal struct MimeScanner : IDisposable
{
    /// <summary>What is kept of a header. Mail with more is stored whole; its later fields are not shown in lists.</summary>
    public const int HeaderOctets = 64 * 1024;

    private const int FirstOctets = 2 * 1024;

    private byte[]? _header;
    private int _length;
    private bool _ended;

    /// <summary>Takes the next octets of the source, after dot-unstuffing.</summary>
    public void Push(ReadOnlySpan<byte> octets)
    {
        if (_ended) return;
        int before = _length;
        int count = Math.Min(octets.Length, HeaderOctets - _length);
        if (_header is null || _header.Length - _length < count) Grow(_length + count);
        octets[..count].CopyTo(_header.AsSpan(_length));
        _length += count;
        // The line end before the empty line, or half of the empty line itself, may stand in the piece before.
        int from = Math.Max(0, before - 2);
        int end = HeaderReader.FindEnd(_header.AsSpan(from, _length - from), atLineStart: from == 0);
        if (end >= 0) _length = from + end;
        _ended = end >= 0 || _length == HeaderOctets;
    }

    private void Grow(int octets)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(octets, FirstOctets));
        _header.AsSpan(0, _length).CopyTo(larger);
        if (_header is not null) ArrayPool<byte>.Shared.Return(_header);
        _header = larger;
    }

    /// <summary>The header of what was pushed, decoded.</summary>
    public readonly HeaderSummary Summarize() => HeaderReader.Summarize(_header.AsSpan(0, _length));

    public void Dispose()
    {
        if (_header is not null) ArrayPool<byte>.Shared.Return(_header);
        _header = null;
        _length = 0;
        _ended = true;
    }
}
