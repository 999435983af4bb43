using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Tests.Web;

/// <summary>Requests that change messages: what they do, and who may make them.</summary>
public sealed class ChangesTests
{
    private const string Target = "/api/v1/messages";

    private static Task<RawAnswer> SendAsync(WebFixture web, string method, string body, string fields = "") =>
        web.SendAsync($"{method} {Target} HTTP/1.1\r\nHost: localhost:8025\r\nContent-Type: application/json\r\n{fields}Content-Length: {body.Length}\r\n\r\n{body}");

    [TestCase("true", true)]
    [TestCase("false", false)]
    public async Task Named_messages_are_marked(string text, bool read)
    {
        await using var web = new WebFixture();
        MessageId one = web.Store.Add([]).Id, two = web.Store.Add([]).Id;
        RawAnswer answer = await SendAsync(web, "PUT", $$"""{"ids": ["{{one}}", "latest", "nonsense"], "Read": {{text}}, "Unknown": 1}""");
        Assert.That((answer.Status, answer.Text), Is.EqualTo((200, "ok")));
        (IReadOnlyList<MessageId>? ids, Marks marks) = web.Store.Marked.Single();
        Assert.That(ids, Is.EqualTo(new[] { one, two }));
        Assert.That(marks, Is.EqualTo(new Marks(Read: read)));
    }

    [TestCase("{\"Read\":true}")]
    [TestCase("{\"IDs\":[],\"Read\":true}")]
    [TestCase("{\"IDs\":null,\"Read\":true}")]
    public async Task No_ids_are_all(string body)
    {
        await using var web = new WebFixture();
        web.Store.Add([]);
        Assert.That((await SendAsync(web, "PUT", body)).Status, Is.EqualTo(200));
        Assert.That(web.Store.Marked.Single().Ids, Is.Null);
        Assert.That((await SendAsync(web, "DELETE", "")).Status, Is.EqualTo(200));
        Assert.That(web.Store.Messages, Is.Empty);
    }

    [Test]
    public async Task Ids_of_nothing_never_come_to_mean_all()
    {
        await using var web = new WebFixture();
        web.Store.Add([]);
        Assert.That((await SendAsync(web, "DELETE", """{"IDs": ["nonsense", "", null, "0102030405060708090a0b0c"]}""")).Status, Is.EqualTo(200));
        Assert.That(web.Store.Messages, Has.Count.EqualTo(1));
    }

    [TestCase("PUT", "[", 400)]
    [TestCase("PUT", "null", 400)]
    [TestCase("DELETE", "[1]", 400)]
    [TestCase("DELETE", "{\"IDs\":\"x\"}", 400)]
    [TestCase("DELETE", "{} {}", 400)]
    [TestCase("PUT", "{\"IDs\":[\"latest\"],\"Search\":\"is:read\",\"Read\":true}", 422)]
    [TestCase("PUT", "{\"Search\":\" \",\"Read\":true}", 400)]
    public async Task A_body_that_is_not_understood_changes_nothing(string method, string body, int status)
    {
        await using var web = new WebFixture();
        web.Store.Add([]);
        RawAnswer answer = await SendAsync(web, method, body);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Error(), Is.Not.Empty);
        Assert.That(web.Store.Messages, Has.Count.EqualTo(1));
        Assert.That(web.Store.Marked, Is.Empty);
    }

    [Test]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await using var web = new WebFixture();
        web.Store.Add([]);
        Assert.That((await SendAsync(web, "DELETE", new string(' ', (1024 * 1024) + 1))).Status, Is.EqualTo(413));
        Assert.That(web.Store.Messages, Has.Count.EqualTo(1));
    }

    [TestCase("", true)]
    [TestCase("Sec-Fetch-Site: same-origin\r\n", true)]
    [TestCase("Origin: http://localhost:8025\r\n", true)]
    [TestCase("Origin: https://localhost:8025\r\n", true)]
    [TestCase("Sec-Fetch-Site: same-origin\r\nOrigin: https://mail.example\r\n", true)]
    [TestCase("Sec-Fetch-Site: cross-site\r\n", false)]
    [TestCase("Sec-Fetch-Site: same-site\r\n", false)]
    [TestCase("Sec-Fetch-Site: none\r\n", false)]
    [TestCase("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n", false)]
    [TestCase("Origin: null\r\n", false)]
    [TestCase("Origin:\r\n", false)]
    [TestCase("Origin: http://evil.example\r\n", false)]
    [TestCase("Origin: http://localhost\r\n", false)]
    [TestCase("Origin: http://localhost:8025@evil.example\r\n", false)]
    [TestCase("Origin: ftp://localhost:8025\r\n", false)]
    [TestCase("Origin: http://localhost:8025, http://evil.example\r\n", false)]
    [TestCase("Origin: http://evil.example\r\nConnection: Origin\r\n", false)]
    public async Task A_change_must_come_from_our_own_page_or_from_a_program(string fields, bool may)
    {
        await using var web = new WebFixture();
        web.Store.Add([]);
        RawAnswer answer = await SendAsync(web, "DELETE", "{}", fields);
        Assert.That(answer.Status, Is.EqualTo(may ? 200 : 403));
        Assert.That(web.Store.Messages, Has.Count.EqualTo(may ? 0 : 1));
    }

    [Test]
    public async Task Who_may_not_read_may_not_change_either()
    {
        await using var web = new WebFixture();
        web.Store.Add([]);
        Assert.That((await SendAsync(web, "DELETE", "{}", "Via: 1.1 proxy\r\n")).Status, Is.EqualTo(401));
        Assert.That(web.Store.Messages, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_store_in_trouble_is_a_503()
    {
        await using var web = new WebFixture();
        web.Store.MarkFailure = new StoreException("/secret/mail.db: the disk is full", isFull: true);
        RawAnswer answer = await SendAsync(web, "PUT", """{"Read":true}""");
        Assert.That(answer.Status, Is.EqualTo(503));
        Assert.That(answer.Error(), Does.Not.Contain("secret"));
    }
}
