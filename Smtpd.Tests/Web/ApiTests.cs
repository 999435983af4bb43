using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mail;

namespace Smtpd.Tests.Web;

/// <summary>What clients of the API are promised: shapes, statuses, fields.</summary>
public sealed class ApiTests
{
    private static readonly HeaderSummary s_header = new(
        "Grüße <b>",
        "one@example.org",
        new DateTimeOffset(2026, 9, 21, 16, 0, 0, TimeSpan.FromHours(2)),
        [new("Ann", "ann@example.org")],
        [new("", "bob@example.org"), new("Cy", "cy@example.org")],
        [new("", "dee@example.org")],
        [],
        [new("Re", "re@example.org")]);

    private static readonly StoredEnvelope s_envelope = new("bounce@example.org", ["bob@example.org", "hidden@example.org"], "mx.example.org", "192.0.2.7") { Tls = "TLSv1.3 TLS_AES_128_GCM_SHA256", User = "carol" };

    private static readonly string[] s_listMembers = ["total", "unread", "count", "messages_count", "messages_unread", "start", "tags", "messages"];
    private static readonly string[] s_summaryMembers =
        ["ID", "MessageID", "Read", "Starred", "From", "To", "Cc", "Bcc", "ReplyTo", "Subject", "Created", "Username", "Tags", "Size", "Attachments", "Snippet"];
    private static readonly string[] s_messageMembers =
        ["ID", "MessageID", "From", "To", "Cc", "Bcc", "ReplyTo", "ReturnPath", "Subject", "Date", "Starred", "Tags", "Username", "Size",
            "Text", "ShownText", "HTML", "Inline", "Attachments", "Unpacked", "ListUnsubscribe", "Keywords", "Trace", "Warnings", "Envelope"];
    private static readonly string[] s_envelopeMembers = ["From", "To", "Helo", "IP", "TLS"];

    [Test]
    public async Task A_list_has_the_counts_and_rows_that_clients_know()
    {
        await using var web = new WebFixture();
        MessageSummary message = web.Store.Add("x"u8.ToArray(), s_header, s_envelope);
        web.Store.Add("yy"u8.ToArray(), read: true);

        JsonElement list = await web.GetJsonAsync("/api/v1/messages");
        Assert.That(Names(list), Is.EqualTo(s_listMembers));
        Assert.That(list.GetProperty("total").GetInt64(), Is.EqualTo(2));
        Assert.That(list.GetProperty("unread").GetInt64(), Is.EqualTo(1));
        Assert.That(list.GetProperty("count").GetInt64(), Is.EqualTo(2));
        Assert.That(list.GetProperty("messages_count").GetInt64(), Is.EqualTo(2));
        Assert.That(list.GetProperty("messages_unread").GetInt64(), Is.EqualTo(1));
        Assert.That(list.GetProperty("start").GetInt64(), Is.Zero);
        Assert.That(list.GetProperty("tags").GetArrayLength(), Is.Zero);

        JsonElement row = list.GetProperty("messages")[1];
        Assert.That(Names(row), Is.EqualTo(s_summaryMembers));
        Assert.That(row.GetProperty("ID").GetString(), Is.EqualTo(message.Id.ToString()));
        Assert.That(row.GetProperty("MessageID").GetString(), Is.EqualTo("one@example.org"));
        Assert.That(row.GetProperty("Subject").GetString(), Is.EqualTo("Grüße <b>"));
        Assert.That(row.GetProperty("Created").GetString(), Is.EqualTo("2026-09-21T14:13:20.25Z"));
        Assert.That(row.GetProperty("From").GetRawText(), Is.EqualTo("""{"Name":"Ann","Address":"ann@example.org"}"""));
        Assert.That(row.GetProperty("To").GetArrayLength(), Is.EqualTo(2));
        Assert.That(row.GetProperty("Bcc").GetRawText(), Is.EqualTo("""[{"Name":"","Address":"hidden@example.org"}]"""));
        Assert.That(row.GetProperty("Size").GetInt64(), Is.EqualTo(1));
        Assert.That(row.GetProperty("Read").GetBoolean(), Is.False);
    }

