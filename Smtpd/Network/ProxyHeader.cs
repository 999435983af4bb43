using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;

namespace Smtpd.Network;

/// <summary>How far the reading of a PROXY header has come.</summary>
internal enum ProxyHeaderState { Incomplete, Complete, Bad }

/// <summary>
/// The line or block by which a load balancer says, before anything else, whose connection it hands on: versions 1 and 2 of
/// HAProxy's PROXY protocol.
/// </summary>
/// <param name="Client">The client; null when the balancer speaks for itself, <see cref="Unknown"/> when it does not say for whom.</param>
/// <param name="Octets">How many octets the header takes.</param>
internal readonly record struct ProxyHeader(IPEndPoint? Client, int Octets)
{
    /// <summary>The longest header that is read. Version 1 allows 107 octets; in version 2 certificates' names and the like may follow the addresses.</summary>
    public const int MostOctets = 4096;

    /// <summary>The client of a connection that came over something else than IP, or of which the balancer knows nothing.</summary>
    public static readonly IPEndPoint Unknown = new(IPAddress.Any, 0);

    private const int LongestLine = 107;
    private const int ShortestLine = 15;
    private const int BinaryHead = 16;
    private const byte TypeCrc32C = 0x03;

    private static ReadOnlySpan<byte> LineStart => "PROXY "u8;
    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <param name="input">All that has come; what follows the header is not looked at.</param>
    /// <param name="missing">Octets that the header still has at least: so many can be received without taking any that are not the header's.</param>
    public static ProxyHeaderState Read(ReadOnlySpan<byte> input, out ProxyHeader header, out int missing)
    {
        header = default;
        missing = ShortestLine - input.Length;
        if (Begins(input, Signature)) return input.Length < Signature.Length ? ProxyHeaderState.Incomplete : ReadBlock(input, out header, out missing);
        if (!Begins(input, LineStart)) return ProxyHeaderState.Bad;
        int end = input[..Math.Min(input.Length, LongestLine)].IndexOf("\r\n"u8);
        if (end >= 0) return ReadLine(input[..end], out header) ? ProxyHeaderState.Complete : ProxyHeaderState.Bad;
        if (input.Length >= LongestLine) return ProxyHeaderState.Bad;
        missing = Math.Max(missing, input[^1] == '\r' ? 1 : 2);
        return ProxyHeaderState.Incomplete;
    }

    /// <summary>True when one is how the other begins.</summary>
    private static bool Begins(ReadOnlySpan<byte> input, ReadOnlySpan<byte> start)
    {
        int length = Math.Min(input.Length, start.Length);
        return input[..length].SequenceEqual(start[..length]);
    }

    /// <summary><c>PROXY TCP4 192.0.2.1 198.51.100.1 56324 25</c></summary>
    private static bool ReadLine(ReadOnlySpan<byte> line, out ProxyHeader header)
    {
        header = new ProxyHeader(Unknown, line.Length + 2);
        ReadOnlySpan<byte> rest = line[LineStart.Length..];
        // Whatever follows UNKNOWN is to be passed over.
        if (rest.SequenceEqual("UNKNOWN"u8) || rest.StartsWith("UNKNOWN "u8)) return true;
        string[] words = Encoding.ASCII.GetString(rest).Split(' ');
        if (words.Length != 5 || words[0] is not ("TCP4" or "TCP6")) return false;
        AddressFamily family = words[0] == "TCP4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        if (!TryAddress(words[1], family, out IPAddress? client) || !TryAddress(words[2], family, out _)) return false;
        if (!TryPort(words[3], out ushort port) || !TryPort(words[4], out _)) return false;
        header = header with { Client = new IPEndPoint(client!, port) };
        return true;
    }

    private static bool TryAddress(string text, AddressFamily family, out IPAddress? address)
    {
        // IPAddress also reads 1 and 10.1 as addresses, and IPv6 ones in brackets or with a scope.
        if (!IPAddress.TryParse(text, out address) || address.AddressFamily != family) return false;
        if (family == AddressFamily.InterNetwork ? address.ToString() != text : text.AsSpan().ContainsAny('[', '%')) return false;
        address = Plain(address);
        return true;
    }

    private static bool TryPort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);

    private static ProxyHeaderState ReadBlock(ReadOnlySpan<byte> input, out ProxyHeader header, out int missing)
    {
        header = default;
        missing = BinaryHead - input.Length;
        if (missing > 0) return ProxyHeaderState.Incomplete;
        int octets = BinaryHead + BinaryPrimitives.ReadUInt16BigEndian(input[14..]);
        (int version, int command, int family) = (input[12] >> 4, input[12] & 15, input[13]);
        if (version != 2 || command > 1 || octets > MostOctets) return ProxyHeaderState.Bad;
        missing = octets - input.Length;
        if (missing > 0) return ProxyHeaderState.Incomplete;

        ReadOnlySpan<byte> block = input[..octets];
        ReadOnlySpan<byte> data = block[BinaryHead..];
        // Family in the upper half, stream or datagram in the lower.
        int addresses = (family >> 4) switch { 0 => 0, 1 => 12, 2 => 36, 3 => 216, _ => -1 };
        if (addresses < 0 || (family & 15) > 2 || data.Length < addresses) return ProxyHeaderState.Bad;
        if (!IsWhole(block, BinaryHead + addresses)) return ProxyHeaderState.Bad;
        IPEndPoint? client = command == 0 ? null : (family >> 4) switch
        {
            1 => new IPEndPoint(new IPAddress(data[..4]), BinaryPrimitives.ReadUInt16BigEndian(data[8..])),
            2 => new IPEndPoint(Plain(new IPAddress(data[..16])), BinaryPrimitives.ReadUInt16BigEndian(data[32..])),
            _ => Unknown,
        };
        header = new ProxyHeader(client, octets);
        return ProxyHeaderState.Complete;
    }

    /// <summary>
    /// Walks over the additions behind the addresses, which must fill the rest exactly. The one that is looked at is the checksum:
    /// it is counted with zeros in its own place.
    /// </summary>
    private static bool IsWhole(ReadOnlySpan<byte> block, int start)
    {
        while (start < block.Length)
        {
            if (block.Length - start < 3) return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(block[(start + 1)..]);
            int value = start + 3;
            if (length > block.Length - value) return false;
            if (block[start] == TypeCrc32C)
            {
                if (length != 4) return false;
                uint sum = Sum(0xFFFFFFFF, block[..value]);
                sum = ~Sum(Sum(sum, [0, 0, 0, 0]), block[(value + 4)..]);
                if (sum != BinaryPrimitives.ReadUInt32BigEndian(block[value..])) return false;
            }
            start = value + length;
        }
        return true;
    }

    private static uint Sum(uint sum, ReadOnlySpan<byte> octets)
    {
        foreach (byte octet in octets) sum = BitOperations.Crc32C(sum, octet);
        return sum;
    }

    /// <summary>An IPv4 address that is mapped into IPv6 is an IPv4 address.</summary>
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
