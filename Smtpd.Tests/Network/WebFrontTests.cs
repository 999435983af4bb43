using System.Net;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Network;

/// <summary>The front between a client and a server that both do what the test tells them.</summary>
public sealed class WebFrontTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a\r\n";
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(150);

    private static WebSettings Settings(int maxConnections = 100, params string[] listen) =>
        new([.. (listen.Length == 0 ? ["127.0.0.1:0"] : listen).Select(one => new ListenAddress(IPEndPoint.Parse(one), false))], "/", WebAuthentication.Off, maxConnections);

    private static WebFront Start(ScriptedBackend backend, WebFrontLimits? limits = null, int maxConnections = 100, ListLog? log = null)
    {
        var front = new WebFront(Settings(maxConnections), backend.Target, log ?? new ListLog(), limits);
        front.Start();
        return front;
    }

    // Heads that must never reach the server behind.

    [TestCase("GET /x HTTP/1.1\r\n\r\n", 400, TestName = "No Host in HTTP/1.1")]
    [TestCase(Get + "Host: b\r\n\r\n", 400, TestName = "Two Hosts")]
    [TestCase(Get + "Host: a\r\n\r\n", 400, TestName = "Two equal Hosts")]
    [TestCase("GET /x HTTP/1.1\r\nHost: a b\r\n\r\n", 400, TestName = "Host with a blank")]
    [TestCase("GET /x HTTP/1.1\r\nHost: user@a\r\n\r\n", 400, TestName = "Host with user")]
    [TestCase("GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, TestName = "Host with a path")]
    [TestCase("GET /x HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, TestName = "Host with half a literal")]
    [TestCase("GET /x HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, TestName = "Host with a port that is none")]
    [TestCase(Get + "X: a\rb\r\n\r\n", 400, TestName = "Bare CR")]
    [TestCase(Get + "X: a\nY: b\r\n\r\n", 400, TestName = "Bare LF")]
    [TestCase("GET /x HTTP/1.1\nHost: a\n\n", 400, TestName = "Only LFs")]
    [TestCase(Get + "X: a\0b\r\n\r\n", 400, TestName = "NUL")]
    [TestCase(Get + "X: a\u0001b\r\n\r\n", 400, TestName = "Control character")]
    [TestCase(Get + "X: a\u007fb\r\n\r\n", 400, TestName = "DEL")]
    [TestCase(Get + "X: a\r\n folded\r\n\r\n", 400, TestName = "Folded line")]
    [TestCase(Get + "X: a\r\n\tb: c\r\n\r\n", 400, TestName = "Line folded with a tab")]
    [TestCase("GET /x HTTP/1.1\r\n Host: a\r\n\r\n", 400, TestName = "First line folded")]
    [TestCase(Get + "X : a\r\n\r\n", 400, TestName = "Blank before the colon")]
    [TestCase(Get + "X\t: a\r\n\r\n", 400, TestName = "Tab before the colon")]
    [TestCase(Get + ": a\r\n\r\n", 400, TestName = "No name")]
    [TestCase(Get + "nothing\r\n\r\n", 400, TestName = "No colon")]
    [TestCase(Get + "X\u00e4: a\r\n\r\n", 400, TestName = "Name beyond ASCII")]
    [TestCase(Get + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, TestName = "Length and chunks")]
    [TestCase(Get + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400, TestName = "Chunks and length")]
    [TestCase(Get + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, TestName = "Two lengths")]
    [TestCase(Get + "Content-Length: 3, 4\r\n\r\nabcd", 400, TestName = "Two lengths in one line")]
    [TestCase(Get + "Content-Length: +3\r\n\r\nabc", 400, TestName = "Length with a sign")]
    [TestCase(Get + "Content-Length: -3\r\n\r\nabc", 400, TestName = "Negative length")]
    [TestCase(Get + "Content-Length: 0x3\r\n\r\nabc", 400, TestName = "Hexadecimal length")]
    [TestCase(Get + "Content-Length:\r\n\r\n", 400, TestName = "Empty length")]
    [TestCase(Get + "Content-Length: 99999999999999999999\r\n\r\n", 400, TestName = "Length beyond 64 bits")]
    [TestCase(Get + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400, TestName = "Two codings")]
    [TestCase(Get + "Transfer-Encoding: identity\r\n\r\n", 400, TestName = "Identity coding")]
    [TestCase(Get + "Transfer-Encoding: \"chunked\"\r\n\r\n", 400, TestName = "Quoted chunked")]
    [TestCase(Get + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400, TestName = "Chunked twice")]
    [TestCase(Get + "Transfer-Encoding: xchunked\r\n\r\n", 400, TestName = "Almost chunked")]
    [TestCase("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, TestName = "Chunks in HTTP/1.0")]
    [TestCase(Get + "Content-Length: 3\r\nExpect: 200-ok\r\n\r\n", 417, TestName = "Unknown expectation")]
    [TestCase("GET  /x HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Two blanks")]
    [TestCase("GET /x  HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Two blanks before the version")]
    [TestCase("GET\t/x\tHTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Tabs in the request line")]
    [TestCase("GET /x y HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Blank in the target")]
    [TestCase("GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Fragment in the target")]
    [TestCase("GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Target beyond ASCII")]
    [TestCase("GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Target without a slash")]
    [TestCase("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Asterisk for GET")]
    [TestCase("GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Another scheme")]
    [TestCase("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Absolute target without a host")]
    [TestCase("GET http://u@a/x HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Absolute target with a user")]
    [TestCase("G(T /x HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Method that is no token")]
    [TestCase("GET /x http/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Version in small letters")]
    [TestCase("GET /x HTTP/1.1 \r\nHost: a\r\n\r\n", 400, TestName = "Blank after the version")]
    [TestCase("GET /x HTTP/01.1\r\nHost: a\r\n\r\n", 400, TestName = "Version with three digits")]
    [TestCase("GET /x\r\n", 400, TestName = "HTTP/0.9")]
    [TestCase("GET /x HTTP/2.0\r\nHost: a\r\n\r\n", 505, TestName = "HTTP/2.0")]
    [TestCase("GET /x HTTP/1.2\r\nHost: a\r\n\r\n", 505, TestName = "HTTP/1.2")]
    [TestCase("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, TestName = "HTTP/2 preface")]
    [TestCase("CONNECT a:25 HTTP/1.1\r\nHost: a\r\n\r\n", 405, TestName = "CONNECT")]
    [TestCase("\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", 400, TestName = "Two empty lines first")]
    [TestCase("\u0016\u0003\u0001", 400, TestName = "TLS on a plain port")]
    public async Task A_head_that_can_be_read_in_two_ways_is_refused(string request, int status)
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
        RawAnswer answer = await RawHttp.ExchangeAsync(front.EndPoints[0], request);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(answer.Field("X-Content-Type-Options"), Is.EqualTo("nosniff"));
        Assert.That(answer.Field("Connection"), Is.EqualTo("close"));
        Assert.That(answer.Text, Does.StartWith("{\"Error\":\"").And.EndsWith("\"}"));
        Assert.That(System.Text.Json.JsonDocument.Parse(answer.Body).RootElement.GetProperty("Error").GetString(), Is.Not.Empty);
        Assert.That(backend.IsUntouched, Is.True);
    }

    [Test]
    public async Task A_head_of_too_many_lines_or_octets_is_refused_however_much_comes()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
        string[] heads =
        [
            Get + string.Concat(Enumerable.Repeat("X: y\r\n", 5000)) + "\r\n",
            Get + string.Concat(Enumerable.Repeat("X: y\r\n", 100)) + "\r\n",
            Get + "X: " + new string('y', 500_000) + "\r\n\r\n",
        ];
        foreach (string head in heads) Assert.That((await RawHttp.ExchangeAsync(front.EndPoints[0], head)).Status, Is.EqualTo(431));
        Assert.That((await RawHttp.ExchangeAsync(front.EndPoints[0], "GET /" + new string('x', 100_000))).Status, Is.EqualTo(414));
        Assert.That(backend.IsUntouched, Is.True);
    }

    [Test]
    public async Task A_head_at_the_limits_passes()
    {
        await using var web = new WebFixture();
        string lines = string.Concat(Enumerable.Range(0, 99).Select(i => $"X-{i}: y\r\n"));
        Assert.That((await web.GetAsync("/livez", lines)).Status, Is.EqualTo(200));
        string start = "GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ";
        Assert.That((await web.SendAsync(start + new string('y', WebFrontLimits.HeadBytes - start.Length - 4) + "\r\n\r\n")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_request_may_come_byte_by_byte()
    {
        await using var web = new WebFixture();
        using Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        foreach (char one in "\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n") await client.SendAsync(one.ToString());
        Assert.That((await client.ReadAnswerAsync()).Status, Is.EqualTo(200));
    }

    [TestCase("")]
    [TestCase("GET / HT")]
    [TestCase(Get)]
    public async Task A_head_that_does_not_come_in_time_is_told_so_and_closed(string part)
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend, new WebFrontLimits { HeadDeadline = s_short });
        Assert.That((await RawHttp.ExchangeAsync(front.EndPoints[0], part)).Status, Is.EqualTo(408));
        await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the connection's end");
    }

    [Test]
    public async Task A_trickle_does_not_move_the_deadline_of_the_head()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend, new WebFrontLimits { HeadDeadline = TimeSpan.FromMilliseconds(400) });
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        Task<RawAnswer> answer = client.ReadAnswerAsync();
        await client.SendAsync(Get + "X: ");
        while (!answer.IsCompleted)
        {
            await client.SendAsync("y");
            await Task.WhenAny(answer, Task.Delay(20));
        }
        Assert.That((await answer).Status, Is.EqualTo(408));
    }

    // What the server behind gets to see.

    [Test]
    public async Task The_server_behind_sees_a_head_made_anew()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
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
        await using WebFront front = Start(backend);
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
        await using WebFront front = Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\n");
        using Socket server = await backend.AcceptAsync();
        Assert.That(await server.ReadUntilAsync("\r\n\r\n"), Does.Contain("Expect: 100-continue\r\n"));
        await server.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        Assert.That(await client.ReadUntilAsync("\r\n\r\n"), Does.StartWith("HTTP/1.1 100"));
        await client.SendAsync("body");
        await server.ReadUntilAsync("body");
        await server.SendAsync($"HTTP/1.1 200 OK\r\n{ScriptedBackend.Mark}Content-Length: 2\r\n\r\nok");
        Assert.That((await client.ReadAnswerAsync()).Text, Is.EqualTo("ok"));
    }

    [Test]
    public async Task A_chunked_body_and_a_chunked_answer_pass_as_they_are()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
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
        await using WebFront front = Start(backend);
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
            await using WebFront front = Start(backend, new WebFrontLimits { Idle = s_short });
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
            await Task.Delay(s_short * 3);
            await client.SendAsync("from client");
            await server.ReadUntilAsync("from client");
            (clientEnds ? client : server).Close();
            Assert.That(await (clientEnds ? server : client).ReadToEndAsync(), Is.Empty);
            await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the relay's end");
            server.Dispose();
        }
    }

    // Clients and servers that go away or stand still.

    [Test]
    public async Task A_client_that_resets_ends_its_relay_at_once()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
        Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        client.Close(0);
        Assert.That(await server.ReadToEndAsync(), Is.Empty);
        await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the relay's end");
    }

    [Test]
    public async Task A_client_that_closes_ends_its_relay_soon()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend, new WebFrontLimits { HalfClosedIdle = s_short });
        Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        client.Close();
        Assert.That(await server.ReadToEndAsync(), Is.Empty);
        await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the relay's end");
    }

    [Test]
    public async Task A_client_that_goes_away_inside_a_body_ends_its_relay_at_once()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
        Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("abc");
        client.Close();
        Assert.That(await server.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task A_client_that_closed_only_its_sending_side_gets_its_answer()
    {
        await using var web = new WebFixture();
        web.Store.Add(new byte[2_000_000]);
        using Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        await client.SendAsync("GET /api/v1/message/latest/raw HTTP/1.0\r\nHost: localhost\r\n\r\n");
        client.Shutdown(SocketShutdown.Send);
        Assert.That((await client.ReadAnswerAsync()).Body, Has.Length.EqualTo(2_000_000));
    }

    [Test]
    public async Task A_head_that_is_cut_short_is_bad_and_silence_is_left_alone()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
        using Socket half = await RawHttp.ConnectAsync(front.EndPoints[0]), silent = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await half.SendAsync(Get);
        half.Shutdown(SocketShutdown.Send);
        silent.Shutdown(SocketShutdown.Send);
        Assert.That((await half.ReadAnswerAsync()).Status, Is.EqualTo(400));
        Assert.That(await silent.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task A_body_that_stops_is_given_up()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend, new WebFrontLimits { Idle = s_short });
        Assert.That((await RawHttp.ExchangeAsync(front.EndPoints[0], "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")).Status, Is.EqualTo(408));
    }

    [Test]
    public async Task A_client_that_stops_reading_is_dropped()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend, new WebFrontLimits { Idle = s_short });
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.SendAsync($"HTTP/1.1 200 OK\r\n{ScriptedBackend.Mark}Content-Length: 900000000\r\n\r\n");
        byte[] much = new byte[1_000_000];
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        Assert.That(
            async () =>
            {
                while (true) await server.SendAsync(much.AsMemory(), patience.Token);
            },
            Throws.InstanceOf<SocketException>());
        await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the drop");
    }

    [TestCase(null, TestName = "No server behind")]
    [TestCase("", TestName = "A server that says nothing")]
    [TestCase("HTTP/1.1 200 OK\r\nConte", TestName = "A server that says half a head")]
    [TestCase("nonsense\r\n\r\n", TestName = "A server that speaks another language")]
    public async Task Without_an_answer_from_behind_the_client_is_told_503(string? said)
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
        if (said is null) backend.Dispose();
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        if (said is not null)
        {
            using Socket server = await backend.AcceptAsync();
            await server.ReadUntilAsync("\r\n\r\n");
            await server.SendAsync(said);
        }
        Assert.That((await client.ReadAnswerAsync()).Status, Is.EqualTo(503));
    }

    [Test]
    public async Task An_answer_that_the_library_behind_made_up_is_replaced()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        await server.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 11\r\n\r\n<h1>Bad</h1>");
        RawAnswer answer = await client.ReadAnswerAsync();
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Text, Does.StartWith("{\"Error\""));
    }

    [Test]
    public async Task An_answer_cut_short_ends_in_a_reset()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        await server.SendAsync($"HTTP/1.1 200 OK\r\n{ScriptedBackend.Mark}Content-Length: 20\r\n\r\nhalf");
        await client.ReadUntilAsync("half");
        server.Close();
        Assert.That(async () => await client.ReadToEndAsync(), Throws.InstanceOf<SocketException>());
    }

    // Limits and listening.

    [Test]
    public async Task One_connection_too_many_is_told_so_and_a_freed_place_is_used()
    {
        await using var web = new WebFixture(maxConnections: 2);
        Socket first = await RawHttp.ConnectAsync(web.EndPoint);
        using Socket second = await RawHttp.ConnectAsync(web.EndPoint);
        // Connections are accepted in order, so these two hold their places when the third comes.
        RawAnswer refused = await web.GetAsync("/livez");
        Assert.That(refused.Status, Is.EqualTo(503));
        Assert.That(refused.Field("Retry-After"), Is.EqualTo("1"));
        Assert.That(refused.Field("Content-Security-Policy"), Is.Not.Null);

        first.Close();
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        while ((await web.GetAsync("/livez")).Status != 200) Assert.That(patience.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task A_port_in_use_is_named_and_nothing_stays_bound()
    {
        using var backend = new ScriptedBackend();
        await using WebFront holder = Start(backend);
        int free = FreePort();
        await using var front = new WebFront(Settings(10, $"127.0.0.1:{free}", holder.EndPoints[0].ToString()), backend.Target, new ListLog());
        WebFrontException failure = Assert.Throws<WebFrontException>(front.Start)!;
        Assert.That(failure.Message, Does.StartWith($"web: cannot listen on {holder.EndPoints[0]}: ").And.Not.Contain('\n'));
        await using var again = new WebFront(Settings(10, $"127.0.0.1:{free}"), backend.Target, new ListLog());
        Assert.DoesNotThrow(again.Start);
    }

    [Test]
    public async Task A_port_is_free_again_at_once_after_a_stop()
    {
        using var backend = new ScriptedBackend();
        WebFront first = Start(backend);
        IPEndPoint endPoint = first.EndPoints[0];
        // The front closes first here, which leaves its side in TIME_WAIT.
        Assert.That((await RawHttp.ExchangeAsync(endPoint, "nonsense\r\n\r\n")).Status, Is.EqualTo(400));
        await first.DisposeAsync();
        await using var second = new WebFront(Settings(10, endPoint.ToString()), backend.Target, new ListLog());
        Assert.DoesNotThrow(second.Start);
    }

    [Test]
    public async Task Tls_on_a_web_listener_is_refused_clearly()
    {
        using var backend = new ScriptedBackend();
        WebSettings settings = Settings() with { Listen = [new ListenAddress(IPEndPoint.Parse("127.0.0.1:0"), ImplicitTls: true)] };
        await using var front = new WebFront(settings, backend.Target, new ListLog());
        Assert.That(Assert.Throws<WebFrontException>(front.Start)!.Message, Does.Contain("TLS"));
    }

    [Test]
    public async Task All_addresses_of_both_families_are_listened_on()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this system has no IPv6");
        using var backend = new ScriptedBackend();
        await using var both = new WebFront(Settings(10, "[::]:0", "127.0.0.1:0"), backend.Target, new ListLog());
        both.Start();
        Assert.That(both.EndPoints, Has.Count.EqualTo(2));
        int dual = both.EndPoints[0].Port;
        foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
            Assert.That((await RawHttp.ExchangeAsync(new IPEndPoint(address, dual), "nonsense\r\n\r\n")).Status, Is.EqualTo(400));

        int shared = FreePort();
        await using var separate = new WebFront(Settings(10, $"[::]:{shared}", $"0.0.0.0:{shared}"), backend.Target, new ListLog());
        Assert.DoesNotThrow(separate.Start);
    }

    [Test]
    public async Task An_ipv4_client_of_a_dual_listener_is_shown_as_ipv4()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this system has no IPv6");
        using var backend = new ScriptedBackend();
        await using var front = new WebFront(Settings(10, "[::]:0"), backend.Target, new ListLog());
        front.Start();
        using Socket client = await RawHttp.ConnectAsync(new IPEndPoint(IPAddress.Loopback, front.EndPoints[0].Port));
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        Assert.That(await server.ReadUntilAsync("\r\n\r\n"), Does.Contain($"X-Smtpd-Peer: {client.LocalEndPoint}\r\n"));
    }

    [Test]
    public async Task A_stop_lets_a_request_under_way_end_and_cuts_off_one_that_does_not()
    {
        using var backend = new ScriptedBackend();
        WebFront front = Start(backend, new WebFrontLimits { Drain = TimeSpan.FromMilliseconds(500) });
        using Socket good = await RawHttp.ConnectAsync(front.EndPoints[0]), stuck = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await good.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await RawHttp.UntilAsync(() => front.OpenConnections == 2, "both connections");
        Task stop = front.DisposeAsync().AsTask();
        await server.SendAsync($"HTTP/1.1 200 OK\r\n{ScriptedBackend.Mark}Content-Length: 2\r\n\r\nok");
        Assert.That((await good.ReadAnswerAsync()).Text, Is.EqualTo("ok"));
        await stop;
        Assert.That(front.OpenConnections, Is.Zero);
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
