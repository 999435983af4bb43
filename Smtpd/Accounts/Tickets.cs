using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd.Accounts;

/// <summary>Makes sessions and tokens, and knows users by them.</summary>
internal sealed class Tickets(UserDirectory users, TimeProvider clock, Log log)
{
    /// <summary>A session that is not used for so long has ended.</summary>
    public static readonly TimeSpan SessionTime = TimeSpan.FromDays(14);

    /// <summary>When a ticket was used last is noted no more often than this: it costs a write, and nobody needs it to the minute.</summary>
    public static readonly TimeSpan Coarse = TimeSpan.FromHours(1);

    /// <summary>Octets of a secret: beyond guessing.</summary>
    private const int SecretOctets = 32;

    /// <summary>Letters of the longest text that is looked at as a secret.</summary>
    private const int MostSecretLetters = 100;

    /// <summary>By this a token is known for one where it lies about, in files that are searched for such things.</summary>
    private const string TokenPrefix = "smtpd_";

    /// <summary>Begins a session.</summary>
    /// <param name="generation">The user's when he proved who he is.</param>
    /// <returns>The secret; null when the user has changed since.</returns>
    /// <exception cref="StoreException">The store is in trouble.</exception>
    public async ValueTask<string?> OpenSessionAsync(string name, int generation, CancellationToken cancellation)
    {
        string secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretOctets));
        DateTimeOffset now = clock.GetUtcNow();
        var session = new Ticket(DigestOf(secret), name, TicketKind.Session) { Generation = generation, Created = now, LastUsed = now, Expires = now + SessionTime };
        return await users.AddTicketAsync(session, cancellation).ConfigureAwait(false) is null ? null : secret;
    }

    /// <summary>Makes a token.</summary>
    /// <returns>The secret, which nobody can find out later; null when there is no such user, or he has too many.</returns>
    /// <exception cref="StoreException">The store is in trouble.</exception>
    public async ValueTask<string?> MakeTokenAsync(string name, string note, CancellationToken cancellation) =>
        (await IssueTokenAsync(name, note, cancellation).ConfigureAwait(false))?.Secret;

    /// <summary>The same, with what is kept of it.</summary>
    public async ValueTask<(Ticket Ticket, string Secret)?> IssueTokenAsync(string name, string note, CancellationToken cancellation)
    {
        string secret = TokenPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretOctets));
        var token = new Ticket(DigestOf(secret), name, TicketKind.Token) { Note = note, Created = clock.GetUtcNow() };
        return await users.AddTicketAsync(token, cancellation).ConfigureAwait(false) is { } id ? (token with { Id = id }, secret) : null;
    }

    /// <summary>A user's sessions that hold, the oldest first.</summary>
    /// <exception cref="StoreException">The store is in trouble.</exception>
    public async ValueTask<IReadOnlyList<Ticket>> ListSessionsAsync(User user, CancellationToken cancellation)
    {
        DateTimeOffset now = clock.GetUtcNow();
        IReadOnlyList<Ticket> all = await users.ListTicketsAsync(user.Name, TicketKind.Session, cancellation).ConfigureAwait(false);
        return [.. all.Where(one => one.Generation == user.Generation && !(one.Expires <= now))];
    }

    /// <summary>The user whose session or token this is, as he is now; null when it holds no more or never did.</summary>
    /// <exception cref="StoreException">The store is in trouble.</exception>
    public async ValueTask<User?> FindUserAsync(string secret, TicketKind kind, CancellationToken cancellation) =>
        (await FindAsync(secret, kind, cancellation).ConfigureAwait(false))?.User;

    /// <summary>The same, with the session or token itself.</summary>
    public async ValueTask<(User User, Ticket? Ticket)?> FindAsync(string secret, TicketKind kind, CancellationToken cancellation)
    {
        if (secret.Length is 0 or > MostSecretLetters) return null;
        byte[] digest = DigestOf(secret);
        if (await users.FindTicketAsync(digest, cancellation).ConfigureAwait(false) is not var (ticket, user)) return null;
        DateTimeOffset now = clock.GetUtcNow();
        if (!CryptographicOperations.FixedTimeEquals(ticket.Digest, digest) || ticket.Kind != kind || !Holds(ticket, user, now)) return null;
        if (ticket.LastUsed is not { } last || now - last >= Coarse) await TouchAsync(ticket, now, cancellation).ConfigureAwait(false);
        return (user, ticket);
    }

    /// <summary>True as long as a session or token that was found holds. To ask is no use of it.</summary>
    /// <exception cref="StoreException">The store is in trouble.</exception>
    public async ValueTask<bool> HoldsAsync(Ticket ticket, CancellationToken cancellation) =>
        await users.FindTicketAsync(ticket.Digest, cancellation).ConfigureAwait(false) is var (now, user) && Holds(now, user, clock.GetUtcNow());

    private static bool Holds(Ticket ticket, User user, DateTimeOffset now) =>
        !user.IsDisabled && (ticket.Kind == TicketKind.Token || ticket.Generation == user.Generation) && (ticket.Expires is not { } end || now < end);

    /// <summary>Ends a session. One that does not exist is passed over.</summary>
    /// <exception cref="StoreException">The store is in trouble.</exception>
    public async ValueTask CloseSessionAsync(string secret, CancellationToken cancellation)
    {
        if (secret.Length is 0 or > MostSecretLetters) return;
        if (await users.FindTicketAsync(DigestOf(secret), cancellation).ConfigureAwait(false) is var (ticket, _) && ticket.Kind == TicketKind.Session)
            await users.DeleteTicketsAsync(ticket.User, TicketKind.Session, ticket.Id, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes out of the store what has expired, again and again, until told to stop.</summary>
    public async Task TendAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Coarse, clock);
        try
        {
            do
            {
                await DropExpiredAsync(stop).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The program stops.
        }
    }

    private async Task DropExpiredAsync(CancellationToken stop)
    {
        try
        {
            await users.DeleteExpiredTicketsAsync(clock.GetUtcNow(), stop).ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            // They hold no more whether they are there or not; the next round tries again.
            log.Warn($"accounts: sessions that have ended cannot be taken out of the store: {failure.Message}");
        }
    }

    private async ValueTask TouchAsync(Ticket ticket, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            await users.TouchTicketAsync(ticket.Id, now, ticket.Expires is null ? null : now + SessionTime, cancellation).ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            // A full disk must not shut out who wants to delete mail.
            log.Warn($"accounts: the use of a session or token cannot be noted: {failure.Message}");
        }
    }

    private static byte[] DigestOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
