using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>Gives sources and part trees back, those of the original's messages mended.</summary>
internal sealed class MailSources(StoreCollection mails, MailLists lists, MailFiles files)
{
    private static readonly BsonDocument _parts = StoredMail.Make("smtpd.parts");

    private static readonly BsonDocument _attachments = StoredMail.Make("id", "to", "unread", "deliveries", "attachments.id", "attachments.filename");

    /// <summary>What <see cref="Open"/> wants of a document.</summary>
    public static BsonDocument SourceProjection { get; } = StoredMail.Make("content.body", "content.headers", "source", "smtpd.file", "smtpd.size");

    public async ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation)
    {
        if (await lists.DocumentAsync(id, _parts, cancellation).ConfigureAwait(false) is not { } document) return null;
        if (PartsIn(document) is { } parts) return parts;
        return await lists.DocumentAsync(id, SourceProjection, cancellation).ConfigureAwait(false) is { } original ? Scan(original).Parts : null;
    }

    public async ValueTask<Stream?> OpenAsync(MessageId id, CancellationToken cancellation) =>
        await lists.DocumentAsync(id, SourceProjection, cancellation).ConfigureAwait(false) is { } document ? Open(document) : null;

    /// <inheritdoc cref="IAttachmentIds.FindAttachmentAsync"/>
    public async ValueTask<(MessageId Message, string Section)?> FindAttachmentAsync(MailScope scope, string attachment, CancellationToken cancellation)
    {
        if (await mails.FindOneAsync(BsonDocument.Of("attachments.id"u8, attachment), _attachments, cancellation).ConfigureAwait(false) is not { } document) return null;
        if (!scope.IsEverything && !DeliveryEntry.ReadAll(document).Exists(entry => scope.Contains(entry.Mailbox))) return null;
        MessageId id = StoredMail.IdOf(document, document["_id"u8].AsObjectId());
        if (await FindPartsAsync(id, cancellation).ConfigureAwait(false) is not { } parts) return null;
        List<MessagePart> files = [.. parts.Parts.Where(part => part.Kind == PartKind.Attachment)];
        int place = 0, count = 0;
        string name = "";
        foreach (BsonElement element in document["attachments"u8].AsDocument())
        {
            if (element.AsDocument()["id"u8].AsString() == attachment) (place, name) = (count, element.AsDocument()["filename"u8].AsString() ?? "");
            count++;
        }
        // The original saw attachments where we see none, and the other way round; then only a name tells which is which.
        MessagePart? found = files.Count == count ? files[place] : files.Find(part => part.FileName == name);
        return found is null ? null : (id, found.Section);
    }

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

    /// <summary>What is in a message of the original, whose document was read with <c>content</c>'s body and headers.</summary>
    public static ScannedMessage Scan(BsonDocument original)
    {
        using var scanner = new MimeScanner();
        scanner.Push(OriginalSource.Read(original["content"u8].AsDocument()));
        return scanner.Complete();
    }
}
