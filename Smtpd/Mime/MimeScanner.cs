using Smtpd.Mail;

namespace Smtpd.Mime;

/// <summary>
/// Reads a message while it arrives. It is pushed the octets of the source in pieces of any size, and at the end has the
/// header, the part tree and the beginning of the text ready. One pass; it holds one header, one line that may be a boundary
/// and a sample of text, whatever comes. Lines end at LF: mail with a CRLF and mail with a bare LF are read alike.
/// </summary>
internal sealed class MimeScanner : IDisposable
{
    /// <summary>What is kept of a message's header. Mail with more is stored whole; its later fields are not read.</summary>
    public const int HeaderOctets = 64 * 1024;

    /// <summary>What is kept of a part's header, which holds little more than a type and a file name.</summary>
    public const int PartHeaderOctets = 16 * 1024;

    /// <summary>A boundary has at most 70 characters (RFC 2046 §5.1.1), but some senders do not count.</summary>
    private const int LongestBoundaryLine = 8 * 1024;

    private const byte Return = (byte)'\r';
    private const byte Feed = (byte)'\n';

    private readonly PartTreeBuilder _parts;

    /// <summary>The beginning of a header that came in pieces.</summary>
    private OctetBuffer _header = new(HeaderOctets);

    /// <summary>The beginning of a line that may be a boundary and whose end has not come yet.</summary>
    private OctetBuffer _line = new(LongestBoundaryLine);

    private readonly TextSample _sample = new();
    private HeaderSummary _summary = HeaderSummary.Empty;
    private long _position;
    private long _lineStart;

    /// <summary>Where the line end before the present line begins.</summary>
    private long _lineBreak;

    /// <summary>The octet before the present position.</summary>
    private byte _last;

    private bool _inMessageHeader = true;
    private bool _inPartHeader;
    private bool _isMidLine;
    private bool _isCandidate;

    /// <param name="origin">
    /// Where in the stored source the first octet will lie: the length of the trace lines in front of it. All offsets of the
    /// tree count from the beginning of the stored source.
    /// </param>
    public MimeScanner(long origin = 0)
    {
        _position = _lineStart = _lineBreak = origin;
        _parts = new PartTreeBuilder(origin);
    }

