using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Web;

/// <summary>Who gets in without signing in, and who does not.</summary>
public sealed class AccessTests
{
    private const string Target = "/api/v1/messages";

    [TestCase("localhost")]
    [TestCase("LOCALHOST:10025")]
    [TestCase("mail.localhost")]
    [TestCase("127.0.0.1")]
    [TestCase("127.0.0.1:80")]
    [TestCase("192.0.2.1")]
    [TestCase("[::1]")]
    [TestCase("[::1]:8025")]
    public async Task Auto_lets_a_local_client_in_by_address_or_loopback_name(string host)
    {
        await using var web = new WebFixture();
        Assert.That((await web.GetAsync(Target, host: host)).Status, Is.EqualTo(200));
    }

    [TestCase("evil.example")]
    [TestCase("evil.example:8025")]
    [TestCase("localhost.evil.example")]
    [TestCase("notlocalhost")]
    [TestCase("127.0.0.1.evil.example")]
    [TestCase("0x7f.1")]
    [TestCase("2130706433")]
    [TestCase("127.1")]
    [TestCase("")]
    public async Task Auto_refuses_a_name_that_may_have_been_rebound(string host)
    {
        await using var web = new WebFixture();
        RawAnswer answer = await web.GetAsync(Target, host: host);
        Assert.That(answer.Status, Is.EqualTo(403));
        Assert.That(answer.Text, Does.Contain("Host"));
        Assert.That(web.Store.Lists, Is.Zero);
    }

    [Test]
    public async Task Auto_judges_the_authority_of_an_absolute_target_instead_of_host()
    {
        await using var web = new WebFixture();
        Assert.That((await web.GetAsync("http://evil.example" + Target)).Status, Is.EqualTo(403));
        Assert.That((await web.GetAsync("http://localhost:99" + Target, host: "evil.example")).Status, Is.EqualTo(200));
        Assert.That((await web.GetAsync("HTTP://127.0.0.1?x")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Auto_refuses_an_old_client_that_names_no_host()
    {
        await using var web = new WebFixture();
        Assert.That((await web.SendAsync($"GET {Target} HTTP/1.0\r\n\r\n")).Status, Is.EqualTo(403));
        Assert.That((await web.SendAsync($"GET {Target} HTTP/1.0\r\nHost: localhost\r\n\r\n")).Status, Is.EqualTo(200));
    }

    [TestCase("Forwarded: for=192.0.2.1")]
    [TestCase("forwarded:")]
    [TestCase("X-Forwarded-For: 127.0.0.1")]
    [TestCase("x-forwarded-proto: https")]
    [TestCase("X-Forwarded-Anything: 1")]
    [TestCase("X-Real-IP: 127.0.0.1")]
    [TestCase("Via: 1.1 proxy")]
    [TestCase("X-Forwarded-For: 192.0.2.1\r\nConnection: X-Forwarded-For")]
    [TestCase("Via: 1.1 proxy\r\nConnection: close, via")]
    public async Task Auto_refuses_what_came_through_a_proxy(string fields)
    {
        await using var web = new WebFixture();
        RawAnswer answer = await web.GetAsync(Target, fields + "\r\n");
        Assert.That(answer.Status, Is.EqualTo(401));
        Assert.That(answer.Text, Does.Contain("web.auth"));
        Assert.That(answer.Field("WWW-Authenticate"), Is.Not.Null);
        Assert.That(web.Store.Lists, Is.Zero);
    }

    [Test]
    public async Task Auto_refuses_on_a_listener_that_others_can_reach()
    {
        await using var web = new WebFixture(listen: "0.0.0.0:0");
        Assert.That((await web.GetAsync(Target)).Status, Is.EqualTo(401));
        Assert.That((await web.GetAsync("/livez")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Required_refuses_everybody_and_off_nobody()
    {
        await using var closed = new WebFixture(authentication: WebAuthentication.Required);
        Assert.That((await closed.GetAsync(Target)).Status, Is.EqualTo(401));
        Assert.That((await closed.GetAsync("/nothing")).Status, Is.EqualTo(401));

        await using var open = new WebFixture(authentication: WebAuthentication.Off, listen: "0.0.0.0:0");
        Assert.That((await open.GetAsync(Target, "X-Forwarded-For: 192.0.2.1\r\n", host: "mail.example")).Status, Is.EqualTo(200));
        Assert.That((await open.SendAsync($"GET {Target} HTTP/1.0\r\n\r\n")).Status, Is.EqualTo(200));
    }

    [TestCase("/livez")]
    [TestCase("/readyz")]
    [TestCase("/ping")]
    public async Task Health_is_open_to_all(string target)
    {
        await using var web = new WebFixture(authentication: WebAuthentication.Required);
        Assert.That((await web.GetAsync(target, "Via: 1.1 proxy\r\n", host: "evil.example")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Internal_fields_of_a_client_count_for_nothing()
    {
        await using var web = new WebFixture(listen: "0.0.0.0:0");
        RawAnswer answer = await web.GetAsync(Target, "X-Smtpd-Listener: 127.0.0.1:1\r\nx-smtpd-peer: 127.0.0.1:1\r\nX-SMTPD-Secret: x\r\nX-Smtpd-Target: /livez\r\n");
        Assert.That(answer.Status, Is.EqualTo(401));
    }

    [Test]
    public async Task An_ipv6_client_is_local_too()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this system has no IPv6");
        await using var web = new WebFixture(listen: "[::1]:0");
        RawAnswer answer = await RawHttp.ExchangeAsync(web.EndPoint, $"GET {Target} HTTP/1.1\r\nHost: [::1]\r\n\r\n");
        Assert.That(answer.Status, Is.EqualTo(200));
    }
}
