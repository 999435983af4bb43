using Smtpd.Mime;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>
/// A message while it is read, behind DATA or in the chunks of BDAT: its body, the scanner that follows along, and where its end
/// is. When the message grows too big or the store has no room, the rest is read and let go, so that the client's next command
/// is found where it is.
/// </summary>
/// <param name="isBinary">True when lines mean nothing in it (RFC 3030 §3).</param>
internal sealed class IncomingMessage(MessageBody body, long maxOctets, bool isBinary) : IDataSink, IDisposable
{
    private MimeScanner? _scanner;
    private DataReader _reader;
    private LineEndWatch _watch;
    private bool _isChunked;
    private long _chunk;
    private ScannedMessage? _content;
    private long _octets;
    private long _start;

    public MessageBody Body => body;

    /// <summary>Octets of the client's so far; those that were let go are counted too.</summary>
    public long Octets => _octets;

    /// <summary>True when more octets came than a message may have.</summary>
    public bool IsTooBig => _octets > maxOctets;

    /// <summary>Why the store cannot take it; null while it can.</summary>
    public AcceptOutcome? Refusal { get; private set; }

    /// <summary>True when a CR or LF was seen that is not part of a CRLF.</summary>
    public bool HasBareLineEnd => _isChunked ? _watch.HasBareLineEnd : _reader.HasBareLineEnd;

    /// <summary>True when all octets are read that belong to DATA, or to the chunk that was begun last.</summary>
    public bool IsAtEnd => _isChunked ? _chunk == 0 : _reader.IsComplete;

    private bool IsDiscarding => IsTooBig || Refusal is not null;

    /// <summary>The next octets are a chunk of so many (RFC 3030 §2).</summary>
    public void BeginChunk(long octets)
    {
        _isChunked = true;
        _chunk = octets;
    }

    /// <summary>How many octets can be read now; 0 asks for <see cref="SpillAsync"/>.</summary>
    public int MakeRoom(int wanted)
    {
        wanted += DataReader.HeldBack;
        return Math.Max(0, (IsDiscarding ? wanted : body.MakeRoom(wanted)) - DataReader.HeldBack);
    }

    /// <summary>Reads on; returns how many octets of the input belong to the message.</summary>
    public int Read(ReadOnlySpan<byte> input)
    {
        if (!_isChunked) return _reader.Read(input, this);
        if (input.Length > _chunk) input = input[..(int)_chunk];
        _chunk -= input.Length;
        if (!isBinary) _watch.Read(input);
        Write(input);
        return input.Length;
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        _octets += octets.Length;
        if (IsDiscarding) return;
        // What is in the body already are the trace lines; the scanner counts from there.
        if (_scanner is null)
        {
            _start = body.Length;
            _scanner = new MimeScanner(_start);
        }
        body.Append(octets);
        _scanner.Push(octets);
    }

    /// <summary>Moves what is in memory to a file; a failure is remembered as the <see cref="Refusal"/>.</summary>
    public async ValueTask SpillAsync()
    {
        try
        {
            await body.SpillAsync().ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            Refusal = failure.IsFull ? AcceptOutcome.Full : AcceptOutcome.Failed;
        }
    }

    /// <summary>What the scanner found, once the last octet has come.</summary>
    public ScannedMessage Content => _content ??= _scanner?.Complete() ?? ScannedMessage.Empty;

    /// <summary>Where the message begins in the body, behind the trace lines.</summary>
    public long Start => _scanner is null ? body.Length : _start;

    public void Dispose()
    {
        _scanner?.Dispose();
        body.Dispose();
    }
}
