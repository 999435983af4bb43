using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>Reads a path of the original's envelope: <c>{relays, mailbox, domain, params}</c>.</summary>
internal static class StoredPath
{
    /// <summary>The address, without its relays; empty for the null path.</summary>
    public static string Read(BsonDocument path)
    {
        string mailbox = path["mailbox"u8].AsString() ?? "", domain = path["domain"u8].AsString() ?? "";
        return domain.Length == 0 ? mailbox : $"{mailbox}@{domain}";
    }
}
