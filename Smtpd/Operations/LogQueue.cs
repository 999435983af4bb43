namespace Smtpd.Operations;

/// <summary>Whole lines that wait to be written, end to end in one buffer that grows up to a bound. Not for two threads at once.</summary>
internal sealed class LogQueue(int capacity)
{
    private byte[] _octets = new byte[Math.Min(capacity, 64 * 1024)];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Octets => _octets.AsSpan(0, Count);

    /// <summary>Adds one line; the parts follow each other and a line feed ends it. False, and nothing is added, when it does not fit.</summary>
    public bool TryAdd(ReadOnlySpan<byte> time, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> text)
    {
        int length = time.Length + tag.Length + text.Length + 1;
        if (length > capacity - Count) return false;
        if (length > _octets.Length - Count) Array.Resize(ref _octets, (int)Math.Min(capacity, Math.Max(_octets.Length * 2L, Count + (long)length)));
        Span<byte> line = _octets.AsSpan(Count, length);
        time.CopyTo(line);
        tag.CopyTo(line[time.Length..]);
        text.CopyTo(line[(time.Length + tag.Length)..]);
        line[^1] = (byte)'\n';
        Count += length;
        return true;
    }

    public void Clear() => Count = 0;
}
