using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Tests.Network;
using Smtpd.Web;

namespace Smtpd.Tests.Web;

/// <summary>Pages of other origins (<c>web.cors.origins</c>), and the cross-site requests that must never work.</summary>
public sealed class CrossOriginTests
{
    private static HandlerFixture Serve(params string[] origins) =>
        new((_, _) => new(BytesAnswer.Text(200, "mail")), settings: FrontFixture.Settings() with { CrossOrigins = origins });

    [Test]
    public async Task It_is_off_by_default()
    {
        await using HandlerFixture web = Serve();
        RawAnswer get = await web.GetAsync("Origin: https://app.example\r\n");
        Assert.That(get.Head, Does.Not.Contain("Access-Control").And.Not.Contain("Vary: Origin"));
        RawAnswer preflight = await web.GetAsync("Origin: https://app.example\r\nAccess-Control-Request-Method: PUT\r\n", "OPTIONS");
        Assert.That(preflight.Status, Is.EqualTo(405));
        Assert.That(preflight.Head, Does.Not.Contain("Access-Control"));
        Assert.That((await web.GetAsync("Origin: https://app.example\r\nContent-Length: 0\r\n", "POST")).Status, Is.EqualTo(403));
    }

    [Test]
    public async Task A_named_origin_may_read_and_change()
    {
        await using HandlerFixture web = Serve("https://app.example", "http://localhost:3000");
        RawAnswer preflight = await web.GetAsync("Origin: http://localhost:3000\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: authorization\r\n", "OPTIONS");
        Assert.That((preflight.Status, preflight.Body.Length, preflight.Field("Content-Length")), Is.EqualTo((204, 0, (string?)null)));
        Assert.That(preflight.Field("Access-Control-Allow-Methods"), Does.Contain("PUT").And.Contain("DELETE"));
        Assert.That(preflight.Field("Access-Control-Allow-Headers"), Does.Contain("Authorization").And.Contain("Content-Type"));
        RawAnswer get = await web.GetAsync("Origin: http://localhost:3000\r\nSec-Fetch-Site: same-site\r\n");
        RawAnswer post = await web.GetAsync("Origin: http://localhost:3000\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n", "POST");
        foreach (RawAnswer answer in (RawAnswer[])[preflight, get, post])
        {
            Assert.That(answer.Status, Is.LessThan(300));
            Assert.That((answer.Field("Access-Control-Allow-Origin"), answer.Field("Access-Control-Allow-Credentials")), Is.EqualTo(("http://localhost:3000", "true")));
            Assert.That(answer.Field("Vary"), Does.EndWith("Origin"));
            Assert.That(answer.Field("Content-Security-Policy"), Is.Not.Null);
        }
        Assert.That((await web.GetAsync("Origin: http://localhost:3000\r\nAccept-Encoding: gzip\r\n")).Field("Vary"), Is.EqualTo("Accept-Encoding, Origin"));
    }

    [TestCase("https://evil.example")]
    [TestCase("https://app.example.evil.example")]
    [TestCase("https://app.example:8443")]
    [TestCase("http://app.example")]
    [TestCase("HTTPS://APP.EXAMPLE")]
    [TestCase("https://app.example, https://evil.example")]
    [TestCase("null")]
    [TestCase("*")]
    [TestCase("")]
    public async Task Another_origin_learns_nothing_and_changes_nothing(string origin)
    {
        await using HandlerFixture web = Serve("https://app.example");
        RawAnswer get = await web.GetAsync($"Origin: {origin}\r\n");
        RawAnswer preflight = await web.GetAsync($"Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n", "OPTIONS");
        RawAnswer post = await web.GetAsync($"Origin: {origin}\r\nContent-Length: 0\r\n", "POST");
        Assert.That((get.Status, preflight.Status, post.Status), Is.EqualTo((200, 405, 403)));
        foreach (RawAnswer answer in (RawAnswer[])[get, preflight, post])
        {
            Assert.That(answer.Head, Does.Not.Contain("Access-Control"));
            // A cache must not give this one to the page that may.
            Assert.That(answer.Field("Vary"), Does.EndWith("Origin"));
        }
    }

    [TestCase("https://app.example", "https://app.example")]
    [TestCase("https://App.Example:443", "https://app.example")]
    [TestCase("http://localhost:3000", "http://localhost:3000")]
    [TestCase("http://[::1]:3000", "http://[::1]:3000")]
    [TestCase("https://bücher.example", "https://xn--bcher-kva.example")]
    public void Origins_are_written_as_browsers_write_them(string text, string origin)
    {
        Assert.That(OptionText.TryOrigin(text, out string read, out string? problem), Is.True, problem);
        Assert.That(read, Is.EqualTo(origin));
    }

    [TestCase("*", "every page")]
    [TestCase("https://*.example.com", "not an origin")]
    [TestCase("app.example", "not an origin")]
    [TestCase("https://app.example/", "not an origin")]
    [TestCase("https://app.example/path", "not an origin")]
    [TestCase("https://user@app.example", "not an origin")]
    [TestCase("ftp://app.example", "not an origin")]
    [TestCase("null", "not an origin")]
    [TestCase("http://", "not an origin")]
    public void What_is_no_origin_is_named(string text, string part)
    {
        Assert.That(OptionText.TryOrigin(text, out _, out string? problem), Is.False);
        Assert.That(problem, Does.Contain(part));
    }
}
