using System.Net;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mail;

namespace Smtpd.Tests.Web;

/// <summary>The addresses of the program before this one, and nginx's questions.</summary>
public sealed class OriginalRoutesTests
{
    [TestCase("/auth-smtp", "")]
    [TestCase("/", "Auth-Method: none\r\nAuth-Protocol: smtp\r\n")]
    [TestCase("/anything/at/all", "Auth-Method: plain\r\nAuth-User: x\r\nAuth-Pass: y\r\n")]
    public async Task Nginx_is_told_where_smtp_is(string target, string fields)
    {
        await using var web = new WebFixture(authentication: WebAuthentication.Required);
        RawAnswer answer = await web.GetAsync(target, fields + "X-Real-IP: 192.0.2.1\r\n", host: "mail.example");
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That((answer.Field("Auth-Status"), answer.Field("Auth-Server"), answer.Field("Auth-Port")), Is.EqualTo(("OK", "127.0.0.1", "2525")));
        Assert.That(answer.Body, Is.Empty);
    }

    [TestCase("0.0.0.0", "127.0.0.1")]
    [TestCase("::", "127.0.0.1")]
    [TestCase("192.0.2.9", "192.0.2.9")]
    public async Task Nginx_gets_an_address_that_it_can_connect_to(string listening, string told)
    {
        await using var web = new WebFixture { Smtp = new IPEndPoint(IPAddress.Parse(listening), 25) };
        Assert.That((await web.GetAsync("/auth-smtp")).Field("Auth-Server"), Is.EqualTo(told));
    }

    [Test]
    public async Task Nginx_is_told_when_there_is_no_server_for_it()
    {
        await using var web = new WebFixture();
        Assert.That((await web.GetAsync("/auth-smtp", "Auth-Protocol: imap\r\n")).Field("Auth-Status"), Is.Not.EqualTo("OK"));
        web.Smtp = null;
        RawAnswer answer = await web.GetAsync("/auth-smtp");
        Assert.That((answer.Status, answer.Field("Auth-Error-Code"), answer.Field("Auth-Server")), Is.EqualTo((200, "451 4.3.2", (string?)null)));
    }

    [Test]
    public async Task Old_bookmarks_lead_into_the_page()
    {
        await using var web = new WebFixture("/post");
        for (int i = 0; i < 30; i++) web.Store.Add([]);
        MessageId id = web.Store.Messages[3].Summary.Id;
        Assert.That((await web.GetAsync("/post/mails")).Field("Location"), Is.EqualTo("/post/"));
        Assert.That((await web.GetAsync("/post/mails/2")).Field("Location"), Is.EqualTo("/post/#/from/25"));
        Assert.That((await web.GetAsync($"/post/mail/{id}")).Field("Location"), Is.EqualTo($"/post/#/message/{id}"));
        foreach (string target in (string[])["/post/mails/3", "/post/mails/0", "/post/mails/x", "/post/mail/0102030405060708090a0b0c", "/post/mail/attachment/0102030405060708090a0b0c/a.txt"])
            Assert.That((await web.GetAsync(target)).Status, Is.EqualTo(404), target);
    }

    [Test]
    public async Task Deleting_by_get_asks_for_a_post()
    {
        await using var web = new WebFixture();
        MessageId id = web.Store.Add([]).Id;
        RawAnswer asked = await web.GetAsync($"/mail/delete/{id}");
        Assert.That(asked.Text, Does.Contain("method=\"post\""));
        Assert.That(asked.Field("Content-Security-Policy"), Does.Contain("frame-ancestors 'none'"));
        Assert.That((await web.GetAsync($"/mail/delete/{id}", "Origin: http://evil.example\r\n", "POST")).Status, Is.EqualTo(403));
        Assert.That(web.Store.Messages, Has.Count.EqualTo(1));
        RawAnswer done = await web.GetAsync($"/mail/delete/{id}", "Origin: http://localhost\r\n", "POST");
        Assert.That((done.Status, done.Field("Location")), Is.EqualTo((303, "/")));
        Assert.That(web.Store.Messages, Is.Empty);
    }

    [Test]
    public async Task Status_tells_how_it_is_to_those_who_may_read()
    {
        await using WebFixture web = new(listen: "0.0.0.0:0"), open = new();
        Assert.That((await web.GetAsync("/status")).Status, Is.EqualTo(401));
        Assert.That((await open.GetAsync("/status")).Text, Does.Contain("messages 0").And.Contain("store takes mail yes"));
    }
}
