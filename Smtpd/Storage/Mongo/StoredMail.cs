using System.Text;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// A message as a document says it is, without its bodies. Documents of the original have no <c>smtpd</c>: what is missing is read from
/// <c>content.headers</c>, and <c>_id</c>, by which they are sorted, is another than the id under which they are known.
/// </summary>
internal sealed class StoredMail
{
    /// <summary>What <see cref="Read"/> wants of a document: no body.</summary>
    public static BsonDocument Projection { get; } = Make(
        "id", "subject", "from", "to", "created", "ip", "starred", "unread", "attachments.id", "deliveries", "content.size",
        "content.headers.From", "content.headers.To", "content.headers.Cc", "content.headers.Bcc", "content.headers.Reply-To", "content.headers.Date", "content.headers.Message-Id",
        "smtpd.size", "smtpd.messageid", "smtpd.date", "smtpd.zone", "smtpd.from", "smtpd.to", "smtpd.cc", "smtpd.bcc", "smtpd.replyto",
        "smtpd.helo", "smtpd.tls", "smtpd.user", "smtpd.notifications", "smtpd.snippet", "smtpd.attachments", "smtpd.file", "snippet");

    /// <summary>What marks, tags and deletions want.</summary>
    public static BsonDocument EntriesProjection { get; } = Make("id", "to", "starred", "unread", "deliveries", "smtpd.file");

    private StoredMail(MessageId key, MessageSummary summary, IReadOnlyList<DeliveryEntry> entries)
    {
        Key = key;
        Summary = summary;
        Entries = entries;
    }

    /// <summary>The document's <c>_id</c>.</summary>
    public MessageId Key { get; }

    /// <summary>As everybody together sees it.</summary>
    public MessageSummary Summary { get; }

    public IReadOnlyList<DeliveryEntry> Entries { get; }

    /// <summary>True when it was written by this program.</summary>
    public bool IsOwn { get; private init; }

    /// <summary>Where its source is, when it was too big for the document.</summary>
    public MessageId? File { get; private init; }

    public static BsonDocument Make(params ReadOnlySpan<string> fields)
    {
        using var bson = new BsonWriter();
        bson.BeginDocument();
        foreach (string field in fields) bson.Int32(Encoding.UTF8.GetBytes(field), 1);
        return bson.End().ToDocument();
    }

    /// <summary>Null for a document that is no message: its <c>_id</c> is no ObjectId.</summary>
    public static StoredMail? Read(BsonDocument document)
    {
        if (!document["_id"u8].TryObjectId(out MessageId key)) return null;
        BsonDocument own = document["smtpd"u8].AsDocument();
        bool isOwn = !own.IsEmpty;
        List<DeliveryEntry> entries = DeliveryEntry.ReadAll(document);
        HeaderSummary header = isOwn ? OwnHeader(own, document["subject"u8].AsString() ?? "") : OriginalHeader(document);
        long size = isOwn ? own["size"u8].AsInt64() : document["content"u8].AsDocument()["size"u8].AsInt64();
        var summary = new MessageSummary(IdOf(document, key), document["created"u8].AsDateTime(), size,
            Read: entries.TrueForAll(entry => entry.Read), Starred: entries.Exists(entry => entry.Starred), header, ReadEnvelope(document, own),
            (isOwn ? own : document)["snippet"u8].AsString() ?? "", isOwn ? own["attachments"u8].AsInt32() : document["attachments"u8].AsDocument().Count)
        {
            Tags = TagNames.InOrder(entries.SelectMany(entry => entry.Tags)),
        };
        return new StoredMail(key, summary, entries) { IsOwn = isOwn, File = own["file"u8].TryObjectId(out MessageId file) ? file : null };
    }

    /// <summary>The id under which a message is known: that of the field <c>id</c>.</summary>
    public static MessageId IdOf(BsonDocument document, MessageId key) => MessageId.TryParse(document["id"u8].AsString(), out MessageId id) ? id : key;

    /// <summary>The message with marks and tags as the scope's entries have them; null when it has none there.</summary>
    public MessageSummary? SummaryIn(MailScope scope)
    {
        if (scope.IsEverything) return Summary;
        List<DeliveryEntry> mine = [.. Entries.Where(entry => scope.Contains(entry.Mailbox))];
        return mine.Count == 0 ? null : Summary with
        {
            Read = mine.TrueForAll(entry => entry.Read),
            Starred = mine.Exists(entry => entry.Starred),
            Tags = TagNames.InOrder(mine.SelectMany(entry => entry.Tags)),
        };
    }

    private static HeaderSummary OwnHeader(BsonDocument own, string subject)
    {
        DateTimeOffset? date = own["date"u8].Exists ? own["date"u8].AsDateTime().ToOffset(TimeSpan.FromMinutes(own["zone"u8].AsInt32())) : null;
        return new HeaderSummary(subject, own["messageid"u8].AsString() ?? "", date,
            People(own["from"u8]), People(own["to"u8]), People(own["cc"u8]), People(own["bcc"u8]), People(own["replyto"u8]));
    }

    private static List<Correspondent> People(BsonElement array)
    {
        if (!array.Exists) return [];
        var people = new List<Correspondent>();
        foreach (BsonElement element in array.AsDocument())
        {
            BsonDocument one = element.AsDocument();
            people.Add(new Correspondent(one["name"u8].AsString() ?? "", one["address"u8].AsString() ?? ""));
        }
        return people;
    }

    /// <summary>The original kept the fields as they came; they are read as those of a message are.</summary>
    private static HeaderSummary OriginalHeader(BsonDocument document)
    {
        using var text = new MemoryStream();
        OriginalSource.WriteHeaders(text, document["content"u8].AsDocument()["headers"u8].AsDocument());
        return HeaderReader.Summarize(text.GetBuffer().AsSpan(0, (int)text.Length)) with { Subject = document["subject"u8].AsString() ?? "" };
    }

    private static StoredEnvelope ReadEnvelope(BsonDocument document, BsonDocument own)
    {
        var to = new List<string>();
        foreach (BsonElement element in document["to"u8].AsDocument()) to.Add(StoredPath.Read(element.AsDocument()));
        return new StoredEnvelope(StoredPath.Read(document["from"u8].AsDocument()), to, own["helo"u8].AsString() ?? "", document["ip"u8].AsString() ?? "", Notifications(own["notifications"u8]))
        {
            Tls = own["tls"u8].AsString(),
            User = own["user"u8].AsString(),
        };
    }

    private static StoredNotifications? Notifications(BsonElement stored)
    {
        if (!stored.Exists) return null;
        BsonDocument document = stored.AsDocument();
        var recipients = new List<StoredNotification>();
        foreach (BsonElement element in document["recipients"u8].AsDocument())
        {
            BsonDocument one = element.AsDocument();
            recipients.Add(new StoredNotification(one["address"u8].AsString() ?? "", one["notify"u8].AsString(), one["original"u8].AsString()));
        }
        return new StoredNotifications(document["return"u8].AsString(), document["envelopeid"u8].AsString(), recipients);
    }
}
