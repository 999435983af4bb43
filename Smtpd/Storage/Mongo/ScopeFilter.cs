using Smtpd.Mail;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>Says in filters which messages have an entry in a scope.</summary>
internal static class ScopeFilter
{
    /// <summary>Mailboxes and domains whose lists the server merges in order by their indexes; with more it is to walk through all mail.</summary>
    private const int MostMerged = 100;

    /// <summary>Adds the condition that some entry lies in the scope.</summary>
    public static BsonWriter Write(BsonWriter bson, MailScope scope)
    {
        if (scope.IsEverything) return bson;
        if (scope.IsNothing) return bson.BeginDocument("_id"u8).BeginArray("$in"u8).End().End();
        if (scope.Domains.Count == 0) return Mailboxes(bson, scope);
        if (scope.Mailboxes.Count == 0) return Domains(bson, scope);
        bson.BeginArray("$or"u8).BeginDocument(default);
        Mailboxes(bson, scope).End().BeginDocument(default);
        return Domains(bson, scope).End().End();
    }

    /// <summary>Adds the condition that some entry in the scope is unread.</summary>
    public static BsonWriter WriteUnread(BsonWriter bson, MailScope scope)
    {
        // The field that other programs set too: whatever the entries say, what they have read is read.
        bson.Boolean("unread"u8, true);
        if (scope.IsEverything) return bson;
        List<string> places = [.. scope.Mailboxes, .. scope.Domains.Select(DeliveryEntry.PlaceOfDomain)];
        return places.Count == 1 ? bson.String("unreadby"u8, places[0]) : bson.In("unreadby"u8, places);
    }

    public static BsonDocument Of(MailScope scope) => Documents.Of(bson => Write(bson, scope));

    /// <summary>The index by which a list of the scope is to be read; empty where the server finds it by itself.</summary>
    public static BsonDocument HintFor(MailScope scope) =>
        scope.IsEverything || scope.Mailboxes.Count + scope.Domains.Count <= MostMerged ? BsonDocument.Empty : Documents.OnlyKey;

    private static BsonWriter Mailboxes(BsonWriter bson, MailScope scope) =>
        scope.Mailboxes.Count == 1 ? bson.String("deliveries.mailbox"u8, scope.Mailboxes.First()) : bson.In("deliveries.mailbox"u8, scope.Mailboxes);

    private static BsonWriter Domains(BsonWriter bson, MailScope scope) =>
        scope.Domains.Count == 1 ? bson.String("deliveries.domain"u8, scope.Domains.First()) : bson.In("deliveries.domain"u8, scope.Domains);
}
