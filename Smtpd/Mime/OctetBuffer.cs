using System.Buffers;

namespace Smtpd.Mime;

/// <summary>Pooled memory that grows with what is appended, up to a limit. Holds nothing before the first octet.</summary>
/// <param name="limit">Octets that are kept at most.</param>
internal struct OctetBuffer(int limit) : IDisposable
{
    private const int FirstOctets = 2 * 1024;

    private byte[]? _octets;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Span => _octets.AsSpan(0, Length);

    /// <summary>Keeps what there is room for. False when that was not everything.</summary>
    public bool Append(ReadOnlySpan<byte> octets)
    {
        int count = Math.Min(octets.Length, limit - Length);
        if (_octets is null || _octets.Length - Length < count) Grow(Length + count);
        octets[..count].CopyTo(_octets.AsSpan(Length));
        Length += count;
        return count == octets.Length;
    }

    public void Clear() => Length = 0;

    private void Grow(int octets)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(octets, FirstOctets));
        Span.CopyTo(larger);
        if (_octets is not null) ArrayPool<byte>.Shared.Return(_octets);
        _octets = larger;
    }

    public void Dispose()
    {
        if (_octets is not null) ArrayPool<byte>.Shared.Return(_octets);
        _octets = null;
        Length = 0;
    }
}
