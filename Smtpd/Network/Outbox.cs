using System.Diagnostics;

namespace Smtpd.Network;

/// <summary>Replies that are still to be sent, and the operation that sends them in one go.</summary>
internal sealed class Outbox
{
    /// <summary>Room for the replies to a group of pipelined commands.</summary>
    private const int InitialOctets = 1024;

    /// <summary>What a burst of pipelined commands can pile up before the session sends (see <see cref="IsLong"/>).</summary>
    private const int LongOctets = 16 * 1024;

    private byte[] _octets = new byte[InitialOctets];
    private int _length;

    public SocketOperation Operation { get; } = new();

    public Memory<byte> Octets => _octets.AsMemory(0, _length);

    public bool IsEmpty => _length == 0;

    /// <summary>True when it is time to send even though more commands wait.</summary>
    public bool IsLong => _length >= LongOctets;

    /// <summary>Room for at least so many octets; what was used of it is then said to <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int octets)
    {
        if (_octets.Length - _length < octets) Array.Resize(ref _octets, Math.Max(_octets.Length * 2, _length + octets));
        return _octets.AsSpan(_length);
    }

    public void Advance(int octets)
    {
        Debug.Assert(_length + octets <= _octets.Length);
        _length += octets;
    }

    public void Clear()
    {
        _length = 0;
        if (_octets.Length > LongOctets) _octets = new byte[InitialOctets];
    }
}
