using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>Gives sources and part trees back, those of the original's messages mended.</summary>
internal sealed class MailSources(MailLists lists, MailFiles files)
{
    private static readonly BsonDocument _parts = StoredMail.Make("smtpd.parts");

    /// <summary>What <see cref="Open"/> wants of a document.</summary>
    public static BsonDocument SourceProjection { get; } = StoredMail.Make("content.body", "content.headers", "source", "smtpd.file", "smtpd.size");

    public async ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation)
    {
        if (await lists.DocumentAsync(id, _parts, cancellation).ConfigureAwait(false) is not { } document) return null;
        if (PartsIn(document) is { } parts) return parts;
        return await lists.DocumentAsync(id, SourceProjection, cancellation).ConfigureAwait(false) is { } original ? Scan(OriginalSource.Read(original["content"u8].AsDocument())) : null;
    }

    public async ValueTask<Stream?> OpenAsync(MessageId id, CancellationToken cancellation) =>
        await lists.DocumentAsync(id, SourceProjection, cancellation).ConfigureAwait(false) is { } document ? Open(document) : null;

    /// <summary>The source of a document that was read with <see cref="SourceProjection"/>.</summary>
    public Stream Open(BsonDocument document)
    {
        BsonDocument own = document["smtpd"u8].AsDocument(), content = document["content"u8].AsDocument();
        if (own.IsEmpty) return new MemoryStream(OriginalSource.Read(content), writable: false);
        if (own["file"u8].TryObjectId(out MessageId file)) return new MailFileStream(files, file, own["size"u8].AsInt64());
        ReadOnlyMemory<byte> source = document.Has("source"u8) ? document["source"u8].AsBinary() : content["body"u8].AsUtf8Memory();
        return System.Runtime.InteropServices.MemoryMarshal.TryGetArray(source, out ArraySegment<byte> octets) && octets.Array is not null
            ? new MemoryStream(octets.Array, octets.Offset, octets.Count, writable: false)
            : new MemoryStream([], writable: false);
    }

    /// <summary>The part tree of a document that was read with <c>smtpd.parts</c>; null where it has none.</summary>
    public static PartTree? PartsIn(BsonDocument document)
    {
        BsonElement stored = document["smtpd"u8].AsDocument()["parts"u8];
        if (!stored.Exists) return null;
        try
        {
            return PartTreeFormat.Read(stored.AsBinary().Span);
        }
        catch (InvalidDataException failure)
        {
            throw new StoreException($"mongodb: the parts of message {document["_id"u8].AsObjectId()}: {failure.Message}", cause: failure);
        }
    }

    public static PartTree Scan(byte[] source)
    {
        using var scanner = new MimeScanner();
        scanner.Push(source);
        return scanner.Complete().Parts;
    }
}
