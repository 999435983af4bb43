using System.Security.Cryptography;
using Smtpd.Accounts;

namespace Smtpd.Storage.Memory;

/// <summary>Users that live as long as the process.</summary>
internal sealed class MemoryUsers : IUserStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, User> _users = new(StringComparer.Ordinal);
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
        lock (_lock) return new ValueTask<bool>(_users.Remove(name));
    }

    public ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellation) => new(_decoyKey);
}
