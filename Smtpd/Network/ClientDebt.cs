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

    /// <summary>True when the client is waited for, and has been for so long.</summary>
    public bool IsOwedFor(TimeSpan time) => Interlocked.Read(ref _since) is > 0 and long since && Environment.TickCount64 - since >= time.TotalMilliseconds;

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
        _waited += Environment.TickCount64 - Interlocked.Exchange(ref _since, 0);
        _octets += octets;
    }
}
