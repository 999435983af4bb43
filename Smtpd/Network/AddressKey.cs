using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Smtpd.Network;

/// <summary>What stands for a client where clients are counted: an IPv4 address, or the /64 of an IPv6 address, which is what one customer gets.</summary>
internal static class AddressKey
{
    public static ulong Of(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6) client = client.MapToIPv4();
        Span<byte> octets = stackalloc byte[16];
        client.TryWriteBytes(octets, out _);
        // No network of customers begins with 32 zero bits, so the two kinds do not meet.
        return client.AddressFamily == AddressFamily.InterNetwork ? BinaryPrimitives.ReadUInt32BigEndian(octets) : BinaryPrimitives.ReadUInt64BigEndian(octets);
    }
}
