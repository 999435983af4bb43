using System.Text;
using System.Text.Unicode;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Writes a message as gleez/smtpd kept it, one document for a transaction, and behind that what it had no place for:
/// <c>deliveries</c> (one entry for each mailbox), <c>unreadby</c> (the mailboxes, and the domains behind an at sign, in which it is unread),
/// <c>unindexed</c> (its words are still to be written to <c>words</c>), <c>smtpd</c> (header, envelope and part tree as lists and readers
/// want them) and, where a string cannot hold the source, <c>source</c>. Used by one thread.
/// </summary>
/// <param name="domain">The server's name, behind the at sign of <c>Message-ID</c>.</param>
internal sealed class MailDocumentWriter(string domain)
{
    /// <summary>What a document may take, so that the words of its text have room beside it below the server's limit of 16 MiB.</summary>
    public const long MostOctets = 15L * 1024 * 1024;

    /// <summary>Room for everything in a document but the source and the bodies.</summary>
    private const long Overhead = 512 * 1024;

    private const int SliceOctets = 64 * 1024;

    private readonly HeaderMapWriter _headers = new();
    private readonly MessageIdSource _attachmentIds = new(default, TimeProvider.System);

    /// <summary>Whether the message would pass <see cref="MostOctets"/>, so that its source belongs into a file.</summary>
    public static bool IsTooBig(ReceivedMail mail)
    {
        // The source, its parts once more, and text and page once more.
        long length = mail.Body.Length, leaves = 0;
        foreach (MessagePart part in mail.Content.Parts.Parts)
            if (part.Kind != PartKind.Multipart) leaves += part.End - part.BodyStart;
        long plain = length + leaves + (2 * PartWriter.MostTextOctets) + Overhead;
        if (plain > MostOctets) return true;
        // What is not UTF-8 is there a second time, as it is, and may take up to three octets for each that is not ASCII in all strings.
        return plain + length + (leaves / 2) > MostOctets / 3 && plain + length + (leaves / 2) + (6 * CountBeyondAscii(mail.Body)) > MostOctets;
    }

    /// <param name="file">Where the source is when it is too big for the document.</param>
    public void Write(BsonWriter bson, ReceivedMail mail, MessageId? file)
    {
        using var source = new SourceOctets(mail.Body);
        IReadOnlyList<MessagePart> parts = mail.Content.Parts.Parts;
        bson.BeginDocument().ObjectId("_id"u8, mail.Id).String("id"u8, mail.Id.ToString()).String("subject"u8, mail.Content.Header.Subject);
        WriteEnvelope(bson, mail);
        bson.DateTime("created"u8, mail.Created);
        var bodies = new PartWriter(bson, source, _headers, file is null);
        bson.BeginArray("attachments"u8);
        foreach (MessagePart part in parts)
            if (part.Kind == PartKind.Attachment) bodies.WriteAttachment(part, _attachmentIds.Next());
        bson.End().String("ip"u8, mail.ClientAddress.ToString());
        bool isText = WriteContent(bson, mail, source, bodies, isInFile: file is not null);
        WriteMime(bson, parts, bodies);
        bson.Boolean("starred"u8, false).Boolean("unread"u8, true);
        WriteDeliveries(bson, mail);
        bson.Boolean("unindexed"u8, true);
        WriteOwn(bson, mail, file);
        if (!isText) bson.Binary("source"u8, source.Slice(0, source.Length));
        bson.End();
    }

    private static void WriteEnvelope(BsonWriter bson, ReceivedMail mail)
    {
        WritePath(bson, "from"u8, mail.Envelope.ReversePath);
        bson.BeginArray("to"u8);
        foreach (MailAddress recipient in mail.Envelope.Recipients) WritePath(bson, default, recipient);
        bson.End();
    }

    private static void WritePath(BsonWriter bson, ReadOnlySpan<byte> name, MailAddress? address) =>
        bson.BeginDocument(name).BeginArray("relays"u8).End()
            .String("mailbox"u8, address?.LocalPart ?? "").String("domain"u8, address?.Domain ?? "").String("params"u8, "").End();

    /// <returns>False when the source is nowhere yet, because it is no text.</returns>
    private bool WriteContent(BsonWriter bson, ReceivedMail mail, SourceOctets source, PartWriter bodies, bool isInFile)
    {
        IReadOnlyList<MessagePart> parts = mail.Content.Parts.Parts;
        long headerEnd = parts.Count > 0 ? Math.Min(parts[0].BodyStart, 2 * MimeScanner.HeaderOctets) : 0;
        bson.BeginDocument("content"u8);
        _headers.Write(bson, "headers"u8, source.Slice(0, headerEnd), $"{mail.Id}@{domain}");
        bodies.WriteText("textbody"u8, First(parts, isHtml: false));
        bodies.WriteText("htmlbody"u8, First(parts, isHtml: true));
        bson.Number("size"u8, source.Length);
        ReadOnlySpan<byte> all = isInFile ? default : source.Slice(0, source.Length);
        bool isText = Utf8.IsValid(all);
        StoredText.Write(bson, "body"u8, all);
        bson.End();
        return isText;
    }

