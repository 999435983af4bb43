using System.Security.Cryptography;
using Smtpd.Accounts;

namespace Smtpd.Storage.Memory;

/// <summary>Users that live as long as the process.</summary>
internal sealed class MemoryUsers : IUserStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, User> _users = new(StringComparer.Ordinal);
    private readonly MemoryTickets _tickets = new();
    private readonly byte[] _decoyKey = RandomNumberGenerator.GetBytes(32);

    public ValueTask<User?> FindUserAsync(string name, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<User?>(_users.GetValueOrDefault(name));
    }

    public ValueTask<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<IReadOnlyList<User>>([.. _users.Values]);
    }

    public ValueTask<bool> AddUserAsync(User user, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<bool>(_users.TryAdd(user.Name, user));
    }

    public ValueTask<bool> ChangeUserAsync(string name, Func<User, User> change, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_users.TryGetValue(name, out User? user)) return new ValueTask<bool>(false);
            _users[name] = change(user) with { Name = name };
            return new ValueTask<bool>(true);
        }
    }

    public ValueTask<bool> DeleteUserAsync(string name, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _tickets.RemoveWhere(one => one.User == name);
            return new ValueTask<bool>(_users.Remove(name));
        }
    }

    public ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellation) => new(_decoyKey);

    public ValueTask<(Ticket Ticket, User User)?> FindTicketAsync(byte[] digest, CancellationToken cancellation)
    {
        lock (_lock) return new(_tickets.Find(digest) is { } ticket && _users.TryGetValue(ticket.User, out User? user) ? (ticket, user) : null);
    }

    public ValueTask<IReadOnlyList<Ticket>> ListTicketsAsync(string user, TicketKind kind, CancellationToken cancellation)
    {
        lock (_lock) return new(_tickets.Of(user, kind));
    }

    public ValueTask<long?> AddTicketAsync(Ticket ticket, CancellationToken cancellation)
    {
        lock (_lock)
        {
            bool isWelcome = _users.TryGetValue(ticket.User, out User? user) && (ticket.Kind == TicketKind.Token || (!user.IsDisabled && user.Generation == ticket.Generation));
            return new(isWelcome ? _tickets.Add(ticket) : null);
        }
    }

    public ValueTask TouchTicketAsync(long id, DateTimeOffset used, DateTimeOffset? expires, CancellationToken cancellation)
    {
        lock (_lock) _tickets.Touch(id, used, expires);
        return ValueTask.CompletedTask;
    }

    public ValueTask<int> DeleteTicketsAsync(string user, TicketKind kind, long? id, CancellationToken cancellation)
    {
        lock (_lock) return new(_tickets.RemoveWhere(one => one.User == user && one.Kind == kind && (id is null || one.Id == id)).Count);
    }

    public ValueTask<IReadOnlyList<string>> DeleteExpiredTicketsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        lock (_lock) return new([.. _tickets.RemoveWhere(one => one.Expires <= now).Select(one => one.User).Distinct(StringComparer.Ordinal)]);
    }
}
