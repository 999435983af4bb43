using System.Text;
using NUnit.Framework;

namespace Smtpd.Tests.Web;

/// <summary>Addresses, methods, and what every answer carries.</summary>
public sealed class RoutingTests
{
    private static readonly int[] s_allStatuses = [200, 200, 200, 404, 405, 403, 401, 400, 400, 505];

    [TestCase("POST")]
    [TestCase("OPTIONS")]
    [TestCase("TRACE")]
    [TestCase("get")]
    [TestCase("BREW")]
    public async Task Another_method_is_told_which_ones_are_allowed(string method)
    {
        await using var web = new WebFixture();
        foreach (string body in new[] { "", "Content-Length: 5\r\n\r\nhello", "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n" })
        {
            RawAnswer answer = await web.SendAsync($"{method} /api/v1/messages HTTP/1.1\r\nHost: localhost\r\n{body}\r\n");
            Assert.That(answer.Status, Is.EqualTo(405), body);
            Assert.That(answer.Field("Allow"), Is.EqualTo("GET, HEAD, PUT, DELETE"));
            Assert.That(answer.Error(), Does.Contain("GET"));
        }
    }

    [Test]
    public async Task A_body_that_nobody_wants_does_no_harm()
    {
        await using var web = new WebFixture();
        web.Store.Add("Subject: x\r\n\r\n"u8.ToArray());
        Assert.That((await web.GetAsync("/livez", "Content-Length: 5\r\n\r\nhello")).Text, Is.EqualTo("OK"));
        RawAnswer head = await web.GetAsync("/livez", "Content-Length: 5\r\n\r\nhello", method: "HEAD");
        Assert.That((head.Status, head.Body.Length), Is.EqualTo((200, 0)));
        Assert.That((await web.GetAsync("/api/v1/message/latest/raw", "Content-Length: 500000\r\n\r\n" + new string('x', 500_000))).Status, Is.EqualTo(200));
    }

    [TestCase("/", "/api/v1/messages", 200)]
    [TestCase("", "/api/v1/messages", 200)]
    [TestCase("/mail", "/mail/api/v1/messages", 200)]
    [TestCase("/mail/", "/mail/api/v1/messages", 200)]
    [TestCase("a/b", "/a/b/livez", 200)]
    [TestCase("/mail", "/api/v1/messages", 404)]
    [TestCase("/mail", "/mailapi/v1/messages", 404)]
    [TestCase("/mail", "/mail", 302)]
    [TestCase("/mail", "/mail/", 200)]
    [TestCase("/", "/", 200)]
    [TestCase("/", "//api/v1/messages", 200)]
    [TestCase("/", "/api//v1/messages", 404)]
    [TestCase("/", "/api/v1/messages/", 404)]
    [TestCase("/", "/x/../api/v1/messages", 404)]
    [TestCase("/", "/api%2fv1/messages", 404)]
    public async Task Everything_is_below_the_base_path(string basePath, string target, int status)
    {
        await using var web = new WebFixture(basePath);
        RawAnswer answer = await web.GetAsync(target);
        Assert.That(answer.Status, Is.EqualTo(status));
        if (status == 404) Assert.That(answer.Error(), Is.Not.Empty);
    }

    [Test]
    public async Task Every_answer_carries_the_security_fields()
    {
        await using var web = new WebFixture();
        web.Store.Add("x"u8.ToArray());
        RawAnswer[] answers =
        [
            await web.GetAsync("/api/v1/messages"),
            await web.GetAsync("/api/v1/message/latest/raw"),
            await web.GetAsync("/livez"),
            await web.GetAsync("/nothing"),
            await web.GetAsync("/api/v1/messages", method: "POST"),
            await web.GetAsync("/api/v1/messages", host: "evil.example"),
            await web.GetAsync("/api/v1/messages", "Via: 1.1 proxy\r\n"),
            await web.GetAsync("/api/v1/messages?limit=x"),
            await web.SendAsync("nonsense\r\n\r\n"),
            await web.SendAsync("GET / HTTP/3.0\r\n\r\n"),
        ];
        Assert.That(answers.Select(answer => answer.Status), Is.EqualTo(s_allStatuses));
        foreach (RawAnswer answer in answers)
        {
            Assert.That(answer.Field("X-Content-Type-Options"), Is.EqualTo("nosniff"), answer.Head);
            Assert.That(answer.Field("Content-Security-Policy"), Is.EqualTo("default-src 'none'; frame-ancestors 'none'"));
            Assert.That(answer.Field("Referrer-Policy"), Is.EqualTo("no-referrer"));
            Assert.That(answer.Field("Cross-Origin-Resource-Policy"), Is.EqualTo("same-origin"));
            Assert.That(answer.Field("Cache-Control"), Is.EqualTo("no-store"));
            Assert.That(answer.Field("Connection"), Is.EqualTo("close"));
            Assert.That(answer.Field("Server"), Is.EqualTo("smtpd"));
            Assert.That(answer.Field("Date"), Is.Not.Null);
        }
    }

    [Test]
    public async Task Many_clients_are_served_beside_each_other()
    {
        await using var web = new WebFixture();
        byte[] source = new byte[100_000];
        new Random(3).NextBytes(source);
        web.Store.Add(source);
        RawAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 150).Select(i => web.GetAsync(i % 2 == 0 ? "/api/v1/message/latest/raw" : "/api/v1/messages")));
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(200));
        Assert.That(answers.Where((_, i) => i % 2 == 0).Select(answer => answer.Body), Is.All.EqualTo(source));
    }

    /// <summary>Values that the HTTP library behind the front might choke on must not make it answer by itself.</summary>
    [Test]
    public async Task Odd_but_lawful_requests_never_get_an_answer_that_is_not_ours()
    {
        await using var web = new WebFixture();
        string[] names = ["Cookie", "Accept", "Accept-Language", "Referer", "User-Agent", "Content-Type", "Authorization", "If-None-Match", "Range", "Sec-WebSocket-Key", "Trailer", "X", "Origin", "Upgrade", "Content-Encoding"];
        string[] values = ["", ",", ";", "=", "\"", "a=b; a=b; $Path=/; $Version=9", "\u00ff\u0080", "%00%zz", "http://[", "bytes=-1", new string('x', 8000), "a,b,,;q=9", "$Version=;=;", "text/html; charset=\"", "[]{}|\\^`<>"];
        var random = new Random(11);
        for (int round = 0; round < 150; round++)
        {
            var fields = new StringBuilder();
            for (int i = 0; i < 3; i++) fields.Append(names[random.Next(names.Length)]).Append(": ").Append(values[random.Next(values.Length)]).Append("\r\n");
            if (fields.Length > 15_000) continue;
            RawAnswer answer = await web.GetAsync("/api/v1/messages?" + new string('q', random.Next(400)), fields.ToString());
            Assert.That(answer.Status, Is.EqualTo(200), fields.ToString());
        }
    }
}