    [Test]
    public async Task A_message_has_its_header_and_envelope()
    {
        await using var web = new WebFixture();
        MessageSummary stored = web.Store.Add("x"u8.ToArray(), s_header, s_envelope);

        JsonElement message = await web.GetJsonAsync($"/api/v1/message/{stored.Id}");
        Assert.That(Names(message), Is.EqualTo(s_messageMembers));
        Assert.That(message.GetProperty("Date").GetString(), Is.EqualTo("2026-09-21T16:00:00+02:00"));
        Assert.That(message.GetProperty("ReturnPath").GetString(), Is.EqualTo("bounce@example.org"));
        JsonElement envelope = message.GetProperty("Envelope");
        Assert.That(Names(envelope), Is.EqualTo(s_envelopeMembers));
        Assert.That(envelope.GetProperty("IP").GetString(), Is.EqualTo("192.0.2.7"));
        Assert.That(envelope.GetProperty("Helo").GetString(), Is.EqualTo("mx.example.org"));
        Assert.That(envelope.GetProperty("TLS").GetString(), Is.EqualTo("TLSv1.3 TLS_AES_128_GCM_SHA256"));
        Assert.That(message.GetProperty("Username").GetString(), Is.EqualTo("carol"));
        Assert.That(envelope.GetProperty("To").GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_message_without_header_fields_has_empty_ones_and_the_date_of_its_arrival()
    {
        await using var web = new WebFixture();
        MessageSummary stored = web.Store.Add("x"u8.ToArray());
        JsonElement message = await web.GetJsonAsync($"/api/v1/message/{stored.Id}");
        Assert.That(message.GetProperty("From").GetRawText(), Is.EqualTo("""{"Name":"","Address":""}"""));
        Assert.That(message.GetProperty("Cc").GetRawText(), Is.EqualTo("[]"));
        Assert.That(message.GetProperty("Date").GetString(), Is.EqualTo("2026-09-21T14:13:20.25Z"));
    }

    [Test]
    public async Task Latest_is_the_newest_message_everywhere()
    {
        await using var web = new WebFixture();
        web.Store.Add("old"u8.ToArray());
        MessageSummary newest = web.Store.Add("new"u8.ToArray());
        Assert.That((await web.GetJsonAsync("/api/v1/message/latest")).GetProperty("ID").GetString(), Is.EqualTo(newest.Id.ToString()));
        Assert.That((await web.GetAsync("/api/v1/message/latest/raw")).Text, Is.EqualTo("new"));
    }

    [Test]
    public async Task Latest_of_an_empty_store_is_not_found()
    {
        await using var web = new WebFixture();
        RawAnswer answer = await web.GetAsync("/api/v1/message/latest");
        Assert.That(answer.Status, Is.EqualTo(404));
        Assert.That(answer.Error(), Does.Contain("no message"));
    }

    [Test]
    public async Task Pages_go_by_start_and_limit_or_by_before()
    {
        await using var web = new WebFixture();
        for (int i = 0; i < 60; i++) web.Store.Add([]);
        string[] ids = [.. web.Store.Messages.Select(one => one.Summary.Id.ToString())];

        Assert.That(await IdsAsync(web, ""), Is.EqualTo(ids[..50]));
        Assert.That(await IdsAsync(web, "?start=2&limit=3"), Is.EqualTo(ids[2..5]));
        Assert.That(await IdsAsync(web, $"?before={ids[9]}&limit=2&unknown=1"), Is.EqualTo(ids[10..12]));
        Assert.That(await IdsAsync(web, "?start=9223372036854775807"), Is.Empty);
        Assert.That((await web.GetJsonAsync("/api/v1/messages?start=2&limit=3")).GetProperty("start").GetInt64(), Is.EqualTo(2));
    }

    [TestCase("start=-1", "start")]
    [TestCase("start=x", "start")]
    [TestCase("start=", "start")]
    [TestCase("start=99999999999999999999", "start")]
    [TestCase("limit=0", "limit")]
    [TestCase("limit=1001", "limit")]
    [TestCase("limit=1e3", "limit")]
    [TestCase("limit=%31%00", "limit")]
    [TestCase("before=xyz", "before")]
    [TestCase("before=%ff%fe", "before")]
    public async Task A_bad_parameter_is_named(string query, string name)
    {
        await using var web = new WebFixture();
        RawAnswer answer = await web.GetAsync("/api/v1/messages?" + query);
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Error(), Does.StartWith(name + ":"));
    }

    [TestCase("0102030405060708090a0b0c")]
    [TestCase("nonsense")]
    [TestCase("..%2f..%2fetc%2fpasswd")]
    [TestCase("%00")]
    [TestCase("%zz")]
    [TestCase("<script>")]
    public async Task An_id_that_is_none_or_unknown_is_not_found(string id)
    {
        await using var web = new WebFixture();
        foreach (string target in new[] { $"/api/v1/message/{id}", $"/api/v1/message/{id}/raw" })
        {
            RawAnswer answer = await web.GetAsync(target);
            Assert.That(answer.Status, Is.EqualTo(404));
            Assert.That(answer.Error(), Does.Contain("There is no message with the ID"));
            Assert.That(answer.Text, Does.Not.Contain('<'));
        }
    }

    [Test]
    public async Task Raw_is_the_source_byte_for_byte()
    {
        await using var web = new WebFixture();
        byte[] source = new byte[300_000];
        new Random(7).NextBytes(source);
        MessageSummary stored = web.Store.Add(source);

        RawAnswer answer = await web.GetAsync($"/api/v1/message/{stored.Id}/raw");
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(answer.Body, Is.EqualTo(source));
        Assert.That(answer.Field("Content-Type"), Does.StartWith("text/plain"));
        Assert.That(answer.Field("Content-Disposition"), Is.Null);
        Assert.That(answer.Field("Content-Length"), Is.EqualTo("300000"));
    }

    [Test]
    public async Task Raw_as_a_download_has_a_name_made_of_the_id()
    {
        await using var web = new WebFixture();
        MessageSummary stored = web.Store.Add("x"u8.ToArray(), s_header);
        RawAnswer answer = await web.GetAsync($"/api/v1/message/latest/raw?dl=1");
        Assert.That(answer.Field("Content-Type"), Is.EqualTo("message/rfc822"));
        Assert.That(answer.Field("Content-Disposition"), Is.EqualTo($"attachment; filename=\"{stored.Id}.eml\""));
    }

    [TestCase("/api/v1/messages")]
    [TestCase("/api/v1/message/latest")]
    [TestCase("/api/v1/message/latest/raw")]
    [TestCase("/api/v1/message/nonsense")]
    [TestCase("/api/v1/nothing")]
    [TestCase("/livez")]
    [TestCase("/readyz")]
    [TestCase("/ping")]
    public async Task Head_answers_as_get_without_a_body(string target)
    {
        await using var web = new WebFixture();
        web.Store.Add("Subject: x\r\n\r\nbody"u8.ToArray());
        RawAnswer get = await web.GetAsync(target), head = await web.GetAsync(target, method: "HEAD");
        Assert.That(head.Status, Is.EqualTo(get.Status));
        Assert.That(head.Body, Is.Empty);
        Assert.That(head.Field("Content-Length"), Is.EqualTo(get.Field("Content-Length")));
        Assert.That(head.Field("Content-Type"), Is.EqualTo(get.Field("Content-Type")));
        Assert.That(get.Body, Has.Length.EqualTo(int.Parse(get.Field("Content-Length")!, System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task<string[]> IdsAsync(WebFixture web, string query) =>
        [.. (await web.GetJsonAsync("/api/v1/messages" + query)).GetProperty("messages").EnumerateArray().Select(row => row.GetProperty("ID").GetString()!)];

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name)];
}
