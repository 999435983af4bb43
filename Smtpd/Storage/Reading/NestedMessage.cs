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

    private NestedMessage(Stream source, ScannedMessage scanned, bool isWhole)
    {
        _source = source;
        _tree = scanned.Parts;
        Header = scanned.Header;
        IsWhole = isWhole;
    }

    public HeaderSummary Header { get; }

    /// <summary>False when its end was left away.</summary>
    public bool IsWhole { get; }

    public static bool Is(MessagePart part) => part.MediaType is "message/rfc822" or "message/global";

    /// <summary>
    /// Goes into nested messages as far as a number leads. Theirs are counted on as in IMAP (RFC 3501 §6.4.5): part 2 of the message
    /// that is part 3 is <c>3.2</c>, whose only part is <c>3.1</c>; of itself it has none, so no two parts have one number.
    /// </summary>
    /// <param name="source">Of the outermost message; disposed with what this gives. Where it is null, it stays the caller's.</param>
    /// <returns>The innermost message and the number within it; null when the number is one of the outermost message's own.</returns>
    public static async ValueTask<(NestedMessage Message, string Section)?> EnterAsync(Stream source, PartTree tree, string section, CancellationToken cancellation)
    {
        NestedMessage? inner = null;
        for (int depth = 0; depth < PartTreeBuilder.MostDepth && await HolderAsync(source, tree, section, cancellation).ConfigureAwait(false) is { } holder; depth++)
        {
            inner = await OpenAsync(source, holder, cancellation).ConfigureAwait(false);
            (source, tree, section) = (inner._source, inner._tree, section[(holder.Section.Length + 1)..]);
        }
        return inner is null ? null : (inner, section);
    }

    /// <summary>The message in whose parts the number is to be looked for; null when it is not within one.</summary>
    private static async ValueTask<MessagePart?> HolderAsync(Stream source, PartTree tree, string section, CancellationToken cancellation)
    {
        if (tree.Find(section) is not null || !section.Contains('.', StringComparison.Ordinal)) return null;
        return tree.Parts.FirstOrDefault(Holds)
            ?? (await PartOutline.ReadAsync(source, tree, cancellation).ConfigureAwait(false)).Parts.Select(one => one.Part).FirstOrDefault(Holds);

        bool Holds(MessagePart part) => Is(part) && section.Length > part.Section.Length && section[part.Section.Length] == '.' && section.StartsWith(part.Section, StringComparison.Ordinal);
    }

    /// <param name="source">Of the message in which the part is; disposed with what this gives.</param>
    public static async ValueTask<NestedMessage> OpenAsync(Stream source, MessagePart part, CancellationToken cancellation)
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
        return new NestedMessage(source, await ScanAsync(source, start, end, cancellation).ConfigureAwait(false), isWhole);
    }

    /// <summary>Reads every part once.</summary>
    public async ValueTask<MessageContent> ReadAsync(CancellationToken cancellation)
    {
        PartOutline outline = await PartOutline.ReadAsync(_source, _tree, cancellation).ConfigureAwait(false);
        return await new ContentReader(_source, outline).ReadAsync(ListUnsubscribe.None, [], cancellation).ConfigureAwait(false);
    }

    /// <summary>The part of its own that is itself a message; null when there is none with this number. This one is used no more then.</summary>
    public async ValueTask<NestedMessage?> OpenNestedAsync(string section, CancellationToken cancellation) =>
        await MessageReader.FindAsync(_source, _tree, section, cancellation).ConfigureAwait(false) is { } part && Is(part) ? await OpenAsync(_source, part, cancellation).ConfigureAwait(false) : null;

    /// <summary>One of its own parts; null when it has none with this number. One is read at a time.</summary>
    /// <param name="keepSource">False to dispose it with what this gives.</param>
    public ValueTask<OpenedPart?> OpenPartAsync(string section, bool keepSource, CancellationToken cancellation) =>
        MessageReader.OpenPartAsync(_source, _tree, section, keepSource, cancellation);

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