    /// <summary>Takes the next octets of the source, after dot-unstuffing.</summary>
    public void Push(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            // Only a line that begins with a hyphen can be a boundary.
            if (!_isMidLine && octets[0] == '-' && _parts.HasOpen) _isCandidate = true;
            int count = _isCandidate ? TakeCandidate(octets)
                : _inMessageHeader || _inPartHeader ? TakeHeader(octets)
                : TakeBody(octets);
            if (count == 0) continue;
            _last = octets[count - 1];
            _position += count;
            octets = octets[count..];
        }
    }

    /// <summary>What was found in all that was pushed. Nothing is pushed afterwards.</summary>
    public ScannedMessage Complete()
    {
        if (_isCandidate) EndCandidate(_line.Span, _position);
        if (_inMessageHeader || _inPartHeader) EndHeader([], _position);
        return new ScannedMessage(_summary, _parts.Build(_position), _sample.Snippet());
    }

    /// <summary>Takes lines up to the end of the header, to one that may be a boundary, or to the last octet.</summary>
    private int TakeHeader(ReadOnlySpan<byte> octets)
    {
        int count = 0;
        while (count < octets.Length)
        {
            if (count > 0 && octets[count] == '-' && _parts.HasOpen) break;
            int feed = octets[count..].IndexOf(Feed);
            if (feed < 0)
            {
                _isMidLine = true;
                count = octets.Length;
                break;
            }
            feed += count;
            long start = _lineStart, length = _position + feed - start;
            EndLine(octets, feed);
            if (length == 0 || (length == 1 && Before(octets, feed) == Return))
            {
                EndHeader(octets[..(int)Math.Max(0, start - _position)], _lineStart);
                return feed + 1;
            }
            count = feed + 1;
        }
        Keep(octets[..count]);
        return count;
    }

    private int TakeBody(ReadOnlySpan<byte> octets)
    {
        int count = octets.Length;
        if (_parts.HasOpen)
        {
            int found = octets.IndexOf("\n--"u8);
            if (found >= 0) count = found + 1;
            else if (octets.EndsWith("\n-"u8)) count--;
            if (octets[count - 1] == Feed) EndLine(octets, count - 1);
            else _isMidLine = true;
        }
        _sample.Append(octets[..count]);
        return count;
    }

    /// <summary>Takes the rest of a line that may be a boundary, or as much of it as has come; 0 when it turns out to be none.</summary>
    private int TakeCandidate(ReadOnlySpan<byte> octets)
    {
        int feed = octets.IndexOf(Feed);
        int count = feed < 0 ? octets.Length : feed + 1;
        if (_line.Length + count > LongestBoundaryLine)
        {
            GiveUpCandidate();
            return 0;
        }
        ReadOnlySpan<byte> line = octets[..count];
        if (feed < 0 || _line.Length > 0)
        {
            _line.Append(line);
            line = _line.Span;
        }
        if (feed < 0) return count;
        long start = _lineStart, end = _lineBreak;
        EndLine(octets, feed);
        EndCandidate(line, _lineStart, start, end);
        return count;
    }

    private void GiveUpCandidate()
    {
        Keep(_line.Span);
        _line.Clear();
        _isCandidate = false;
        _isMidLine = true;
    }

    private void EndCandidate(ReadOnlySpan<byte> line, long next) => EndCandidate(line, next, _lineStart, _lineBreak);

    private void EndCandidate(ReadOnlySpan<byte> line, long next, long start, long lineBreak)
    {
        _isCandidate = false;
        if (_parts.IsBoundary(line, out int index, out bool isFinal))
        {
            // A header that is not ended by an empty line ends here.
            if (_inPartHeader) EndHeader([], start);
            _sample.End();
            _inPartHeader = _parts.Pass(index, isFinal, lineBreak, next);
        }
        else Keep(line);
        _line.Clear();
    }

    /// <param name="last">What belongs to the header and is not in the buffer; the whole header, if it came in one piece.</param>
    private void EndHeader(ReadOnlySpan<byte> last, long bodyStart)
    {
        bool isWhole = _header.Length == 0 && last.Length <= HeaderLimit;
        if (!isWhole) Keep(last);
        ReadOnlySpan<byte> header = isWhole ? last : _header.Span;
        var content = new ContentValues();
        if (_inMessageHeader) _summary = HeaderReader.Summarize(header, ref content);
        else content = ContentValues.Find(header);
        _inMessageHeader = _inPartHeader = false;
        MessagePart part = _parts.Add(content, bodyStart);
        _header.Clear();
        _sample.Begin(part);
    }

    private int HeaderLimit => _inMessageHeader ? HeaderOctets : PartHeaderOctets;

    private void Keep(ReadOnlySpan<byte> octets)
    {
        if (!_inMessageHeader && !_inPartHeader)
        {
            _sample.Append(octets);
            return;
        }
        int room = HeaderLimit - _header.Length;
        if (octets.Length > room)
        {
            _parts.Warnings |= _inMessageHeader ? MimeWarnings.LongHeader : MimeWarnings.LongPartHeader;
            octets = octets[..room];
        }
        _header.Append(octets);
    }

    private void EndLine(ReadOnlySpan<byte> octets, int feed)
    {
        _lineBreak = _position + feed - (Before(octets, feed) == Return ? 1 : 0);
        _lineStart = _position + feed + 1;
        _isMidLine = false;
    }

    private byte Before(ReadOnlySpan<byte> octets, int index) => index > 0 ? octets[index - 1] : _last;

    public void Dispose()
    {
        _header.Dispose();
        _line.Dispose();
        _sample.Dispose();
    }
}
