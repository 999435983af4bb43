using System.Net;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Tests.Network;
using Smtpd.Web;

namespace Smtpd.Tests.Web;

/// <summary>The server behind the front, addressed without the front.</summary>
public sealed class HttpHostTests
{
    [TestCase("")]
    [TestCase("X-Smtpd-Secret: \r\n")]
    [TestCase("X-Smtpd-Secret: 0000000000000000000000000000000000000000000000000000000000000000\r\n")]
    public async Task It_tells_nothing_to_who_does_not_know_the_secret(string fields)
    {
        await using HttpHost host = Start(new FakeMailStore());
        foreach (string target in new[] { "/", "/livez", "/api/v1/messages" })
        {
            RawAnswer answer = await RawHttp.ExchangeAsync(host.Target.EndPoint, Head(host, target, fields));
            Assert.That(answer.Status, Is.EqualTo(403));
            Assert.That(answer.Text, Is.EqualTo("{\"Error\":\"Forbidden.\"}"));
        }
    }

    [Test]
    public async Task It_answers_who_knows_the_secret()
    {
        await using HttpHost host = Start(new FakeMailStore());
        RawAnswer answer = await RawHttp.ExchangeAsync(host.Target.EndPoint, Head(host, "/livez", $"X-Smtpd-Secret: {host.Target.Secret}\r\n"));
        Assert.That(answer.Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Each_process_has_a_secret_of_256_bits_of_its_own()
    {
        await using HttpHost one = Start(new FakeMailStore()), other = Start(new FakeMailStore());
        Assert.That(one.Target.Secret, Has.Length.EqualTo(64));
        Assert.That(other.Target.Secret, Is.Not.EqualTo(one.Target.Secret));
        Assert.That(IPAddress.IsLoopback(one.Target.EndPoint.Address), Is.True);
    }

    private static HttpHost Start(FakeMailStore store)
    {
        var log = new ListLog();
        Route[] routes = [new("livez", new TextHandler("OK"), IsOpen: true), new("api/v1/messages", new TextHandler("mail"))];
        var host = new HttpHost(new Router(routes, new Smtpd.Web.Access.WebAccess(new WebSettings([], "", WebAuthentication.Off, 10), null, log), new Smtpd.Web.Original.NginxAuthHandler(() => null), log), new HttpPath("/"), 10, FrontFixture.Settings(), new Smtpd.Operations.Metrics(TimeProvider.System), log);
        host.Start();
        return host;
    }

    private static string Head(HttpHost host, string target, string fields) =>
        $"GET / HTTP/1.1\r\nHost: {host.Target.EndPoint}\r\nConnection: close\r\nX-Smtpd-Target: {target}\r\nX-Smtpd-Peer: 127.0.0.1:1\r\nX-Smtpd-Listener: 127.0.0.1:1\r\n{fields}\r\n";
}
