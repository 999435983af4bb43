using System.Collections.Concurrent;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// The names of mailboxes that ever had mail, in a collection of their own: <c>{_id: mailbox, domain}</c>. Their messages are counted by the
/// indexes of the mail when they are listed.
/// </summary>
internal sealed class MailboxNames(StoreCollection names, MailLists lists)
{
    /// <summary>Names that are known to be written. Beyond, they are written again, which changes nothing.</summary>
    private const int MostKnown = 100_000;

    /// <summary>Names that are counted at once.</summary>
    private const int CountedAtOnce = 8;

    /// <summary>Domains of a collection that are told apart at once.</summary>
    private const int MostDomains = 1000;

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Writes down the mailboxes of a batch that are not known.</summary>
    public Task NoteAsync(IReadOnlyList<ReceivedMail> batch, CancellationToken cancellation)
    {
        HashSet<string>? unknown = null;
        foreach (ReceivedMail mail in batch)
        {
            foreach (MailAddress recipient in mail.Envelope.Recipients)
                if (recipient.MailboxKey is var mailbox && !_known.ContainsKey(mailbox)) (unknown ??= new(StringComparer.Ordinal)).Add(mailbox);
        }
        return unknown is null ? Task.CompletedTask : NoteAsync(unknown, cancellation);
    }

    /// <inheritdoc cref="NoteAsync(IReadOnlyList{ReceivedMail}, CancellationToken)"/>
    public async Task NoteAsync(IReadOnlyCollection<string> mailboxes, CancellationToken cancellation)
    {
        string[] unknown = [.. mailboxes.Where(mailbox => !_known.ContainsKey(mailbox)).Distinct()];
        if (unknown.Length == 0) return;
        try
        {
            await names.UpdateAsync([.. unknown.Select(mailbox => new UpdateStatement(BsonDocument.Of("_id"u8, mailbox),
                Documents.Of(bson => bson.BeginDocument("$set"u8).String("domain"u8, MailScope.DomainOf(mailbox)).End())) { IsUpsert = true })], cancellation).ConfigureAwait(false);
        }
        catch (StoreException failure) when (failure.InnerException is MongoException { Failure: MongoFailure.DuplicateKey })
        {
            // Another process has written the same name at the same moment.
        }
        if (_known.Count > MostKnown) _known.Clear();
        foreach (string mailbox in unknown) _known[mailbox] = true;
    }

    /// <inheritdoc cref="IMailStore.ListMailboxesAsync"/>
    public async ValueTask<IReadOnlyList<MailboxSummary>> ListAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation)
    {
        var found = new List<MailboxSummary>();
        if (scope.IsNothing) return found;
        while (found.Count < limit)
        {
            int wanted = limit - found.Count;
            List<string> slice = domains ? await DomainsAsync(scope, filter, after, wanted, cancellation).ConfigureAwait(false) : await MailboxesAsync(scope, filter, after, wanted, cancellation).ConfigureAwait(false);
            foreach (string[] some in slice.Chunk(CountedAtOnce))
            {
                MailboxSummary[] counted = await Task.WhenAll(some.Select(name => SummarizeAsync(name, domains, cancellation))).ConfigureAwait(false);
                found.AddRange(counted.Where(one => one.Total > 0));
            }
            if (slice.Count < wanted) break;
            after = slice[^1];
        }
        return found;
    }

    private async Task<MailboxSummary> SummarizeAsync(string name, bool isDomain, CancellationToken cancellation)
    {
        MailScope scope = isDomain ? MailScope.Of([], [name]) : MailScope.Of([name], []);
        (long total, long unread) = await lists.CountAsync(scope, cancellation).ConfigureAwait(false);
        return new MailboxSummary(name, total, unread, total == 0 ? null : await lists.LatestAsync(scope, cancellation).ConfigureAwait(false));
    }

    private async ValueTask<List<string>> MailboxesAsync(MailScope scope, string filter, string? after, int limit, CancellationToken cancellation)
    {
        BsonDocument wanted = Documents.Of(bson =>
        {
            if (!scope.IsEverything)
            {
                bson.BeginArray("$or"u8).BeginDocument(default);
                bson.In("_id"u8, scope.Mailboxes).End().BeginDocument(default);
                bson.In("domain"u8, scope.Domains).End().End();
            }
            Conditions(bson, "_id"u8, filter, after);
        });
        var options = new FindOptions { Sort = Documents.OnlyKey, Limit = limit };
        return [.. (await names.FindAllAsync(wanted, options, cancellation).ConfigureAwait(false)).Select(document => document["_id"u8].AsString()!)];
    }

    private async ValueTask<List<string>> DomainsAsync(MailScope scope, string filter, string? after, int limit, CancellationToken cancellation)
    {
        if (!scope.IsEverything)
        {
            return [.. scope.Domains.Where(domain => domain.Contains(filter, StringComparison.Ordinal) && string.CompareOrdinal(domain, after) > 0)
                .Order(StringComparer.Ordinal).Take(limit)];
        }
        // From name to name by the index, however many mailboxes each has.
        var found = new List<string>();
        while (found.Count < Math.Min(limit, MostDomains))
        {
            BsonDocument next = Documents.Of(bson => Conditions(bson, "domain"u8, filter, after));
            List<BsonDocument> first = await names.FindAllAsync(next, new FindOptions { Sort = BsonDocument.Of("domain"u8, 1), Limit = 1 }, cancellation).ConfigureAwait(false);
            if (first.Count == 0) break;
            found.Add(after = first[0]["domain"u8].AsString() ?? "");
        }
        return found;
    }

    private static void Conditions(BsonWriter bson, ReadOnlySpan<byte> field, string filter, string? after)
    {
        if (filter.Length == 0 && after is null) return;
        bson.BeginDocument(field);
        if (after is not null) bson.String("$gt"u8, after);
        if (filter.Length > 0) bson.String("$regex"u8, Documents.Literally(filter));
        bson.End();
    }
}
