using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>Reads lists, counts and single messages. No list loads a body.</summary>
internal sealed class MailLists(StoreCollection mails)
{
    /// <summary>Up to so many messages are passed over by the server as it reads them; beyond, it passes over keys of an index.</summary>
    private const long FewPassed = 200;

    private static readonly BsonDocument _ids = StoredMail.Make("id");

    public async ValueTask<MessagePage> PageAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation)
    {
        if (scope.IsNothing) return new MessagePage(0, 0, []);
        (long total, long unread) = await CountAsync(scope, cancellation).ConfigureAwait(false);
        MessageId? key = before is { } id ? await KeyOfAsync(id, cancellation).ConfigureAwait(false) : null;
        bool isBehind = true;
        if (start > FewPassed)
        {
            BsonDocument? anchor = await FirstAsync(Filter(scope, key, isBehind), Documents.OnlyKey, start, scope, cancellation).ConfigureAwait(false);
            if (anchor is not { } found) return new MessagePage(total, unread, []);
            (key, isBehind, start) = (found["_id"u8].AsObjectId(), false, 0);
        }
        var messages = new List<MessageSummary>();
        var options = new FindOptions { Sort = Documents.NewestFirst, Projection = StoredMail.Projection, Skip = start, Limit = limit, Hint = ScopeFilter.HintFor(scope) };
        foreach (BsonDocument document in await mails.FindAllAsync(Filter(scope, key, isBehind), options, cancellation).ConfigureAwait(false))
            if (StoredMail.Read(document)?.SummaryIn(scope) is { } summary) messages.Add(summary);
        return new MessagePage(total, unread, messages);
    }

    /// <summary>Exact for every scope. Of everything the server knows the total; all other counts walk through the keys of an index.</summary>
    public async ValueTask<(long Total, long Unread)> CountAsync(MailScope scope, CancellationToken cancellation)
    {
        Task<long> total = TotalAsync();
        // One after the other would take twice as long.
        long unread = await mails.CountAsync(Documents.Of(bson => ScopeFilter.WriteUnread(bson, scope)), cancellation).ConfigureAwait(false);
        return (await total.ConfigureAwait(false), unread);

        async Task<long> TotalAsync() => scope.IsEverything
            ? await mails.CountAllAsync(cancellation).ConfigureAwait(false)
            : await mails.CountAsync(ScopeFilter.Of(scope), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation) =>
        !scope.IsNothing && await FirstAsync(ScopeFilter.Of(scope), _ids, 0, scope, cancellation).ConfigureAwait(false) is { } newest
            ? StoredMail.IdOf(newest, newest["_id"u8].AsObjectId())
            : null;

    public async ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation) =>
        await DocumentAsync(id, StoredMail.Projection, cancellation).ConfigureAwait(false) is { } document ? StoredMail.Read(document)?.SummaryIn(scope) : null;

    /// <summary>The document of a message; null when there is none.</summary>
    public ValueTask<BsonDocument?> DocumentAsync(MessageId id, BsonDocument projection, CancellationToken cancellation) =>
        mails.FindOneAsync(ByIds([id]), projection, cancellation);

    /// <summary>A filter for messages by the ids under which they are known: those of the original have another <c>_id</c>.</summary>
    public static BsonDocument ByIds(IReadOnlyCollection<MessageId> ids) => Documents.Of(bson =>
    {
        bson.BeginArray("$or"u8).BeginDocument(default);
        if (ids.Count == 1) bson.ObjectId("_id"u8, ids.First()).End().BeginDocument(default).String("id"u8, ids.First().ToString());
        else bson.In("_id"u8, ids).End().BeginDocument(default).In("id"u8, ids.Select(id => id.ToString()));
        bson.End().End();
    });

    /// <summary>The <c>_id</c> of a message; of one that is gone its id, which is the same but for those of the original.</summary>
    public async ValueTask<MessageId> KeyOfAsync(MessageId id, CancellationToken cancellation) =>
        await DocumentAsync(id, Documents.OnlyKey, cancellation).ConfigureAwait(false) is { } found ? found["_id"u8].AsObjectId(id) : id;

    private static BsonDocument Filter(MailScope scope, MessageId? key, bool isBehind) => Documents.Of(bson =>
    {
        ScopeFilter.Write(bson, scope);
        if (key is not { } place) return;
        bson.BeginDocument("_id"u8).ObjectId(isBehind ? "$lt"u8 : "$lte"u8, place).End();
    });

    private async ValueTask<BsonDocument?> FirstAsync(BsonDocument filter, BsonDocument projection, long skip, MailScope scope, CancellationToken cancellation)
    {
        var options = new FindOptions { Sort = Documents.NewestFirst, Projection = projection, Skip = skip, Limit = 1, Hint = ScopeFilter.HintFor(scope) };
        List<BsonDocument> found = await mails.FindAllAsync(filter, options, cancellation).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }
}
