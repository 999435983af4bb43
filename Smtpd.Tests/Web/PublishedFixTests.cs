using System.Net.WebSockets;
using System.Text;
using NUnit.Framework;
using Smtpd.Mail;

namespace Smtpd.Tests.Web;

/// <summary>What had to be mended in programs of this kind, asked of this one: each test is named after the problem.</summary>
public sealed class PublishedFixTests
{
    [TestCase("/api/events", "https://evil.example")]
    [TestCase("/api/events", "http://localhost.evil.example")]
    [TestCase("/ws/", "https://evil.example")]
    public async Task Cross_site_websocket_hijacking(string path, string origin)
    {
        await using var web = new WebFixture();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        Assert.That(async () => await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{web.EndPoint.Port}{path}"), default), Throws.TypeOf<WebSocketException>().With.Message.Contains("403"));
        Assert.That((await web.GetAsync("/api/v1/events", $"Origin: {origin}\r\n")).Status, Is.EqualTo(403));
        Assert.That(web.LivePeers, Is.Zero);
    }

    [TestCase("PUT", "/api/v1/messages")]
    [TestCase("DELETE", "/api/v1/messages")]
    [TestCase("PUT", "/api/v1/tags")]
    [TestCase("POST", "/api/v1/blocks")]
    public async Task Unlimited_JSON_bodies(string method, string target)
    {
        await using var web = new WebFixture();
        web.Store.Add("x"u8.ToArray());
        Assert.That((await web.SendAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000000\r\n\r\n")).Status, Is.EqualTo(413).Or.EqualTo(405).Or.EqualTo(404));
        using System.Net.Sockets.Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        await client.SendAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        Task<RawAnswer> answer = client.ReadAnswerAsync();
        string chunk = $"10000\r\n{new string(' ', 0x10000)}\r\n";
        try
        {
            for (int i = 0; i < 200 && !answer.IsCompleted; i++) await client.SendAsync(chunk);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Enough of it.
        }
        Assert.That((await answer).Status, Is.EqualTo(413).Or.EqualTo(405).Or.EqualTo(404));
        Assert.That(web.Store.Messages, Has.Count.EqualTo(1));
    }

    [TestCase("..%2f..%2f..%2fetc%2fpasswd")]
    [TestCase("..%2F..%2Fetc%2Fpasswd")]
    [TestCase("%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [TestCase("..%5c..%5cetc%5cpasswd")]
    [TestCase("%2fetc%2fpasswd")]
    [TestCase("%00")]
    [TestCase("latest%00")]
    [TestCase("latest%2f..%2f..%2fetc")]
    [TestCase("%c0%ae%c0%ae%c0%af")]
    [TestCase("%zz%")]
    [TestCase("*")]
    [TestCase("'%20OR%201=1--")]
    [TestCase("%25s%25n")]
    [TestCase("${jndi:x}")]
    public async Task Path_traversal_through_message_ids(string id)
    {
        await using var web = new WebFixture();
        web.Store.Add("Subject: x\r\n\r\nthe mail"u8.ToArray());
        foreach (string target in (string[])[$"/api/v1/message/{id}", $"/api/v1/message/{id}/raw", $"/api/v1/message/{id}/headers", $"/api/v1/message/{id}/part/1",
            $"/api/v1/message/latest/part/{id}", $"/view/{id}.html", $"/view/{id}.txt", $"/mail/{id}", $"/api/v1/mailbox/{id}", $"/{id}", $"/page.js/{id}"])
        {
            RawAnswer answer = await web.GetAsync(target);
            Assert.That(answer.Status, Is.AnyOf(400, 404, 200, 302), target);
            Assert.That(answer.Text, Does.Not.Contain("root:").And.Not.Contain("the mail"), target);
            if (answer.Status == 200) Assert.That(target, Does.StartWith("/api/v1/mailbox/"));
            Assert.That(answer.Head, Does.Not.Contain("\0"));
        }
    }

    [Test]
    public async Task Regular_expressions_from_Content_ID()
    {
        await using var web = new WebFixture();
        // As patterns they would match everything, nothing, or for ever.
        string[] ids = [".*", "(a+)+$", "[", "a|b", "$1", "\\1", "x{1000000}", "(?<x>)"];
        var source = new StringBuilder("Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!</p>");
        foreach (string id in ids) source.Append($"<img src=\"cid:{Uri.EscapeDataString(id)}\">");
        source.Append("<img src=\"cid:other\">\r\n");
        for (int i = 0; i < ids.Length; i++)
            source.Append($"--b\r\nContent-Type: image/png\r\nContent-ID: <{ids[i]}>\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String([(byte)i, 2, 3])}\r\n");
        source.Append("--b--\r\n");
        web.Store.Add(Encoding.ASCII.GetBytes(source.ToString()));
        RawAnswer answer = await web.GetAsync("/view/latest.html");
        Assert.That(answer.Status, Is.EqualTo(200));
        for (int i = 0; i < ids.Length; i++)
        {
            string picture = $"src=\"data:image/png;base64,{Convert.ToBase64String([(byte)i, 2, 3])}\"";
            Assert.That(answer.Text.Split(picture), Has.Length.EqualTo(2), $"{ids[i]} stands for its own picture, once");
        }
        Assert.That(answer.Text, Does.Contain("src=\"cid:other\"").And.Contain("<p>aaaa"));
    }

    [Test]
    public async Task Header_injection_through_what_is_reflected()
    {
        await using var web = new WebFixture();
        MessageSummary message = web.Store.Add("Content-Type: application/pdf; name=\"a\r\n b\"\r\nContent-Disposition: attachment; filename*=utf-8''x%0D%0ASet-Cookie:%20a=b%0D%0A%0D%0A<script>\r\n\r\nx"u8.ToArray());
        foreach (string target in (string[])["/api/v1/message/latest/part/1", $"/api/v1/message/{message.Id}/raw?dl=1", "/mail/x%0d%0aSet-Cookie:%20a=b", "/mails/1%0d%0aSet-Cookie:%20a=b",
            "/x%0d%0aSet-Cookie:%20a=b", "/api/v1/messages?start=%0d%0aSet-Cookie:%20a=b"])
        {
            RawAnswer answer = await web.GetAsync(target, "Origin: x%0d%0aSet-Cookie: a=b\r\nIf-None-Match: \"%0d%0aSet-Cookie: a=b\"\r\n");
            Assert.That(answer.Field("Set-Cookie"), Is.Null, answer.Head);
            Assert.That(answer.Head.Split("\r\n").Skip(1), Is.All.Matches<string>(line => line.IndexOf(':', StringComparison.Ordinal) > 0));
        }
    }
}
