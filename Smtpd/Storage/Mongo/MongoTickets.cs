using Smtpd.Accounts;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>Sessions and tokens, in a collection that the original does not know.</summary>
internal sealed class MongoTickets(StoreCollection tickets, MongoUsers users)
{
    private const int CounterBits = 12;

    /// <summary>From here ids count milliseconds, so that they stay below what JSON can tell apart (2^53) for the next sixty years.</summary>
    private static readonly DateTimeOffset _epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly StoreCollection _freshest = tickets.Freshest;
    private readonly Lock _lock = new();
    private long _last;

    public async ValueTask<(Ticket Ticket, User User)?> FindAsync(byte[] digest, CancellationToken cancellation)
    {
        BsonDocument filter = Documents.Of(bson => bson.Binary("digest"u8, digest));
        if (await _freshest.FindOneAsync(filter, BsonDocument.Empty, cancellation).ConfigureAwait(false) is not { } document) return null;
        Ticket ticket = Read(document);
        return await users.FindAsync(ticket.User, cancellation).ConfigureAwait(false) is { } user ? (ticket, user) : null;
    }

    public async ValueTask<IReadOnlyList<Ticket>> ListAsync(string user, TicketKind kind, CancellationToken cancellation) =>
        [.. (await _freshest.FindAllAsync(Of(user, kind), new FindOptions { Sort = Documents.OnlyKey }, cancellation).ConfigureAwait(false)).Select(Read)];

    public async ValueTask<long?> AddAsync(Ticket ticket, CancellationToken cancellation)
    {
        if (await users.FindAsync(ticket.User, cancellation).ConfigureAwait(false) is not { } user) return null;
        if (ticket.Kind == TicketKind.Session && (user.IsDisabled || user.Generation != ticket.Generation)) return null;
        IReadOnlyList<Ticket> others = await ListAsync(ticket.User, ticket.Kind, cancellation).ConfigureAwait(false);
        if (ticket.Kind == TicketKind.Token && others.Count >= ITicketStore.MostTokens) return null;
        long id = NextId();
        await tickets.InsertAsync([Describe(ticket with { Id = id })], cancellation).ConfigureAwait(false);
        foreach (Ticket old in others.Take(ticket.Kind == TicketKind.Session ? others.Count + 1 - ITicketStore.MostSessions : 0))
            await DeleteAsync(ticket.User, ticket.Kind, old.Id, cancellation).ConfigureAwait(false);
        return id;
    }

    public async ValueTask TouchAsync(long id, DateTimeOffset used, DateTimeOffset? expires, CancellationToken cancellation)
    {
        BsonDocument update = Documents.Of(bson =>
        {
            bson.BeginDocument("$set"u8).DateTime("used"u8, used);
            if (expires is { } end) bson.DateTime("expires"u8, end);
            bson.End();
            if (expires is null) bson.BeginDocument("$unset"u8).String("expires"u8, "").End();
        });
        await tickets.UpdateAsync([new UpdateStatement(Documents.Of(bson => bson.Int64("_id"u8, id)), update)], cancellation).ConfigureAwait(false);
    }

    public async ValueTask<int> DeleteAsync(string user, TicketKind kind, long? id, CancellationToken cancellation)
    {
        BsonDocument filter = id is not { } one ? Of(user, kind) : Documents.Of(bson => bson.Elements(Of(user, kind)).Int64("_id"u8, one));
        return (int)await tickets.DeleteAsync([new DeleteStatement(filter, IsMany: true)], cancellation).ConfigureAwait(false);
    }

    public async ValueTask DeleteAllAsync(string user, CancellationToken cancellation) =>
        await tickets.DeleteAsync([new DeleteStatement(BsonDocument.Of("user"u8, user), IsMany: true)], cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<string>> DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        BsonDocument expired = Documents.Of(bson => bson.BeginDocument("expires"u8).DateTime("$lte"u8, now).End());
        List<BsonDocument> gone = await tickets.Primary.FindAllAsync(expired, new FindOptions { Projection = StoredMail.Make("user") }, cancellation).ConfigureAwait(false);
        if (gone.Count == 0) return [];
        await tickets.DeleteAsync([new DeleteStatement(expired, IsMany: true)], cancellation).ConfigureAwait(false);
        return [.. gone.Select(document => document["user"u8].AsString() ?? "").Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Greater than all that were given here, and hardly one that another process gives.</summary>
    private long NextId()
    {
        long now = (long)(DateTimeOffset.UtcNow - _epoch).TotalMilliseconds << CounterBits;
        lock (_lock) return _last = Math.Max(_last + 1, now | (uint)Random.Shared.Next(1 << CounterBits));
    }

    private static BsonDocument Of(string user, TicketKind kind) => Documents.Of(bson => bson.String("user"u8, user).String("kind"u8, NameOf(kind)));

    private static string NameOf(TicketKind kind) => kind == TicketKind.Session ? "session" : "token";

    private static BsonDocument Describe(Ticket ticket) => Documents.Of(bson =>
    {
        bson.Int64("_id"u8, ticket.Id).Binary("digest"u8, ticket.Digest).String("user"u8, ticket.User).String("kind"u8, NameOf(ticket.Kind)).Int32("generation"u8, ticket.Generation)
            .String("note"u8, ticket.Note).DateTime("created"u8, ticket.Created);
        if (ticket.Expires is { } expires) bson.DateTime("expires"u8, expires);
        if (ticket.LastUsed is { } used) bson.DateTime("used"u8, used);
    });

    private static Ticket Read(BsonDocument document) =>
        new(document["digest"u8].AsBinary().ToArray(), document["user"u8].AsString() ?? "", document["kind"u8].AsString() == "session" ? TicketKind.Session : TicketKind.Token)
        {
            Id = document["_id"u8].AsInt64(),
            Generation = document["generation"u8].AsInt32(),
            Note = document["note"u8].AsString() ?? "",
            Created = document["created"u8].AsDateTime(),
            Expires = Time(document["expires"u8]),
            LastUsed = Time(document["used"u8]),
        };

    private static DateTimeOffset? Time(BsonElement element) => element.Exists ? element.AsDateTime() : null;
}
