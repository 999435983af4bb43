using Microsoft.Data.Sqlite;
using Smtpd.Accounts;

namespace Smtpd.Storage.Sqlite;

/// <summary>The users, in the same file as the mail.</summary>
internal sealed partial class SqliteStore
{
    public ValueTask<User?> FindUserAsync(string name, CancellationToken cancellation) =>
        ReadAsync(readers => readers.Query(connection => SqliteUsers.Find(connection, name)), cancellation);

    public async ValueTask<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellation) =>
        await ReadAsync(readers => readers.Query(SqliteUsers.List), cancellation).ConfigureAwait(false);

    public ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellation) => ReadAsync(readers => readers.Query(SqliteUsers.DecoyKey), cancellation);

    public ValueTask<bool> AddUserAsync(User user, CancellationToken cancellation) =>
        WriteUserAsync(connection => SqliteUsers.Add(connection, user), cancellation);

    public ValueTask<bool> ChangeUserAsync(string name, Func<User, User> change, CancellationToken cancellation) =>
        WriteUserAsync(connection => SqliteUsers.Find(connection, name) is { } user && SqliteUsers.Replace(connection, change(user) with { Name = name }), cancellation);

    public ValueTask<bool> DeleteUserAsync(string name, CancellationToken cancellation) =>
        WriteUserAsync(connection => SqliteUsers.Delete(connection, name), cancellation);

    /// <summary>Runs a change of one row; the statement is a transaction of its own, synced when it returns.</summary>
    private async ValueTask<bool> WriteUserAsync(Func<SqliteConnection, bool> write, CancellationToken cancellation) =>
        await Task.Run(() => _file.Change(write), cancellation).ConfigureAwait(false);
}
