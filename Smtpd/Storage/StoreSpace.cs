namespace Smtpd.Storage;

/// <summary>
/// Room for messages, promised before it is used, so that mail is refused with a clear answer while there is still space to
/// finish what was begun.
/// </summary>
internal sealed class StoreSpace
{
    private long _available = long.MaxValue;
    private long _promised;
    private long _free = -1;

    /// <summary>Tells how many octets may be promised in all. Called whenever the store has looked.</summary>
    /// <param name="free">Octets that are free on the store's file system; null for a store without one.</param>
    public void Offer(long available, long? free = null)
    {
        Volatile.Write(ref _available, Math.Max(0, available));
        Volatile.Write(ref _free, free ?? -1);
    }

    /// <summary>Octets that are free on the store's file system; null where there is none, or while the store has not looked.</summary>
    public long? Free => Volatile.Read(ref _free) is >= 0 and var free ? free : null;

    /// <summary>Octets that may still be promised; null while the store has not looked.</summary>
    public long? Left => Volatile.Read(ref _available) is var available && available == long.MaxValue ? null : Math.Max(0, available - Volatile.Read(ref _promised));

    /// <summary>True when so many octets more would find room now.</summary>
    public bool HasRoomFor(long octets) => octets <= Volatile.Read(ref _available) - Volatile.Read(ref _promised);

    /// <summary>Promises room; false when there is none. Given back by <see cref="Release"/>.</summary>
    public bool TryReserve(long octets)
    {
        if (Interlocked.Add(ref _promised, octets) <= Volatile.Read(ref _available)) return true;
        Interlocked.Add(ref _promised, -octets);
        return false;
    }

    public void Release(long octets) => Interlocked.Add(ref _promised, -octets);
}
