namespace Smtpd.Network;

/// <summary>
/// Finds the end of a request head while it arrives and refuses what cannot become one as soon as it is seen, so that
/// nobody waits for the rest of it. Looks at every octet once, however the head is cut into packets.
/// </summary>
internal sealed class HttpHeadScanner
{
    private int _position;
    private int _lineStart;
    private int _lines;
    private byte _previous;

    /// <summary>Where the request line begins: one empty line before it is skipped (RFC 9112 §2.2).</summary>
    public int Start { get; private set; }

    /// <summary>Octets up to and with the empty line; 0 while it has not come.</summary>
    public int End { get; private set; }

    /// <param name="received">All octets so far, the ones of earlier calls first.</param>
    /// <returns>Null when the head is complete (<see cref="End"/> is set) or needs more.</returns>
    public HttpHeadRefusal? Advance(ReadOnlySpan<byte> received)
    {
        for (; _position < received.Length; _position++)
        {
            byte octet = received[_position];
            if (_previous == '\r' != (octet == '\n')) return HttpHeadRefusal.Characters;
            if ((octet < ' ' && octet is not ((byte)'\t' or (byte)'\r' or (byte)'\n')) || octet == 0x7F) return HttpHeadRefusal.Characters;
            _previous = octet;
            if (octet != '\n') continue;
            if (EndLine(received[_lineStart..(_position - 1)]) is { } refusal) return refusal;
            if (End > 0) return null;
        }
        if (received.Length < WebFrontLimits.HeadBytes) return null;
        return _lines == 0 ? HttpHeadRefusal.LongTarget : HttpHeadRefusal.TooLarge;
    }

    private HttpHeadRefusal? EndLine(ReadOnlySpan<byte> line)
    {
        int next = _position + 1;
        _lineStart = next;
        if (line.IsEmpty && _lines == 0)
        {
            if (Start > 0) return HttpHeadRefusal.RequestLine;
            Start = next;
            return null;
        }
        if (line.IsEmpty)
        {
            End = next;
            return null;
        }
        _lines++;
        // The request line is judged at once: an HTTP/0.9 client sends nothing after it.
        if (_lines == 1) return HttpHeadRequestLine.Parse(line, out _);
        return _lines - 1 > WebFrontLimits.HeadLines ? HttpHeadRefusal.TooLarge : null;
    }
}
