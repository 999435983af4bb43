using System.Globalization;

namespace Smtpd.Accounts;

/// <summary>
/// The users of a running server: every change goes through here, so that whoever remembers something about a user hears of it.
/// </summary>
internal sealed class UserDirectory(IUserStore store)
{
    /// <summary>Stands for those of whom no sign-in is asked.</summary>
    private const string Anybody = "";

    private readonly Lock _lock = new();
    private readonly RightsWatch _watch = new();
    private volatile bool _hasUsers;
    private volatile bool _hasSharedSecrets;
    private volatile bool _isEmpty;
    private int _changes;
    private Dictionary<string, string>? _shapes;

    /// <summary>Tells the name of a user who was changed or deleted, or some of whose sessions or tokens were.</summary>
    public event Action<string>? Changed;

    /// <summary>True when anybody can sign in. Known from <see cref="LookAsync"/> on.</summary>
    public bool HasUsers => _hasUsers;

    /// <summary>True when anybody can sign in by CRAM-MD5.</summary>
    public bool HasSharedSecrets => _hasSharedSecrets;

    /// <summary>True when there is nobody at all, not even somebody who is disabled. False until it is known.</summary>
    public bool IsEmpty => _isEmpty;

    /// <summary>How many changes there were: what was found holds while this and <see cref="Watch"/> stay as they are.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <summary>Ends with the next change of that user, who exists.</summary>
    public CancellationToken Watch(string name) => _watch.Of(name);

    /// <summary>Ends when there is a first user. Asked before <see cref="IsEmpty"/> is, it misses nothing.</summary>
    public CancellationToken WatchForFirst() => _watch.Of(Anybody);

    /// <summary>Looks at who is there.</summary>
    public async ValueTask LookAsync(CancellationToken cancellation)
    {
        int changes = Changes;
        Take(await store.ListUsersAsync(cancellation).ConfigureAwait(false), changes);
    }

    /// <summary>
    /// Looks at who is there where other processes change that too. Whoever remembers something about a user who was changed there hears of
    /// it.
    /// </summary>
    public async ValueTask RefreshAsync(CancellationToken cancellation)
    {
        int changes = Changes;
        IReadOnlyList<User> users = await store.ListUsersAsync(cancellation).ConfigureAwait(false);
        Dictionary<string, string> now = users.ToDictionary(user => user.Name, ShapeOf, StringComparer.Ordinal);
        Dictionary<string, string> before = Interlocked.Exchange(ref _shapes, now) ?? now;
        Take(users, changes);
        foreach ((string name, string shape) in before)
            if (now.GetValueOrDefault(name) != shape) Tell(name);
    }

    /// <summary>All of a user that decides what he may do.</summary>
    private static string ShapeOf(User user) => string.Join('\n',
        [user.Generation.ToString(CultureInfo.InvariantCulture), user.IsDisabled ? "disabled" : "", user.IsSuperuser ? "superuser" : "", user.Credential.Text, user.SharedSecret ?? "", .. user.Mailboxes, "", .. user.Domains]);

    private void Take(IReadOnlyList<User> users, int changes)
    {
        _hasUsers = users.Any(user => !user.IsDisabled);
        _hasSharedSecrets = users.Any(user => user is { IsDisabled: false, SharedSecret: not null });
        bool isEmpty = users.Count == 0;
        lock (_lock)
        {
            // Somebody who was added meanwhile is not in the list.
            if (!isEmpty || changes == _changes) _isEmpty = isEmpty;
        }
        if (!isEmpty) _watch.End(Anybody);
    }

    public ValueTask<User?> FindAsync(string name, CancellationToken cancellation) => store.FindUserAsync(name, cancellation);

    public ValueTask<IReadOnlyList<User>> ListAsync(CancellationToken cancellation) => store.ListUsersAsync(cancellation);

    public ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellation) => store.DecoyKeyAsync(cancellation);

    /// <inheritdoc cref="IUserStore.AddUserAsync"/>
    public async ValueTask<bool> AddAsync(User user, CancellationToken cancellation)
    {
        if (!await store.AddUserAsync(user, cancellation).ConfigureAwait(false)) return false;
        // Now, whatever becomes of the look behind it.
        lock (_lock)
        {
            _changes++;
            _isEmpty = false;
        }
        _watch.End(Anybody);
        return await TellAsync(user.Name, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc cref="IUserStore.ChangeUserAsync"/>
    public async ValueTask<bool> ChangeAsync(string name, Func<User, User> change, CancellationToken cancellation) =>
        await store.ChangeUserAsync(name, change, cancellation).ConfigureAwait(false) && await TellAsync(name, cancellation).ConfigureAwait(false);

    /// <inheritdoc cref="IUserStore.DeleteUserAsync"/>
    public async ValueTask<bool> DeleteAsync(string name, CancellationToken cancellation) =>
        await store.DeleteUserAsync(name, cancellation).ConfigureAwait(false) && await TellAsync(name, cancellation).ConfigureAwait(false);

    /// <inheritdoc cref="IUserStore.NoteSignInAsync"/>
    public ValueTask NoteSignInAsync(string name, string client, DateTimeOffset now, CancellationToken cancellation) => store.NoteSignInAsync(name, client, now, cancellation);

    /// <inheritdoc cref="ITicketStore.FindTicketAsync"/>
    public ValueTask<(Ticket Ticket, User User)?> FindTicketAsync(byte[] digest, CancellationToken cancellation) => store.FindTicketAsync(digest, cancellation);

    /// <inheritdoc cref="ITicketStore.ListTicketsAsync"/>
    public ValueTask<IReadOnlyList<Ticket>> ListTicketsAsync(string name, TicketKind kind, CancellationToken cancellation) => store.ListTicketsAsync(name, kind, cancellation);

    /// <inheritdoc cref="ITicketStore.AddTicketAsync"/>
    public ValueTask<long?> AddTicketAsync(Ticket ticket, CancellationToken cancellation) => store.AddTicketAsync(ticket, cancellation);

    /// <inheritdoc cref="ITicketStore.TouchTicketAsync"/>
    public ValueTask TouchTicketAsync(long id, DateTimeOffset used, DateTimeOffset? expires, CancellationToken cancellation) => store.TouchTicketAsync(id, used, expires, cancellation);

    /// <inheritdoc cref="ITicketStore.DeleteTicketsAsync"/>
    public async ValueTask<int> DeleteTicketsAsync(string name, TicketKind kind, long? id, CancellationToken cancellation)
    {
        int deleted = await store.DeleteTicketsAsync(name, kind, id, cancellation).ConfigureAwait(false);
        if (deleted > 0) Tell(name);
        return deleted;
    }

    /// <inheritdoc cref="ITicketStore.DeleteExpiredTicketsAsync"/>
    public async ValueTask DeleteExpiredTicketsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (string name in await store.DeleteExpiredTicketsAsync(now, cancellation).ConfigureAwait(false)) Tell(name);
    }

    private async ValueTask<bool> TellAsync(string name, CancellationToken cancellation)
    {
        Tell(name);
        await LookAsync(cancellation).ConfigureAwait(false);
        return true;
    }

    private void Tell(string name)
    {
        // In this order: who looked somebody up before the change sees the number change, or has a watch that ends.
        lock (_lock) _changes++;
        _watch.End(name);
        Changed?.Invoke(name);
    }
}
