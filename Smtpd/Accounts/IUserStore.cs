namespace Smtpd.Accounts;

/// <summary>
/// Where users are kept: beside the mail. Never called from a socket thread. What is changed is durable when the call returns.
/// Every method may throw <see cref="Storage.StoreException"/>.
/// </summary>
internal interface IUserStore : ITicketStore
{
    /// <summary>The user of exactly this name, or null.</summary>
    ValueTask<User?> FindUserAsync(string name, CancellationToken cancellation);

    /// <summary>All users in the order of their names.</summary>
    ValueTask<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellation);

    /// <summary>False when there is a user of that name already.</summary>
    ValueTask<bool> AddUserAsync(User user, CancellationToken cancellation);

    /// <summary>Replaces a user by what is made of him; nobody else changes him meanwhile. The name stays.</summary>
    /// <param name="change">Called under the store's lock, or again where another process was faster: quick, and without calls of the store or other effects.</param>
    /// <returns>False when there is no such user.</returns>
    ValueTask<bool> ChangeUserAsync(string name, Func<User, User> change, CancellationToken cancellation);

    /// <summary>Deletes a user and, in the same step, his sessions and tokens. False when there is no such user.</summary>
    ValueTask<bool> DeleteUserAsync(string name, CancellationToken cancellation);

    /// <summary>Random octets that stay the same as long as the store: salts for names that do not exist are made of them.</summary>
    ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellation);

    /// <summary>Notes when and from where a user has signed in, where the store keeps that.</summary>
    /// <param name="client">The client's address; empty where it is not known.</param>
    ValueTask NoteSignInAsync(string name, string client, DateTimeOffset now, CancellationToken cancellation) => ValueTask.CompletedTask;
}
