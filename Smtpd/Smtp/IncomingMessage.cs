using Smtpd.Mime;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>
/// A message while DATA is read: its body, and the scanner that follows along. When the message grows too big or the store has
/// no room, the rest is read and let go, so that the client's next command is found where it is.
/// </summary>
internal sealed class IncomingMessage(MessageBody body, long maxOctets) : IDataSink, IDisposable
{
    private MimeScanner? _scanner;
    private ScannedMessage? _content;
    private long _octets;
    private long _start;

    public MessageBody Body => body;

    /// <summary>True when more octets came than a message may have.</summary>
    public bool IsTooBig => _octets > maxOctets;

    /// <summary>Why the store cannot take it; null while it can.</summary>
    public AcceptOutcome? Refusal { get; private set; }

    private bool IsDiscarding => IsTooBig || Refusal is not null;

    /// <summary>How many octets can be read now; 0 asks for <see cref="SpillAsync"/>.</summary>
    public int MakeRoom(int wanted) => IsDiscarding ? wanted : body.MakeRoom(wanted);

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
