using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Smtpd.Network;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Network;

/// <summary>What the server behind gets to see, and the client of its answer.</summary>
public sealed class WebFrontRelayTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a\r\n";

    [Test]
    public async Task The_server_behind_sees_a_head_made_anew()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(
            "PUT /a%20b?c=d HTTP/1.1\r\nHOST: mail.example:80\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nProxy-Authorization: x\r\nProxy-Connection: x\r\n"
            + "TE: trailers\r\nUpgrade: h2c\r\nX-Smtpd-Secret: guess\r\nX-Smtpd-Peer: 1.2.3.4:5\r\nA: 1\r\na: 2\r\nCookie: x=1\r\nCookie: y=2\r\nX-Real-IP: 9\r\nContent-Length: 003\r\n\r\nabc");
        using Socket server = await backend.AcceptAsync();
        string head = await server.ReadUntilAsync("abc");
        string[] expected =
        [
            "PUT / HTTP/1.1",
            $"Host: {backend.Target.EndPoint}",
            "X-Smtpd-Secret: secret",
            "X-Smtpd-Target: /a%20b?c=d",
            "X-Smtpd-Host: mail.example:80",
            $"X-Smtpd-Peer: {client.LocalEndPoint}",
            $"X-Smtpd-Listener: {front.EndPoints[0]}",
            "X-Smtpd-Call: 1",
            "X-Smtpd-Scheme: http",
            "Connection: close",
            "Content-Length: 3",
            "A: 1, 2",
            "Cookie: x=1; y=2",
            "X-Real-IP: 9",
            "",
            "abc",
        ];
        Assert.That(head.Split("\r\n"), Is.EqualTo(expected));
    }

    [TestCase("GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n", "", TestName = "A second request after one without a body")]
    [TestCase("POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /two HTTP/1.1\r\nHost: a\r\n\r\n", "abc", TestName = "A second request after a body")]
    [TestCase("GET /one HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n", "", TestName = "A second request after a refused upgrade")]
    public async Task Nothing_after_the_first_request_reaches_the_server(string requests, string body)
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(requests);
        using Socket server = await backend.AcceptAsync();
        string seen = await server.ReadUntilAsync("\r\n\r\n" + body);
        await server.SendAsync($"HTTP/1.1 400 No\r\n{ScriptedBackend.Mark}Content-Length: 2\r\n\r\nnoXX");
        RawAnswer answer = await client.ReadAnswerAsync();
        Assert.That(answer.Text, Is.EqualTo("no"));
        seen += Encoding.Latin1.GetString(await server.ReadToEndAsync());
        Assert.That(seen, Does.Contain("/one").And.Not.Contain("/two"));
        Assert.That(backend.IsUntouched, Is.True);
    }

    [Test]
    public async Task A_client_that_waits_for_100_gets_it_and_then_its_answer()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\n");
        using Socket server = await backend.AcceptAsync();
        string head = await server.ReadUntilAsync("\r\n\r\n");
        Assert.That(head, Does.Not.Contain("Expect"), "the server behind would answer it at once");
        backend.Target.Calls.Find(head.Split($"{HttpRelayFields.Call}: ")[1].Split("\r\n")[0])!.WantBody();
        Assert.That(await client.ReadUntilAsync("\r\n\r\n"), Does.StartWith("HTTP/1.1 100"));
        await client.SendAsync("body");
        await server.ReadUntilAsync("body");
        await server.SendAsync($"HTTP/1.1 200 OK\r\n{ScriptedBackend.Mark}Content-Length: 2\r\n\r\nok");
        Assert.That((await client.ReadAnswerAsync()).Text, Is.EqualTo("ok"));
    }

    [Test]
    public async Task A_client_that_waits_for_100_and_is_refused_hears_nothing_else()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        await server.SendAsync($"HTTP/1.1 401 No\r\n{ScriptedBackend.Mark}Content-Length: 2\r\n\r\nno");
        RawAnswer answer = await client.ReadAnswerAsync();
        Assert.That((answer.Status, answer.Text), Is.EqualTo((401, "no")));
    }

    [Test]
    public async Task A_chunked_body_and_a_chunked_answer_pass_as_they_are()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n");
        await client.SendAsync("0\r\n\r\n");
        using Socket server = await backend.AcceptAsync();
        Assert.That(await server.ReadUntilAsync("0\r\n\r\n"), Does.EndWith("\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
        await server.SendAsync($"HTTP/1.1 200 OK\r\n{ScriptedBackend.Mark}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        server.Close();
        Assert.That((await client.ReadAnswerAsync()).Text, Is.EqualTo("2\r\nok\r\n0\r\n\r\n"));
    }

    [Test]
    public async Task An_answer_given_before_the_body_is_read_still_arrives()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        await server.SendAsync($"HTTP/1.1 413 No\r\n{ScriptedBackend.Mark}Content-Length: 2\r\n\r\nno");
        server.Close();
        await client.SendAsync(new string('x', 900_000));
        Assert.That((await client.ReadAnswerAsync()).Status, Is.EqualTo(413));
    }

    [Test]
    public async Task A_websocket_is_relayed_both_ways_until_one_side_ends()
    {
        foreach (bool clientEnds in new[] { true, false })
        {
            using var backend = new ScriptedBackend();
            // Long enough for the handshake on a busy machine.
            TimeSpan idle = TimeSpan.FromSeconds(1.5);
            await using WebFront front = FrontFixture.Start(backend, new WebFrontLimits { Idle = idle });
            using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
            await client.SendAsync(Get + "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: k\r\n\r\nearly");
            Socket server = await backend.AcceptAsync();
            string head = await server.ReadUntilAsync("\r\n\r\n");
            Assert.That(head, Does.Contain("Connection: Upgrade\r\nUpgrade: websocket\r\n").And.Contain("Sec-WebSocket-Key: k\r\n"));
            await server.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
            await client.ReadUntilAsync("\r\n\r\n");
            await server.ReadUntilAsync("early");
            await server.SendAsync("from server");
            await client.ReadUntilAsync("from server");
            // Longer than the idle time of a request: a websocket has its own.
            await Task.Delay(idle * 2);
            await client.SendAsync("from client");
            await server.ReadUntilAsync("from client");
            (clientEnds ? client : server).Close();
            Assert.That(await (clientEnds ? server : client).ReadToEndAsync(), Is.Empty);
            await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the relay's end");
            server.Dispose();
        }
    }
}
