namespace Smtpd.Accounts;

/// <summary>
/// Where sessions and tokens are kept: beside the users. They go with their user. Every method may throw
/// <see cref="Storage.StoreException"/>.
/// </summary>
internal interface ITicketStore
{
    /// <summary>Sessions of one user; a further one ends his oldest.</summary>
    const int MostSessions = 100;

    /// <summary>Tokens of one user; there is no further one.</summary>
    const int MostTokens = 100;

    /// <summary>The ticket with that digest and its user, whatever state they are in; null when there is none.</summary>
    ValueTask<(Ticket Ticket, User User)?> FindTicketAsync(byte[] digest, CancellationToken cancellation);

    /// <summary>A user's tickets of one kind, the oldest first.</summary>
    ValueTask<IReadOnlyList<Ticket>> ListTicketsAsync(string user, TicketKind kind, CancellationToken cancellation);

    /// <summary>Keeps a ticket, if its user exists and, for a session, may sign in and is of the ticket's generation.</summary>
    /// <returns>Its number; null when it was not kept.</returns>
    ValueTask<long?> AddTicketAsync(Ticket ticket, CancellationToken cancellation);

    /// <summary>Notes that a ticket was used, and how long it lives from there.</summary>
    ValueTask TouchTicketAsync(long id, DateTimeOffset used, DateTimeOffset? expires, CancellationToken cancellation);

    /// <summary>Deletes one ticket of a user, or all of a kind.</summary>
    /// <param name="id">Null for all.</param>
    /// <returns>How many there were.</returns>
    ValueTask<int> DeleteTicketsAsync(string user, TicketKind kind, long? id, CancellationToken cancellation);

    /// <summary>Deletes what has expired by then.</summary>
    /// <returns>Whose tickets they were.</returns>
    ValueTask<IReadOnlyList<string>> DeleteExpiredTicketsAsync(DateTimeOffset now, CancellationToken cancellation);
}
