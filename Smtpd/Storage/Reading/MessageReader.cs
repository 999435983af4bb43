using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>
/// Reads stored messages: everything is decoded when it is asked for, from a stream over the source and by the part tree that was
/// made when the message came. Methods give null when the message, or the part, is not there.
/// </summary>
internal sealed class MessageReader(IMailStore store)
{
    /// <summary>Octets of all text bodies together that are decoded, and of all HTML bodies. The rest is there to be had as a part.</summary>
    public const int MostTextOctets = 5 * 1024 * 1024;

    /// <summary>Octets of a header that are read for showing, trace lines included.</summary>
    private const int MostHeaderOctets = 256 * 1024;

    /// <summary>Servers on a message's way that are told of. A message that has passed more of them goes round in circles (RFC 5321 §6.3).</summary>
    private const int MostHops = 100;

    /// <summary>Reads every part once, in the order of the source.</summary>
    public async ValueTask<MessageContent?> ReadAsync(MessageId id, CancellationToken cancellation)
    {
        if (await store.FindPartsAsync(id, cancellation).ConfigureAwait(false) is not { } tree) return null;
        if (await store.OpenSourceAsync(id, cancellation).ConfigureAwait(false) is not { } source) return null;
        await using (source.ConfigureAwait(false))
        {
            List<HeaderField> header = await ReadHeaderAsync(source, tree, cancellation).ConfigureAwait(false);
            ListUnsubscribe unsubscribe = ListUnsubscribeReader.Read(First(header, "List-Unsubscribe"), First(header, "List-Unsubscribe-Post"));
            PartOutline outline = await PartOutline.ReadAsync(source, tree, cancellation).ConfigureAwait(false);
            MessageContent content = await new ContentReader(source, outline).ReadAsync(unsubscribe, MimeWarningTexts.Of(tree.Warnings), cancellation).ConfigureAwait(false);
            return content with
            {
                Keywords = KeywordsReader.Read(string.Join(',', All(header, "Keywords"))),
                Trace = [.. All(header, "Received").Take(MostHops).Select(TraceReader.Read)],
            };
        }
    }

    /// <summary>The fields of the header with the trace lines in front, in order.</summary>
    public async ValueTask<IReadOnlyList<HeaderField>?> ReadHeaderAsync(MessageId id, CancellationToken cancellation)
    {
        if (await store.FindPartsAsync(id, cancellation).ConfigureAwait(false) is not { } tree) return null;
        if (await store.OpenSourceAsync(id, cancellation).ConfigureAwait(false) is not { } source) return null;
        await using (source.ConfigureAwait(false)) return await ReadHeaderAsync(source, tree, cancellation).ConfigureAwait(false);
    }

    /// <summary>A part that is not a multipart, or a file inside a part, by its number; also within nested messages.</summary>
    public async ValueTask<OpenedPart?> OpenPartAsync(MessageId id, string section, CancellationToken cancellation)
    {
        if (await store.FindPartsAsync(id, cancellation).ConfigureAwait(false) is not { } tree) return null;
        if (await store.OpenSourceAsync(id, cancellation).ConfigureAwait(false) is not { } source) return null;
        OpenedPart? opened = null;
        try
        {
            return opened = await NestedMessage.EnterAsync(source, tree, section, cancellation).ConfigureAwait(false) is var (nested, own)
                ? await nested.OpenPartAsync(own, keepSource: false, cancellation).ConfigureAwait(false)
                : await OpenPartAsync(source, tree, section, keepSource: false, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (opened is null) await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The message that is the part with this number, at whatever depth; null also when the part is none.</summary>
    public async ValueTask<NestedMessage?> ReadNestedAsync(MessageId id, string section, CancellationToken cancellation)
    {
        if (await store.FindPartsAsync(id, cancellation).ConfigureAwait(false) is not { } tree) return null;
        if (await store.OpenSourceAsync(id, cancellation).ConfigureAwait(false) is not { } source) return null;
        NestedMessage? nested = null;
        try
        {
            if (await NestedMessage.EnterAsync(source, tree, section, cancellation).ConfigureAwait(false) is var (outer, own))
                return nested = await outer.OpenNestedAsync(own, cancellation).ConfigureAwait(false);
            MessagePart? part = await FindAsync(source, tree, section, cancellation).ConfigureAwait(false);
            return nested = part is not null && NestedMessage.Is(part) ? await NestedMessage.OpenAsync(source, part, cancellation).ConfigureAwait(false) : null;
        }
        finally
        {
            if (nested is null) await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The same from a source that is open.</summary>
    /// <param name="keepSource">False to dispose it with what this gives.</param>
    public static async ValueTask<OpenedPart?> OpenPartAsync(Stream source, PartTree tree, string section, bool keepSource, CancellationToken cancellation)
    {
        bool isFile = FoundFiles.TryReadSection(section, out string container, out int number);
        MessagePart? part = await FindAsync(source, tree, isFile ? container : section, cancellation).ConfigureAwait(false);
        return part is null ? null
            : isFile ? await OpenFileAsync(source, part, number, keepSource, cancellation).ConfigureAwait(false)
            : await OpenAsync(source, part, keepSource, cancellation).ConfigureAwait(false);
    }

    /// <summary>The part with the section number that is not a multipart, or null.</summary>
    public static async ValueTask<MessagePart?> FindAsync(Stream source, PartTree tree, string section, CancellationToken cancellation) =>
        tree.Find(section) ?? (await PartOutline.ReadAsync(source, tree, cancellation).ConfigureAwait(false)).Find(section);

    private static async ValueTask<OpenedPart> OpenAsync(Stream source, MessagePart part, bool keepSource, CancellationToken cancellation)
    {
        string name = await PartNames.OfAsync(source, part, cancellation).ConfigureAwait(false);
        long size = await PartOctets.CountAsync(source, part, cancellation).ConfigureAwait(false);
        return new OpenedPart(part, name, size, new DecodedPartStream(source, part, keepSource));
    }

    private static async ValueTask<OpenedPart?> OpenFileAsync(Stream source, MessagePart container, int number, bool keepSource, CancellationToken cancellation)
    {
        if (await FoundFiles.FindAsync(source, container, number, cancellation).ConfigureAwait(false) is not { } file) return null;
        MessagePart part = FoundFiles.AsPart(file, container, number);
        return new OpenedPart(part, file.Name.Length > 0 ? file.Name : FileNames.ForNameless(part), file.Size, new FoundFileStream(new DecodedPartStream(source, container, keepSource), file));
    }

    /// <summary>The same from a source that is open; it stands anywhere afterwards.</summary>
    public static async ValueTask<List<HeaderField>> ReadHeaderAsync(Stream source, PartTree tree, CancellationToken cancellation)
    {
        var fields = new List<HeaderField>();
        if (tree.Parts.Count == 0) return fields;
        byte[] header = new byte[(int)Math.Min(tree.Parts[0].BodyStart, MostHeaderOctets)];
        source.Position = 0;
        await source.ReadExactlyAsync(header, cancellation).ConfigureAwait(false);
        Split(header, fields);
        return fields;
    }

    private static void Split(ReadOnlySpan<byte> header, List<HeaderField> fields)
    {
        while (HeaderReader.TryReadField(ref header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
            fields.Add(new HeaderField(System.Text.Encoding.ASCII.GetString(name), EncodedWords.Decode(HeaderText.Unfold(value)).Trim()));
    }

    private static IEnumerable<string> All(List<HeaderField> header, string name) =>
        header.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value);

    private static string First(List<HeaderField> header, string name) =>
        header.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value ?? "";
}
