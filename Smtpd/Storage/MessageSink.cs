using Smtpd.Mime;

namespace Smtpd.Storage;

/// <summary>
/// A message that the program writes itself, on its way to the <see cref="Intake"/>: its body, and the scanner that follows along.
/// When it grows too big the rest is let go.
/// </summary>
/// <param name="body">What is in it already are the trace lines.</param>
internal sealed class MessageSink(MessageBody body, long maxOctets) : IDisposable
{
    private readonly MimeScanner _scanner = new(body.Length);
    private long _octets;
    private ScannedMessage? _content;

    public MessageBody Body => body;

    /// <summary>Where the message begins in the body.</summary>
    public long Start { get; } = body.Length;

    /// <summary>True when more octets came than a message may have.</summary>
    public bool IsTooBig => _octets > maxOctets;

    /// <summary>What the scanner found, once the last octet was written.</summary>
    public ScannedMessage Content => _content ??= _scanner.Complete();

    /// <exception cref="StoreException">No room, or a file cannot be written.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets)
    {
        _octets += octets.Length;
        while (!IsTooBig && !octets.IsEmpty)
        {
            int room = body.MakeRoom(octets.Length);
            if (room == 0)
            {
                await body.SpillAsync().ConfigureAwait(false);
                continue;
            }
            body.Append(octets.Span[..room]);
            _scanner.Push(octets.Span[..room]);
            octets = octets[room..];
        }
    }

    public void Dispose()
    {
        _scanner.Dispose();
        body.Dispose();
    }
}
