using System.Net;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox;

/// <summary>A websocket that the server ends is at its end on the wire too; otherwise each would keep a place for minutes.</summary>
public sealed class WebSocketTests : ServerFixture
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>One octet of binary data, masked with zeros (RFC 6455 §5.2); the server talks text only.</summary>
    private static readonly byte[] _binaryFrame = [0x82, 0x81, 0, 0, 0, 0, 0x41];

    /// <summary>A close frame without a reason.</summary>
    private static readonly byte[] _closeFrame = [0x88, 0x80, 0, 0, 0, 0];

    [TestCase("/ws/", false)]
    [TestCase("/ws/", true)]
    [TestCase("/api/events", false)]
    [TestCase("/api/events", true)]
    public async Task Connection_ends_with_its_websocket(string path, bool politely)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Server.Configuration.WebPort);
        NetworkStream stream = client.GetStream();
        using var limit = new CancellationTokenSource(Deadline);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{Server.Configuration.WebPort}\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), limit.Token);
        byte[] buffer = new byte[4096];
        int count = await stream.ReadAsync(buffer, limit.Token);
        Assert.That(Encoding.ASCII.GetString(buffer, 0, count), Does.StartWith("HTTP/1.1 101 "));
        await stream.WriteAsync(politely ? _closeFrame : _binaryFrame, limit.Token);
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) > 0) { }
        }
        catch (IOException)
        {
            // A reset is an end as well.
        }
        Assert.That(limit.IsCancellationRequested, Is.False);
    }
}
