using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>The indexes that the store wants. Without them everything works, and slowly.</summary>
internal static class MongoIndexes
{
    /// <summary>Expired sessions of a server that does not run any more go by themselves, a day later than by it.</summary>
    private static readonly TimeSpan _dayLater = TimeSpan.FromDays(1);

    /// <param name="mails">The collection of messages.</param>
    public static IEnumerable<(string Collection, IReadOnlyList<IndexDefinition> Indexes)> All(string mails)
    {
        yield return (mails,
        [
            new("smtpd_id", Keys(("id", 1))),
            new("smtpd_mailbox", Keys(("deliveries.mailbox", 1), ("_id", -1))),
            new("smtpd_domain", Keys(("deliveries.domain", 1), ("_id", -1))),
            new("smtpd_unreadby", Keys(("unreadby", 1), ("unread", 1))),
            new("smtpd_unread", Keys(("unread", 1))) { PartialFilter = Where("unread") },
            new("smtpd_unindexed", Keys(("_id", -1), ("unindexed", 1))) { PartialFilter = WhereThere("unindexed") },
            new("smtpd_attachment", Keys(("attachments.id", 1))) { PartialFilter = WhereThere("attachments.id") },
            new("smtpd_tagged", Keys(("_id", -1), ("tagged", 1))) { PartialFilter = Where("tagged") },
            new("smtpd_tagged_mailbox", Keys(("deliveries.mailbox", 1), ("tagged", 1))) { PartialFilter = Where("tagged") },
            new("smtpd_tagged_domain", Keys(("deliveries.domain", 1), ("tagged", 1))) { PartialFilter = Where("tagged") },
            new("smtpd_starred", Keys(("_id", -1), ("starred", 1))) { PartialFilter = Where("starred") },
            new("smtpd_file", Keys(("smtpd.file", 1))) { PartialFilter = WhereThere("smtpd.file") },
            new("smtpd_words", Keys(("words", 1))) { PartialFilter = WhereThere("words") },
        ]);
        yield return ($"{mails}.mailboxes", [new("smtpd_domain", Keys(("domain", 1), ("_id", 1)))]);
        yield return ("fs.chunks", [new("files_id_1_n_1", Keys(("files_id", 1), ("n", 1))) { IsUnique = true }]);
        yield return ("fs.files", [new("filename_1_uploadDate_1", Keys(("filename", 1), ("uploadDate", 1))), new("smtpd_incoming", Keys(("metadata.smtpd", 1), ("uploadDate", 1)))]);
        yield return ("Users", [new("smtpd_username", Keys(("username", 1))) { IsUnique = true }]);
        yield return ("SmtpdTickets",
        [
            new("smtpd_digest", Keys(("digest", 1))) { IsUnique = true },
            new("smtpd_user", Keys(("user", 1), ("kind", 1), ("_id", 1))),
            new("smtpd_expires", Keys(("expires", 1))) { ExpiresAfter = _dayLater },
        ]);
        yield return ("GreyMails", [new("smtpd_email", Keys(("email", 1), ("type", 1)))]);
        yield return ("GreyHosts", [new("smtpd_hostname", Keys(("hostname", 1)))]);
    }

    private static BsonDocument Keys(params ReadOnlySpan<(string Field, int Order)> keys)
    {
        using var bson = new BsonWriter();
        bson.BeginDocument();
        foreach ((string field, int order) in keys) bson.Int32(System.Text.Encoding.ASCII.GetBytes(field), order);
        return bson.End().ToDocument();
    }

    private static BsonDocument Where(string field) => Documents.Of(bson => bson.Boolean(System.Text.Encoding.ASCII.GetBytes(field), true));

    private static BsonDocument WhereThere(string field) => Documents.Of(bson => bson.Exists(System.Text.Encoding.ASCII.GetBytes(field), true));
}
