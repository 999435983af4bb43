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

    public ValueTask<(Ticket Ticket, User User)?> FindTicketAsync(byte[] digest, CancellationToken cancellation) =>
        ReadAsync(readers => readers.Query(connection => SqliteTickets.Find(connection, digest)), cancellation);

    public async ValueTask<IReadOnlyList<Ticket>> ListTicketsAsync(string user, TicketKind kind, CancellationToken cancellation) =>
        await ReadAsync(readers => readers.Query(connection => SqliteTickets.List(connection, user, kind)), cancellation).ConfigureAwait(false);

    public ValueTask<long?> AddTicketAsync(Ticket ticket, CancellationToken cancellation) =>
        WriteUserAsync(connection => SqliteTickets.Add(connection, ticket), cancellation);

    public async ValueTask TouchTicketAsync(long id, DateTimeOffset used, DateTimeOffset? expires, CancellationToken cancellation) =>
        await WriteUserAsync(connection => SqliteTickets.Touch(connection, id, used, expires), cancellation).ConfigureAwait(false);

    public ValueTask<int> DeleteTicketsAsync(string user, TicketKind kind, long? id, CancellationToken cancellation) =>
        WriteUserAsync(connection => SqliteTickets.Delete(connection, user, kind, id), cancellation);

    public async ValueTask<IReadOnlyList<string>> DeleteExpiredTicketsAsync(DateTimeOffset now, CancellationToken cancellation) =>
        await WriteUserAsync(connection => SqliteTickets.DeleteExpired(connection, now), cancellation).ConfigureAwait(false);

    /// <summary>Runs a change of one row; the statement is a transaction of its own, synced when it returns.</summary>
    private async ValueTask<T> WriteUserAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellation) =>
        await Task.Run(() => _file.Change(write), cancellation).ConfigureAwait(false);
}
