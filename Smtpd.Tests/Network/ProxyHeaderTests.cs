using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Network;

namespace Smtpd.Tests.Network;

/// <summary>HAProxy's PROXY protocol, versions 1 and 2.</summary>
public sealed class ProxyHeaderTests
{
    private static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n", "192.0.2.1:56324")]
    [TestCase("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535")]
    [TestCase("PROXY TCP6 2001:db8::1 ::1 56324 25\r\n", "[2001:db8::1]:56324")]
    [TestCase("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", "192.0.2.1:1")]
    [TestCase("PROXY UNKNOWN\r\n", "0.0.0.0:0")]
    [TestCase("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "0.0.0.0:0")]
    public void A_line_names_the_client(string line, string client)
    {
        byte[] octets = Encoding.ASCII.GetBytes(line + "EHLO a.test\r\n");
        Assert.That(ProxyHeader.Read(octets, out ProxyHeader header, out _), Is.EqualTo(ProxyHeaderState.Complete));
        Assert.That(header, Is.EqualTo(new ProxyHeader(IPEndPoint.Parse(client), line.Length)));
        CheckPieces(octets, line.Length);
    }

    [TestCase("EHLO client.test\r\n")]
    [TestCase("PROXY\r\n")]
    [TestCase("proxy TCP4 192.0.2.1 198.51.100.1 1 2\r\n")]
    [TestCase("PROXY TCP5 192.0.2.1 198.51.100.1 1 2\r\n")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n")]
    [TestCase("PROXY TCP4 192.0.2.1  198.51.100.1 1 2\r\n")]
    [TestCase("PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n")]
    [TestCase("PROXY TCP4 192.0.2.01 198.51.100.1 1 2\r\n")]
    [TestCase("PROXY TCP4 ::1 ::1 1 2\r\n")]
    [TestCase("PROXY TCP6 192.0.2.1 198.51.100.1 1 2\r\n")]
    [TestCase("PROXY TCP6 fe80::1%2 ::1 1 2\r\n")]
    [TestCase("PROXY TCP6 [::1] ::1 1 2\r\n")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.1 -1 2\r\n")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.1 + 2\r\n")]
    [TestCase("PROXY UNKNOWNX\r\n")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.1 1 2 and so on without an end ........................................................\r\n")]
    [TestCase("\x16\x03\x01\x02")]
    public void Anything_else_is_bad(string text) =>
        Assert.That(ProxyHeader.Read(Encoding.Latin1.GetBytes(text), out _, out _), Is.EqualTo(ProxyHeaderState.Bad));

    [Test]
    public void A_block_names_the_client()
    {
        CheckBlock(Block(1, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 0xDC, 4, 0, 25]), "192.0.2.1:56324");
        CheckBlock(Block(1, 0x21, [.. IPAddress.Parse("2001:db8::1").GetAddressBytes(), .. IPAddress.IPv6Loopback.GetAddressBytes(), 0, 1, 0, 25]), "[2001:db8::1]:1");
        CheckBlock(Block(1, 0x21, [.. IPAddress.Parse("::ffff:192.0.2.1").GetAddressBytes(), .. IPAddress.IPv6Loopback.GetAddressBytes(), 0, 1, 0, 25]), "192.0.2.1:1");
        CheckBlock(Block(1, 0x31, new byte[216]), "0.0.0.0:0");
        CheckBlock(Block(1, 0x00, []), "0.0.0.0:0");
        CheckBlock(Block(0, 0x00, []), null);
        CheckBlock(Block(0, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 0, 1, 0, 25]), null);
        // What follows the addresses is passed over: an application protocol and padding.
        CheckBlock(Block(1, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 0, 1, 0, 25, 0x01, 0, 2, 0x68, 0x32, 0x04, 0, 0]), "192.0.2.1:1");
    }

    [Test]
    public void A_checksum_is_checked()
    {
        byte[] block = Block(1, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 0, 1, 0, 25, 0x03, 0, 4, 0, 0, 0, 0, 0x04, 0, 1, 9]);
        uint sum = uint.MaxValue;
        foreach (byte octet in block) sum = BitOperations.Crc32C(sum, octet);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(31), ~sum);
        CheckBlock(block, "192.0.2.1:1");
        block[16] ^= 1;
        Assert.That(ProxyHeader.Read(block, out _, out _), Is.EqualTo(ProxyHeaderState.Bad));
    }

    [Test]
    public void A_bad_block_is_bad()
    {
        byte[] address = [192, 0, 2, 1, 198, 51, 100, 1, 0, 1, 0, 25];
        byte[] version = Block(1, 0x11, address);
        version[12] = 0x11;
        byte[][] bad =
        [
            version, Block(2, 0x11, address), Block(1, 0x41, address), Block(1, 0x13, address), Block(1, 0x11, address[..11]), Block(1, 0x21, address),
            Block(1, 0x11, [.. address, 1]), Block(1, 0x11, [.. address, 1, 0, 5, 0]), Block(1, 0x11, [.. address, 3, 0, 1, 0]), Block(1, 0x11, new byte[ProxyHeader.MostOctets]),
        ];
        foreach (byte[] block in bad) Assert.That(ProxyHeader.Read(block, out _, out _), Is.EqualTo(ProxyHeaderState.Bad), Convert.ToHexString(block[..Math.Min(block.Length, 40)]));
    }

    [Test]
    public void No_octets_do_harm() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte>(), (octets, family) =>
    {
        foreach (byte[] input in (byte[][])[octets, [.. "PROXY "u8, .. octets], [.. Signature, .. octets], Block(1, family, octets)])
        {
            ProxyHeaderState state = ProxyHeader.Read(input, out ProxyHeader header, out int missing);
            if (state == ProxyHeaderState.Incomplete && missing <= 0) return false;
            if (state == ProxyHeaderState.Complete && (header.Octets <= 0 || header.Octets > input.Length)) return false;
        }
        return true;
    }));

    private static byte[] Block(int command, byte family, byte[] data) => [.. Signature, (byte)(0x20 | command), family, (byte)(data.Length >> 8), (byte)data.Length, .. data];

    private static void CheckBlock(byte[] block, string? client)
    {
        byte[] octets = [.. block, .. "EHLO a.test\r\n"u8];
        Assert.That(ProxyHeader.Read(octets, out ProxyHeader header, out _), Is.EqualTo(ProxyHeaderState.Complete));
        Assert.That(header, Is.EqualTo(new ProxyHeader(client is null ? null : IPEndPoint.Parse(client), block.Length)));
        CheckPieces(octets, block.Length);
    }

    /// <summary>Until all is there it is not complete, and reading what is said to be missing ends exactly where the header ends.</summary>
    private static void CheckPieces(byte[] octets, int length)
    {
        for (int i = 0; i < length; i++) Assert.That(ProxyHeader.Read(octets.AsSpan(0, i), out _, out _), Is.EqualTo(ProxyHeaderState.Incomplete), $"{i}");
        int have = 0;
        while (ProxyHeader.Read(octets.AsSpan(0, have), out _, out int missing) == ProxyHeaderState.Incomplete)
        {
            Assert.That(missing, Is.Positive);
            have += missing;
        }
        Assert.That(have, Is.EqualTo(length));
    }
}
