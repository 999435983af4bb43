using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>
/// A message that is a part of another one (RFC 2046 §5.2.1), read as if it had come by itself. Where it is not encoded, as it must
/// not be, its parts are read from the outer message's source; else from its decoded octets.
/// </summary>
internal sealed class NestedMessage : IAsyncDisposable
{
    /// <summary>Octets of an encoded one that are decoded and held. The rest is there to be had as a part.</summary>
    public const int MostDecoded = 16 * 1024 * 1024;

    private const int Slice = 64 * 1024;

    private readonly Stream _source;
    private readonly PartTree _tree;

    private NestedMessage(Stream source, ScannedMessage scanned, MessageContent content, bool isWhole)
    {
        _source = source;
        _tree = scanned.Parts;
        Header = scanned.Header;
        Content = content;
        IsWhole = isWhole;
    }

    public HeaderSummary Header { get; }

    public MessageContent Content { get; }

    /// <summary>False when its end was left away.</summary>
    public bool IsWhole { get; }

    public static bool Is(MessagePart part) => part.MediaType is "message/rfc822" or "message/global";

    /// <param name="source">Of the outer message; disposed with what this gives.</param>
    public static async ValueTask<NestedMessage> ReadAsync(Stream source, MessagePart part, CancellationToken cancellation)
    {
        long start = part.BodyStart, end = part.End;
        bool isWhole = true;
        if (part.Encoding != TransferEncoding.Identity)
        {
            byte[] octets = await PartOctets.ReadFirstAsync(source, part, MostDecoded + 1, cancellation).ConfigureAwait(false);
            isWhole = octets.Length <= MostDecoded;
            await source.DisposeAsync().ConfigureAwait(false);
            source = new MemoryStream(octets);
            (start, end) = (0, Math.Min(octets.Length, MostDecoded));
        }
        ScannedMessage scanned = await ScanAsync(source, start, end, cancellation).ConfigureAwait(false);
        PartOutline outline = await PartOutline.ReadAsync(source, scanned.Parts, cancellation).ConfigureAwait(false);
        MessageContent content = await new ContentReader(source, outline).ReadAsync(ListUnsubscribe.None, [], cancellation).ConfigureAwait(false);
        return new NestedMessage(source, scanned, content, isWhole);
    }

    /// <summary>One of its own parts; null when it has none with this number. One is read at a time.</summary>
    public ValueTask<OpenedPart?> OpenPartAsync(string section, CancellationToken cancellation) => MessageReader.OpenPartAsync(_source, _tree, section, keepSource: true, cancellation);

    private static async ValueTask<ScannedMessage> ScanAsync(Stream source, long start, long end, CancellationToken cancellation)
    {
        using var scanner = new MimeScanner(start);
        byte[] buffer = new byte[Slice];
        for (long next = start; next < end;)
        {
            source.Position = next;
            int count = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Slice, end - next)), cancellation).ConfigureAwait(false);
            if (count == 0) throw new EndOfStreamException("The stored source ends before one of its parts.");
            scanner.Push(buffer.AsSpan(0, count));
            next += count;
        }
        return scanner.Complete();
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
