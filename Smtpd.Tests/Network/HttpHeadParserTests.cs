using System.Net;
using System.Text;
using NUnit.Framework;
using Smtpd.Network;

namespace Smtpd.Tests.Network;

/// <summary>Whatever comes, the parser decides; and what it lets through can be read in one way only.</summary>
public sealed class HttpHeadParserTests
{
    private static readonly string[] s_pieces =
    [
        "GET", "POST", "CONNECT", "*", " ", "  ", "\t", "/", "/a?b", "http://", "http://h", "https://[::1]:1/", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.", "\r\n", "\r\n", "\r\n\r\n",
        "\r", "\n", "\0", "Host", "Host: a\r\n", "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "Connection: Upgrade, x\r\n", "Upgrade: websocket\r\n", "Expect: 100-continue\r\n",
        ":", ": ", ",", ";", "x", "[", "]", "%", "#", "@", "\u00ff", "\u007f", "GET / HTTP/1.1\r\nHost: a\r\n",
    ];

    [Test]
    public void Random_heads_are_refused_or_come_out_as_one_clean_head()
    {
        var random = new Random(20261121);
        var target = new HttpRelayTarget(new IPEndPoint(IPAddress.Loopback, 1), "secret");
        int passed = 0;
        for (int round = 0; round < 60_000; round++)
        {
            var text = new StringBuilder(random.Next(3) == 0 ? "" : "GET /x HTTP/1.1\r\nHost: a\r\n");
            for (int i = random.Next(8); i >= 0; i--) text.Append(s_pieces[random.Next(s_pieces.Length)]);
            text.Append("\r\n\r\n");
            byte[] octets = Encoding.Latin1.GetBytes(text.ToString());

            var scanner = new HttpHeadScanner();
            HttpHeadRefusal? refusal = null;
            // Cut in two at a random place: the cut must not matter.
            if (random.Next(2) == 0) refusal = scanner.Advance(octets.AsSpan(0, random.Next(octets.Length)));
            if (refusal is null && scanner.End == 0) refusal = scanner.Advance(octets);
            if (refusal is not null || scanner.End == 0) continue;
            if (HttpHeadParser.Parse(octets.AsSpan(scanner.Start, scanner.End - scanner.Start), out HttpHead? head) is not null) continue;

            passed++;
            Assert.That(head!.IsChunked && head.ContentLength > 0, Is.False);
            string relayed = Encoding.Latin1.GetString(HttpRelayRequest.Render(head, target, target.Calls.Open(default), target.EndPoint, target.EndPoint));
            string[] lines = relayed.Split("\r\n");
            Assert.That(lines[^2..], Is.All.Empty, "ends in one empty line");
            Assert.That(lines[1..^2], Is.All.Matches<string>(line => line.IndexOf(':', StringComparison.Ordinal) > 0 && line.AsSpan().IndexOfAny('\r', '\n', '\0') < 0));
            Assert.That(lines.Count(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)), Is.EqualTo(1));
            Assert.That(lines.Count(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase)), Is.LessThanOrEqualTo(1));
        }
        Assert.That(passed, Is.GreaterThan(1000));
    }
}
