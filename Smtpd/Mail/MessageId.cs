using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Smtpd.Mail;

/// <summary>
/// The 12-octet id of a message: seconds since 1970 (4), random octets of the process (5), a counter (3), all big-endian,
/// so that the order of the octets is the order of arrival. Written as 24 lower-case hexadecimal digits.
/// </summary>
internal readonly record struct MessageId : IComparable<MessageId>, IUtf8SpanFormattable
{
    public const int Octets = 12;
    public const int Digits = 24;

    private readonly ulong _high;
    private readonly uint _low;

    public MessageId(uint seconds, ulong process, uint counter)
    {
        _high = ((ulong)seconds << 32) | ((process >> 8) & 0xFFFF_FFFF);
        _low = ((uint)(process & 0xFF) << 24) | (counter & 0xFF_FFFF);
    }

    /// <param name="octets">Exactly <see cref="Octets"/> octets.</param>
    public MessageId(ReadOnlySpan<byte> octets)
    {
        if (octets.Length != Octets) throw new ArgumentException($"A message id has {Octets} octets, not {octets.Length}.", nameof(octets));
        _high = BinaryPrimitives.ReadUInt64BigEndian(octets);
        _low = BinaryPrimitives.ReadUInt32BigEndian(octets[8..]);
    }

    /// <summary>Seconds since 1970 at which the id was given.</summary>
    public uint Seconds => (uint)(_high >> 32);

    public void Write(Span<byte> octets)
    {
        BinaryPrimitives.WriteUInt64BigEndian(octets, _high);
        BinaryPrimitives.WriteUInt32BigEndian(octets[8..], _low);
    }

    /// <summary>Writes the <see cref="Digits"/> digits as ASCII.</summary>
    public void WriteDigits(Span<byte> ascii)
    {
        Span<byte> octets = stackalloc byte[Octets];
        Write(octets);
        for (int i = 0; i < Octets; i++)
        {
            ascii[2 * i] = "0123456789abcdef"u8[octets[i] >> 4];
            ascii[(2 * i) + 1] = "0123456789abcdef"u8[octets[i] & 15];
        }
    }

    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        bytesWritten = 0;
        if (utf8Destination.Length < Digits) return false;
        WriteDigits(utf8Destination);
        bytesWritten = Digits;
        return true;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out MessageId id)
    {
        id = default;
        if (text is not { Length: Digits }) return false;
        Span<byte> octets = stackalloc byte[Octets];
        if (Convert.FromHexString(text, octets, out _, out int written) != System.Buffers.OperationStatus.Done || written != Octets) return false;
        id = new MessageId(octets);
        return true;
    }

    public int CompareTo(MessageId other)
    {
        int order = _high.CompareTo(other._high);
        return order != 0 ? order : _low.CompareTo(other._low);
    }

    public override string ToString()
    {
        Span<byte> ascii = stackalloc byte[Digits];
        WriteDigits(ascii);
        return System.Text.Encoding.ASCII.GetString(ascii);
    }

    public static bool operator <(MessageId left, MessageId right) => left.CompareTo(right) < 0;
    public static bool operator >(MessageId left, MessageId right) => left.CompareTo(right) > 0;
    public static bool operator <=(MessageId left, MessageId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(MessageId left, MessageId right) => left.CompareTo(right) >= 0;
}