    private static MessagePart? First(IReadOnlyList<MessagePart> parts, bool isHtml)
    {
        foreach (MessagePart part in parts)
            if (part.Kind == PartKind.Body && part.IsHtml == isHtml) return part;
        return null;
    }

    private static void WriteMime(BsonWriter bson, IReadOnlyList<MessagePart> parts, PartWriter bodies)
    {
        if (parts is not [{ Kind: PartKind.Multipart }, ..])
        {
            bson.Null("mime"u8);
            return;
        }
        bson.BeginDocument("mime"u8).BeginArray("parts"u8);
        foreach (MessagePart part in parts)
            if (part.Kind is PartKind.Body or PartKind.Inline) bodies.WritePart(part);
        bson.End().End();
    }

    private static void WriteDeliveries(BsonWriter bson, ReceivedMail mail)
    {
        var entries = new List<DeliveryEntry>(mail.Envelope.Recipients.Count);
        var known = mail.Envelope.Recipients.Count > 1 ? new HashSet<string>(StringComparer.Ordinal) : null;
        foreach (MailAddress recipient in mail.Envelope.Recipients)
        {
            string mailbox = recipient.MailboxKey;
            if (known is null || known.Add(mailbox)) entries.Add(new DeliveryEntry(mailbox));
        }
        DeliveryEntry.WriteAll(bson, entries);
        DeliveryEntry.WriteUnreadBy(bson, entries);
    }

    private static void WriteOwn(BsonWriter bson, ReceivedMail mail, MessageId? file)
    {
        HeaderSummary header = mail.Content.Header;
        bson.BeginDocument("smtpd"u8).Int64("size"u8, mail.Body.Length).String("messageid"u8, header.MessageId);
        if (header.Date is { } date) bson.DateTime("date"u8, date).Int32("zone"u8, (int)date.Offset.TotalMinutes);
        WritePeople(bson, "from"u8, header.From);
        WritePeople(bson, "to"u8, header.To);
        WritePeople(bson, "cc"u8, header.Cc);
        WritePeople(bson, "bcc"u8, header.Bcc);
        WritePeople(bson, "replyto"u8, header.ReplyTo);
        bson.String("helo"u8, mail.Helo);
        if (mail.Tls is not null) bson.String("tls"u8, mail.Tls);
        if (mail.User is not null) bson.String("user"u8, mail.User);
        if (mail.NotificationsToKeep() is { } notifications) WriteNotifications(bson, notifications);
        bson.String("snippet"u8, mail.Content.Snippet).Int32("attachments"u8, mail.Content.Parts.Count(PartKind.Attachment));
        using var parts = new BsonWriter();
        PartTreeFormat.Write(mail.Content.Parts, parts);
        bson.Binary("parts"u8, parts.Written.Span);
        if (file is { } where) bson.ObjectId("file"u8, where);
        bson.End();
    }

    private static void WritePeople(BsonWriter bson, ReadOnlySpan<byte> name, IReadOnlyList<Correspondent> people)
    {
        if (people.Count == 0) return;
        bson.BeginArray(name);
        for (int i = 0; i < people.Count; i++) bson.BeginDocument(default).String("name"u8, people[i].Name).String("address"u8, people[i].Address).End();
        bson.End();
    }

    private static void WriteNotifications(BsonWriter bson, StoredNotifications notifications)
    {
        bson.BeginDocument("notifications"u8).StringOrNull("return"u8, notifications.Return).StringOrNull("envelopeid"u8, notifications.EnvelopeId).BeginArray("recipients"u8);
        foreach (StoredNotification one in notifications.Recipients)
            bson.BeginDocument(default).String("address"u8, one.Address).StringOrNull("notify"u8, one.Notify).StringOrNull("original"u8, one.OriginalRecipient).End();
        bson.End().End();
    }

    private static long CountBeyondAscii(MessageBody body)
    {
        long count = 0;
        byte[] slice = System.Buffers.ArrayPool<byte>.Shared.Rent(SliceOctets);
        for (long at = 0; at < body.Length;)
        {
            int read = body.Read(at, slice.AsSpan(0, SliceOctets));
            ReadOnlySpan<byte> octets = slice.AsSpan(0, read);
            if (!Ascii.IsValid(octets)) count += octets.Length - CountAscii(octets);
            at += read;
        }
        System.Buffers.ArrayPool<byte>.Shared.Return(slice);
        return count;
    }

    private static int CountAscii(ReadOnlySpan<byte> octets)
    {
        int count = 0;
        foreach (byte octet in octets) count += octet < 0x80 ? 1 : 0;
        return count;
    }
}
