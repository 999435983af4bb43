namespace Smtpd.Network;

/// <summary>
/// How long a client has kept one direction of its exchange waiting, and for how much: who moves an octet now and then would
/// otherwise hold his place for ever (a slow body, an answer that is read in drops).
/// </summary>
internal sealed class ClientDebt
{
    /// <summary>Octets that a second of waiting is worth. The slowest line that carries web pages is faster.</summary>
    private const int OctetsPerSecond = 128;

    private long _since;
    private long _waited;
    private long _octets;

    /// <summary>True when the client is waited for, and has been for so long: at once, or in all beyond what its octets are worth.</summary>
    public bool IsOwedFor(TimeSpan time)
    {
        if (Interlocked.Read(ref _since) is not (> 0 and long since)) return false;
        long now = Environment.TickCount64 - since, inAll = Interlocked.Read(ref _waited) + now - (Interlocked.Read(ref _octets) * 1000 / OctetsPerSecond);
        return Math.Max(now, inAll) >= time.TotalMilliseconds;
    }

    /// <summary>A wait begins.</summary>
    /// <param name="idle">How long a client may keep us waiting that has moved nothing.</param>
    /// <returns>How long this one may.</returns>
    public TimeSpan Begin(TimeSpan idle)
    {
        Interlocked.Exchange(ref _since, Math.Max(1, Environment.TickCount64));
        TimeSpan left = idle + TimeSpan.FromSeconds(_octets / OctetsPerSecond) - TimeSpan.FromMilliseconds(_waited);
        return left > idle ? idle : left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    /// <summary>It is over.</summary>
    public void End(int octets)
    {
        Interlocked.Add(ref _waited, Environment.TickCount64 - Interlocked.Exchange(ref _since, 0));
        Interlocked.Add(ref _octets, octets);
    }
}
