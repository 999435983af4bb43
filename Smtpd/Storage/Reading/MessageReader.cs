using System.Buffers;
using System.Security.Cryptography;
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

    private const int Slice = 64 * 1024;

    /// <summary>Reads every part once, in the order of the source.</summary>
    public async ValueTask<MessageContent?> ReadAsync(MessageId id, CancellationToken cancellation)
    {
        if (await store.FindPartsAsync(id, cancellation).ConfigureAwait(false) is not { } tree) return null;
        if (await store.OpenSourceAsync(id, cancellation).ConfigureAwait(false) is not { } source) return null;
        await using (source.ConfigureAwait(false))
        {
            var text = new BodyCollector("text/plain");
            var html = new BodyCollector("text/html");
            List<AttachedPart> inline = [], attachments = [];
            foreach (MessagePart part in tree.Parts)
            {
                if (part.Kind == PartKind.Body) await (part.IsHtml ? html : text).AddAsync(source, part, cancellation).ConfigureAwait(false);
                else if (part.Kind == PartKind.Inline) inline.Add(await MeasureAsync(source, part, cancellation).ConfigureAwait(false));
                else if (part.Kind == PartKind.Attachment) attachments.Add(await MeasureAsync(source, part, cancellation).ConfigureAwait(false));
            }
            List<HeaderField> header = await ReadHeaderAsync(source, tree, cancellation).ConfigureAwait(false);
            ListUnsubscribe unsubscribe = ListUnsubscribeReader.Read(First(header, "List-Unsubscribe"), First(header, "List-Unsubscribe-Post"));
            return new MessageContent(text.ToString(), html.ToString(), inline, attachments, unsubscribe,
                [.. MimeWarningTexts.Of(tree.Warnings), .. text.Warnings, .. html.Warnings]);
        }
    }

    /// <summary>The fields of the header with the trace lines in front, in order.</summary>
    public async ValueTask<IReadOnlyList<HeaderField>?> ReadHeaderAsync(MessageId id, CancellationToken cancellation)
    {
        if (await store.FindPartsAsync(id, cancellation).ConfigureAwait(false) is not { } tree) return null;
        if (await store.OpenSourceAsync(id, cancellation).ConfigureAwait(false) is not { } source) return null;
        await using (source.ConfigureAwait(false)) return await ReadHeaderAsync(source, tree, cancellation).ConfigureAwait(false);
    }

    /// <summary>A part that is not a multipart, by its section number.</summary>
    public async ValueTask<OpenedPart?> OpenPartAsync(MessageId id, string section, CancellationToken cancellation)
    {
        if (await store.FindPartsAsync(id, cancellation).ConfigureAwait(false) is not { } tree || tree.Find(section) is not { } part) return null;
        if (await store.OpenSourceAsync(id, cancellation).ConfigureAwait(false) is not { } source) return null;
        try
        {
            long size = part.Encoding == TransferEncoding.Identity ? part.End - part.BodyStart : await CountAsync(source, part, cancellation).ConfigureAwait(false);
            return new OpenedPart(part, size, new DecodedPartStream(source, part));
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async ValueTask<long> CountAsync(Stream source, MessagePart part, CancellationToken cancellation)
    {
        long size = 0;
        await ForEachSliceAsync(source, part, octets =>
        {
            size += octets.Length;
            return true;
        }, cancellation).ConfigureAwait(false);
        return size;
    }

    private static async ValueTask<AttachedPart> MeasureAsync(Stream source, MessagePart part, CancellationToken cancellation)
    {
        long size = 0;
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await ForEachSliceAsync(source, part, octets =>
        {
            size += octets.Length;
            md5.AppendData(octets.Span);
            sha1.AppendData(octets.Span);
            sha256.AppendData(octets.Span);
            return true;
        }, cancellation).ConfigureAwait(false);
        return new AttachedPart(part, size, Digits(md5), Digits(sha1), Digits(sha256));
    }

    private static string Digits(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>Gives the decoded octets slice by slice, until the part ends or nobody wants more.</summary>
    internal static async ValueTask ForEachSliceAsync(Stream source, MessagePart part, Func<ReadOnlyMemory<byte>, bool> take, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Slice);
        try
        {
            await using var decoded = new DecodedPartStream(source, part, keepSource: true);
            int count;
            while ((count = await decoded.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
                if (!take(buffer.AsMemory(0, count))) break;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<List<HeaderField>> ReadHeaderAsync(Stream source, PartTree tree, CancellationToken cancellation)
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

    private static string First(List<HeaderField> header, string name) =>
        header.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value ?? "";
}
