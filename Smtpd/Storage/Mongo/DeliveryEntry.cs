using System.Text;
using Smtpd.Mail;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>A message in one mailbox, with what the mailbox's owner did to it.</summary>
/// <param name="Mailbox">The mailbox's key.</param>
internal sealed record DeliveryEntry(string Mailbox)
{
    public bool Read { get; init; }

    public bool Starred { get; init; }

    /// <summary>Each once, in the order in which they were given.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>How a domain stands in <c>unreadby</c>. No mailbox begins so.</summary>
    public static string PlaceOfDomain(string domain) => "@" + domain;

    /// <summary>Writes the element <c>deliveries</c>.</summary>
    public static void WriteAll(BsonWriter bson, IReadOnlyList<DeliveryEntry> entries)
    {
        bson.BeginArray("deliveries"u8);
        foreach (DeliveryEntry entry in entries)
        {
            bson.BeginDocument(default).String("mailbox"u8, entry.Mailbox).String("domain"u8, MailScope.DomainOf(entry.Mailbox))
                .Boolean("read"u8, entry.Read).Boolean("starred"u8, entry.Starred).BeginArray("tags"u8);
            foreach (string tag in entry.Tags) bson.String(default, tag);
            bson.End().End();
        }
        bson.End();
    }

    /// <summary>Writes the element <c>unreadby</c>.</summary>
    public static void WriteUnreadBy(BsonWriter bson, IReadOnlyList<DeliveryEntry> entries)
    {
        bson.BeginArray("unreadby"u8);
        HashSet<string>? domains = null;
        foreach (DeliveryEntry entry in entries)
        {
            if (entry.Read) continue;
            bson.String(default, entry.Mailbox);
            if (entries.Count == 1 || (domains ??= new(StringComparer.Ordinal)).Add(MailScope.DomainOf(entry.Mailbox)))
                bson.String(default, PlaceOfDomain(MailScope.DomainOf(entry.Mailbox)));
        }
        bson.End();
    }

    /// <summary>
    /// The entries of a message. One of the original's has none: then they are made of its recipients. Where another program has set
    /// <c>unread</c> to false, everybody has read it; where it set it to true again, nobody has.
    /// </summary>
    public static List<DeliveryEntry> ReadAll(BsonDocument mail)
    {
        bool unread = mail["unread"u8].AsBoolean(true), starred = mail["starred"u8].AsBoolean();
        BsonElement stored = mail["deliveries"u8];
        if (stored.Type != BsonType.Array) return FromRecipients(mail, unread, starred);
        var entries = new List<DeliveryEntry>();
        bool areAllRead = true;
        foreach (BsonElement element in stored.AsDocument())
        {
            BsonDocument one = element.AsDocument();
            var entry = new DeliveryEntry(one["mailbox"u8].AsString() ?? "")
            {
                Read = one["read"u8].AsBoolean(),
                Starred = one["starred"u8].AsBoolean(),
                Tags = Texts(one["tags"u8].AsDocument()),
            };
            areAllRead &= entry.Read;
            entries.Add(entry);
        }
        for (int i = 0; i < entries.Count; i++)
            if (unread == areAllRead) entries[i] = entries[i] with { Read = !unread };
        return entries;
    }

    private static List<DeliveryEntry> FromRecipients(BsonDocument mail, bool unread, bool starred)
    {
        var entries = new List<DeliveryEntry>();
        foreach (BsonElement element in mail["to"u8].AsDocument())
        {
            string mailbox = MailboxOf(StoredPath.Read(element.AsDocument()));
            if (!entries.Exists(known => known.Mailbox == mailbox)) entries.Add(new DeliveryEntry(mailbox) { Read = !unread, Starred = starred });
        }
        if (entries.Count == 0) entries.Add(new DeliveryEntry("") { Read = !unread, Starred = starred });
        return entries;
    }

    /// <summary>The key of what the original took for an address, which was nearly anything.</summary>
    private static string MailboxOf(string address) =>
        MailAddress.TryParse(Encoding.UTF8.GetBytes(address), out MailAddress? parsed) == AddressError.None ? parsed!.MailboxKey : address.ToLowerInvariant();

    private static List<string> Texts(BsonDocument array)
    {
        var texts = new List<string>();
        foreach (BsonElement element in array)
            if (element.AsString() is { } text) texts.Add(text);
        return texts;
    }
}
