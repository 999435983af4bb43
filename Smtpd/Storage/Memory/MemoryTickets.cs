using Smtpd.Accounts;

namespace Smtpd.Storage.Memory;

/// <summary>Sessions and tokens that live as long as the process. Not safe for threads: its owner has the lock.</summary>
internal sealed class MemoryTickets
{
    private readonly Dictionary<string, Ticket> _byDigest = new(StringComparer.Ordinal);
    private long _lastId;

    public Ticket? Find(byte[] digest) => _byDigest.GetValueOrDefault(Convert.ToHexString(digest));

    public IReadOnlyList<Ticket> Of(string user, TicketKind kind) => [.. _byDigest.Values.Where(one => one.User == user && one.Kind == kind).OrderBy(one => one.Id)];

    public long? Add(Ticket ticket)
    {
        IReadOnlyList<Ticket> others = Of(ticket.User, ticket.Kind);
        if (ticket.Kind == TicketKind.Token && others.Count >= ITicketStore.MostTokens) return null;
        if (ticket.Kind == TicketKind.Session && others.Count >= ITicketStore.MostSessions) Remove(others[0]);
        _byDigest.Add(Convert.ToHexString(ticket.Digest), ticket with { Id = ++_lastId });
        return _lastId;
    }

    public void Touch(long id, DateTimeOffset used, DateTimeOffset? expires)
    {
        if (_byDigest.Values.FirstOrDefault(one => one.Id == id) is { } ticket)
            _byDigest[Convert.ToHexString(ticket.Digest)] = ticket with { LastUsed = used, Expires = expires };
    }

    /// <summary>Takes those away that are meant, and gives them back.</summary>
    public IReadOnlyList<Ticket> RemoveWhere(Func<Ticket, bool> isMeant)
    {
        Ticket[] meant = [.. _byDigest.Values.Where(isMeant)];
        foreach (Ticket one in meant) Remove(one);
        return meant;
    }

    private void Remove(Ticket ticket) => _byDigest.Remove(Convert.ToHexString(ticket.Digest));
}
