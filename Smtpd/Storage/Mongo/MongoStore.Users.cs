using Smtpd.Accounts;

namespace Smtpd.Storage.Mongo;

/// <summary>The users, in the same database as the mail.</summary>
internal sealed partial class MongoStore
{
    public ValueTask<User?> FindUserAsync(string name, CancellationToken cancellation) => _users.FindAsync(name, cancellation);

    public ValueTask<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellation) => _users.ListAsync(cancellation);

    public ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellation) => _users.DecoyKeyAsync(cancellation);

    public ValueTask<bool> AddUserAsync(User user, CancellationToken cancellation) => _users.AddAsync(user, cancellation);

    public ValueTask<bool> ChangeUserAsync(string name, Func<User, User> change, CancellationToken cancellation) => _users.ChangeAsync(name, change, cancellation);

    public ValueTask NoteSignInAsync(string name, string client, DateTimeOffset now, CancellationToken cancellation) => _users.NoteSignInAsync(name, client, now, cancellation);

    public async ValueTask<bool> DeleteUserAsync(string name, CancellationToken cancellation)
    {
        // Before him, so that none is left to whoever gets his name, and behind him, for one that was made meanwhile.
        await _tickets.DeleteAllAsync(name, cancellation).ConfigureAwait(false);
        bool isDeleted = await _users.DeleteAsync(name, cancellation).ConfigureAwait(false);
        if (isDeleted) await _tickets.DeleteAllAsync(name, cancellation).ConfigureAwait(false);
        return isDeleted;
    }

    public ValueTask<(Ticket Ticket, User User)?> FindTicketAsync(byte[] digest, CancellationToken cancellation) => _tickets.FindAsync(digest, cancellation);

    public ValueTask<IReadOnlyList<Ticket>> ListTicketsAsync(string user, TicketKind kind, CancellationToken cancellation) => _tickets.ListAsync(user, kind, cancellation);

    public ValueTask<long?> AddTicketAsync(Ticket ticket, CancellationToken cancellation) => _tickets.AddAsync(ticket, cancellation);

    public ValueTask TouchTicketAsync(long id, DateTimeOffset used, DateTimeOffset? expires, CancellationToken cancellation) => _tickets.TouchAsync(id, used, expires, cancellation);

    public ValueTask<int> DeleteTicketsAsync(string user, TicketKind kind, long? id, CancellationToken cancellation) => _tickets.DeleteAsync(user, kind, id, cancellation);

    public ValueTask<IReadOnlyList<string>> DeleteExpiredTicketsAsync(DateTimeOffset now, CancellationToken cancellation) => _tickets.DeleteExpiredAsync(now, cancellation);
}
