using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>What was received is there to be read over HTTP (docs/api.md).</summary>
public sealed class ReadingTests : ServerFixture
{
    private const string Mail = "From: =?utf-8?q?J=C3=BCrgen?= <jurgen@remote.test>\r\nTo: Alice <alice@local.test>\r\nCc: carol@elsewhere.test\r\nReply-To: reply@remote.test\r\n"
        + "Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n from afar\r\nMessage-ID: <one@remote.test>\r\nDate: Mon, 02 Nov 2026 10:11:12 +0100\r\n\r\nhello\r\n";

    [Test]
    public async Task Message_is_listed_newest_first_with_what_its_header_says()
    {
        string id = await DeliverAsync();
        JsonElement page = await Server.Api.JsonAsync("api/v1/messages?limit=5");
        JsonElement summary = page.GetProperty("messages")[0];
        Assert.Multiple(() =>
        {
            Assert.That(summary.GetProperty("ID").GetString(), Is.EqualTo(id));
            Assert.That(summary.GetProperty("MessageID").GetString(), Is.EqualTo("one@remote.test"));
            Assert.That(summary.GetProperty("Subject").GetString(), Is.EqualTo("Gr\u00fc\u00dfe from afar"));
            Assert.That(summary.GetProperty("From").GetProperty("Name").GetString(), Is.EqualTo("J\u00fcrgen"));
            Assert.That(summary.GetProperty("To")[0].GetProperty("Address").GetString(), Is.EqualTo("alice@local.test"));
            Assert.That(summary.GetProperty("Cc")[0].GetProperty("Address").GetString(), Is.EqualTo("carol@elsewhere.test"));
            Assert.That(summary.GetProperty("Bcc")[0].GetProperty("Address").GetString(), Is.EqualTo("hidden@local.test"));
            Assert.That(summary.GetProperty("ReplyTo")[0].GetProperty("Address").GetString(), Is.EqualTo("reply@remote.test"));
            Assert.That(summary.GetProperty("Read").GetBoolean(), Is.False);
            Assert.That(summary.GetProperty("Created").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(2)));
        });
        foreach (string count in (string[])["total", "unread", "count", "messages_count", "messages_unread", "start"])
            Assert.That(page.GetProperty(count).ValueKind, Is.EqualTo(JsonValueKind.Number), count);
        Assert.That(page.GetProperty("tags").ValueKind, Is.EqualTo(JsonValueKind.Array));
    }

    [Test]
    public async Task Message_that_is_read_is_marked_so_and_its_source_does_not_mark_it()
    {
        string id = await DeliverAsync();
        int unread = await UnreadAsync();
        await Server.Api.RawAsync(id);
        using (await Server.Api.HeadAsync($"api/v1/message/{id}"))
            Assert.That(await UnreadAsync(), Is.EqualTo(unread));
        JsonElement message = await Server.Api.JsonAsync($"api/v1/message/{id}");
        Assert.That(await UnreadAsync(), Is.EqualTo(unread - 1));
        Assert.Multiple(() =>
        {
            Assert.That(message.GetProperty("Date").GetDateTimeOffset(), Is.EqualTo(new DateTimeOffset(2026, 11, 2, 10, 11, 12, TimeSpan.FromHours(1))));
            Assert.That(message.GetProperty("ReturnPath").GetString(), Is.EqualTo("bounces@remote.test"));
            Assert.That(message.GetProperty("Envelope").GetProperty("From").GetString(), Is.EqualTo("bounces@remote.test"));
            Assert.That(message.GetProperty("Envelope").GetProperty("IP").GetString(), Is.EqualTo("127.0.0.1"));
            Assert.That(message.GetProperty("Envelope").GetProperty("Helo").GetString(), Is.EqualTo("client.test"));
        });
    }

    [Test]
    public async Task Source_is_plain_text_or_a_download()
    {
        string id = await DeliverAsync();
        using HttpResponseMessage shown = await Server.Api.GetAsync($"api/v1/message/{id}/raw");
        Assert.That(shown.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/plain"));
        Assert.That(shown.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo((string[])["nosniff"]));
        using HttpResponseMessage saved = await Server.Api.GetAsync($"api/v1/message/{id}/raw?dl=1");
        Assert.That(saved.Content.Headers.ContentType?.MediaType, Is.EqualTo("message/rfc822"));
        Assert.That(saved.Content.Headers.ContentDisposition?.DispositionType, Is.EqualTo("attachment"));
        Assert.That(await saved.Content.ReadAsByteArrayAsync(), Is.EqualTo(await shown.Content.ReadAsByteArrayAsync()));
    }

    [Test]
    public async Task Pages_by_id_hold_every_message_once()
    {
        for (int i = 0; i < 7; i++) await DeliverAsync();
        int total = await Server.Api.TotalAsync();
        var ids = new List<string>();
        while (true)
        {
            JsonElement page = await Server.Api.JsonAsync("api/v1/messages?limit=3" + (ids is [.., string oldest] ? "&before=" + oldest : ""));
            string[] more = [.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("ID").GetString()!)];
            if (more is []) break;
            ids.AddRange(more);
        }
        Assert.That(ids, Is.Unique.And.Ordered.Descending.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(ids, Has.Count.EqualTo(total));
        JsonElement second = await Server.Api.JsonAsync("api/v1/messages?limit=2&start=2");
        Assert.That(second.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("ID").GetString()), Is.EqualTo(ids[2..4]));
    }

    [TestCase("livez")]
    [TestCase("readyz")]
    [TestCase("ping")]
    [TestCase("api/v1/messages")]
    [TestCase("api/v1/message/latest")]
    [TestCase("api/v1/message/latest/raw")]
    public async Task Head_answers_as_get_does_without_a_body(string path)
    {
        await DeliverAsync();
        using HttpResponseMessage head = await Server.Api.HeadAsync(path), get = await Server.Api.GetAsync(path);
        Assert.That((head.StatusCode, get.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
        Assert.That(head.Content.Headers.ContentType, Is.EqualTo(get.Content.Headers.ContentType));
        Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    [Test]
    public async Task Ping_is_the_originals() => Assert.That(await (await Server.Api.GetAsync("ping")).Content.ReadAsStringAsync(), Is.EqualTo("OK"));

    [TestCase("api/v1/message/000000000000000000000000", 404)]
    [TestCase("api/v1/message/nonsense", 404)]
    [TestCase("api/v1/message/000000000000000000000000/raw", 404)]
    [TestCase("api/v1/messages?limit=many", 400)]
    [TestCase("api/v1/nothing", 404)]
    public async Task What_cannot_be_answered_is_a_json_error(string path, int status)
    {
        using HttpResponseMessage response = await Server.Api.GetAsync(path);
        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("Error").GetString(), Is.Not.Empty);
    }

    private async Task<int> UnreadAsync() => (await Server.Api.JsonAsync("api/v1/messages?limit=1")).GetProperty("unread").GetInt32();

    private async Task<string> DeliverAsync()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        return (await dialogue.DeliverAsync(Mail, "bounces@remote.test", "alice@local.test", "hidden@local.test")).QueuedAs!;
    }
}
