using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Network;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Network;

/// <summary>The heads that the front lets through and the many that it does not.</summary>
public sealed class WebFrontHeadTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a\r\n";
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(150);

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
        await using WebFront front = FrontFixture.Start(backend);
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
        await using WebFront front = FrontFixture.Start(backend);
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
        await using WebFront front = FrontFixture.Start(backend, new WebFrontLimits { HeadDeadline = s_short });
        Assert.That((await RawHttp.ExchangeAsync(front.EndPoints[0], part)).Status, Is.EqualTo(408));
        await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the connection's end");
    }

    [Test]
    public async Task A_trickle_does_not_move_the_deadline_of_the_head()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend, new WebFrontLimits { HeadDeadline = TimeSpan.FromMilliseconds(400) });
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
}
