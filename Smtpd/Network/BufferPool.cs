namespace Smtpd.Network;

/// <summary>
/// A bounded number of equal buffers. Whoever finds none left goes on with the small buffer that it owns: slower, but
/// memory does not follow the number of connections that send at once.
/// </summary>
/// <param name="octets">The size of each buffer.</param>
/// <param name="most">How many may be out at once.</param>
internal sealed class BufferPool(int octets, int most)
{
    private readonly Lock _lock = new();
    private readonly Stack<byte[]> _free = new();
    private int _made;

    /// <summary>The size of each buffer.</summary>
    public int Octets => octets;

    /// <summary>A buffer of unknown content, or null when all are out.</summary>
    public byte[]? TryTake()
    {
        lock (_lock)
        {
            if (_free.TryPop(out byte[]? buffer)) return buffer;
            if (_made == most) return null;
            _made++;
        }
        return GC.AllocateUninitializedArray<byte>(octets, pinned: true);
    }

    public void Return(byte[] buffer)
    {
        lock (_lock) _free.Push(buffer);
    }
}
