namespace Smtpd.Accounts;

/// <summary>
/// The users of a running server: every change goes through here, so that whoever remembers something about a user hears of it.
/// </summary>
internal sealed class UserDirectory(IUserStore store)
{
    private volatile bool _hasUsers;
    private volatile bool _hasSharedSecrets;

    /// <summary>Tells the name of a user who was changed or deleted.</summary>
    public event Action<string>? Changed;

    /// <summary>True when anybody can sign in. Known from <see cref="LookAsync"/> on.</summary>
    public bool HasUsers => _hasUsers;

    /// <summary>True when anybody can sign in by CRAM-MD5.</summary>
    public bool HasSharedSecrets => _hasSharedSecrets;

    /// <summary>Looks at who is there.</summary>
    public async ValueTask LookAsync(CancellationToken cancellation)
    {
        IReadOnlyList<User> users = await store.ListUsersAsync(cancellation).ConfigureAwait(false);
        _hasUsers = users.Any(user => !user.IsDisabled);
        _hasSharedSecrets = users.Any(user => user is { IsDisabled: false, SharedSecret: not null });
    }

    public ValueTask<User?> FindAsync(string name, CancellationToken cancellation) => store.FindUserAsync(name, cancellation);

    public ValueTask<IReadOnlyList<User>> ListAsync(CancellationToken cancellation) => store.ListUsersAsync(cancellation);

    public ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellation) => store.DecoyKeyAsync(cancellation);

    /// <inheritdoc cref="IUserStore.AddUserAsync"/>
    public async ValueTask<bool> AddAsync(User user, CancellationToken cancellation) =>
        await store.AddUserAsync(user, cancellation).ConfigureAwait(false) && await TellAsync(user.Name, cancellation).ConfigureAwait(false);

    /// <inheritdoc cref="IUserStore.ChangeUserAsync"/>
    public async ValueTask<bool> ChangeAsync(string name, Func<User, User> change, CancellationToken cancellation) =>
        await store.ChangeUserAsync(name, change, cancellation).ConfigureAwait(false) && await TellAsync(name, cancellation).ConfigureAwait(false);

    /// <inheritdoc cref="IUserStore.DeleteUserAsync"/>
    public async ValueTask<bool> DeleteAsync(string name, CancellationToken cancellation) =>
        await store.DeleteUserAsync(name, cancellation).ConfigureAwait(false) && await TellAsync(name, cancellation).ConfigureAwait(false);

    private async ValueTask<bool> TellAsync(string name, CancellationToken cancellation)
    {
        Changed?.Invoke(name);
        await LookAsync(cancellation).ConfigureAwait(false);
        return true;
    }
}
