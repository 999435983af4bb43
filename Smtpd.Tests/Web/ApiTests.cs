using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Storage;

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

    private static readonly StoredEnvelope s_envelope = new("bounce@example.org", ["bob@example.org", "hidden@example.org"], "mx.example.org", "192.0.2.7");

    private static readonly string[] s_listMembers = ["total", "unread", "count", "messages_count", "messages_unread", "start", "tags", "messages"];
    private static readonly string[] s_summaryMembers =
        ["ID", "MessageID", "Read", "Starred", "From", "To", "Cc", "Bcc", "ReplyTo", "Subject", "Created", "Username", "Tags", "Size"];
    private static readonly string[] s_messageMembers =
        ["ID", "MessageID", "From", "To", "Cc", "Bcc", "ReplyTo", "ReturnPath", "Subject", "Date", "Tags", "Username", "Size", "Envelope"];
    private static readonly string[] s_envelopeMembers = ["From", "To", "Helo", "IP"];

    private static readonly int[] s_allStatuses = [200, 200, 200, 404, 405, 403, 401, 400, 400, 505];

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
        Assert.That(Error(answer), Does.Contain("no message"));
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
        Assert.That(Error(answer), Does.StartWith(name + ":"));
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
            Assert.That(Error(answer), Does.Contain("There is no message with the ID"));
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

    [TestCase("", 1)]
    [TestCase("Sec-Fetch-Site: none\r\n", 1)]
    [TestCase("Sec-Fetch-Site: same-origin\r\n", 1)]
    [TestCase("Sec-Fetch-Site: same-site\r\n", 0)]
    [TestCase("Sec-Fetch-Site: cross-site\r\n", 0)]
    [TestCase("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: none\r\n", 0)]
    [TestCase("Sec-Fetch-Site: cross-site\r\nConnection: Sec-Fetch-Site\r\n", 0)]
    public async Task Reading_marks_read_unless_another_site_asks(string fields, int marks)
    {
        await using var web = new WebFixture();
        MessageSummary stored = web.Store.Add("x"u8.ToArray());
        Assert.That((await web.GetAsync($"/api/v1/message/{stored.Id}", fields)).Status, Is.EqualTo(200));
        Assert.That(web.Store.MarkedRead, Has.Count.EqualTo(marks));
    }

    [Test]
    public async Task Head_and_raw_and_lists_never_mark_read()
    {
        await using var web = new WebFixture();
        MessageSummary stored = web.Store.Add("x"u8.ToArray());
        await web.GetAsync($"/api/v1/message/{stored.Id}", method: "HEAD");
        await web.GetAsync($"/api/v1/message/{stored.Id}/raw");
        await web.GetAsync($"/api/v1/message/{stored.Id}/raw", method: "HEAD");
        await web.GetAsync("/api/v1/messages");
        Assert.That(web.Store.MarkedRead, Is.Empty);
    }

    [Test]
    public async Task A_message_that_cannot_be_marked_read_can_still_be_read()
    {
        await using var web = new WebFixture();
        web.Store.Add("x"u8.ToArray());
        web.Store.MarkFailure = new StoreException("/var/lib/smtpd/mail.db: disk full", isFull: true);
        Assert.That((await web.GetAsync("/api/v1/message/latest")).Status, Is.EqualTo(200));
        Assert.That(web.Log.Lines.Where(line => line.Level == LogLevel.Warn).Select(line => line.Text), Has.Some.Contain("disk full"));
    }

    [Test]
    public async Task A_store_in_trouble_answers_503_without_its_secrets()
    {
        foreach (Exception failure in new Exception[] { new StoreException("/secret/mail.db is gone"), new InvalidOperationException("/secret/bug") })
        {
            await using var web = new WebFixture();
            web.Store.ReadFailure = failure;
            RawAnswer answer = await web.GetAsync("/api/v1/messages");
            Assert.That(answer.Status, Is.EqualTo(503));
            Assert.That(Error(answer), Does.Not.Contain("secret"));
            Assert.That(web.Log.Lines.Where(line => line.Level == LogLevel.Error).Select(line => line.Text), Has.Some.Contain("/secret/"));
        }
    }

    [Test]
    public async Task A_source_that_ends_early_breaks_the_connection_instead_of_ending_it()
    {
        await using var web = new WebFixture();
        web.Store.Add(new byte[200_000]);
        web.Store.OpenStream = source => new MemoryStream(source, 0, 100_000);
        using var socket = await RawHttp.ConnectAsync(web.EndPoint);
        await socket.SendAsync("GET /api/v1/message/latest/raw HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.That(async () => await socket.ReadToEndAsync(), Throws.InstanceOf<System.Net.Sockets.SocketException>());
        await RawHttp.UntilAsync(() => web.Log.Lines.Any(line => line.Level == LogLevel.Error && line.Text.Contains("source ends", StringComparison.Ordinal)), "an error line");
    }

    [Test]
    public async Task Health_says_whether_mail_can_come_in()
    {
        await using var web = new WebFixture();
        Assert.That((await web.GetAsync("/readyz")).Status, Is.EqualTo(200));
        Assert.That((await web.GetAsync("/ping")).Text, Is.EqualTo("OK"));

        web.Store.Trouble = "/secret/mail.db: disk full";
        RawAnswer troubled = await web.GetAsync("/readyz");
        Assert.That(troubled.Status, Is.EqualTo(503));
        Assert.That(Error(troubled), Does.Contain("store").And.Not.Contain("secret"));

        web.Store.Trouble = null;
        web.ListenersUp = false;
        Assert.That(Error(await web.GetAsync("/readyz")), Does.Contain("listeners"));
        Assert.That((await web.GetAsync("/livez")).Status, Is.EqualTo(200));
        Assert.That((await web.GetAsync("/ping")).Status, Is.EqualTo(200));
    }

    [TestCase("POST")]
    [TestCase("PUT")]
    [TestCase("DELETE")]
    [TestCase("OPTIONS")]
    [TestCase("TRACE")]
    [TestCase("get")]
    [TestCase("BREW")]
    public async Task Another_method_is_told_which_ones_are_allowed(string method)
    {
        await using var web = new WebFixture();
        foreach (string body in new[] { "", "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n" })
        {
            RawAnswer answer = await web.SendAsync($"{method} /api/v1/messages HTTP/1.1\r\nHost: localhost\r\n{body}\r\n");
            Assert.That(answer.Status, Is.EqualTo(405), body);
            Assert.That(answer.Field("Allow"), Is.EqualTo("GET, HEAD"));
            Assert.That(Error(answer), Does.Contain("GET"));
        }
    }

    [TestCase("/", "/api/v1/messages", 200)]
    [TestCase("", "/api/v1/messages", 200)]
    [TestCase("/mail", "/mail/api/v1/messages", 200)]
    [TestCase("/mail/", "/mail/api/v1/messages", 200)]
    [TestCase("a/b", "/a/b/livez", 200)]
    [TestCase("/mail", "/api/v1/messages", 404)]
    [TestCase("/mail", "/mailapi/v1/messages", 404)]
    [TestCase("/mail", "/mail", 404)]
    [TestCase("/", "/", 404)]
    [TestCase("/", "//api/v1/messages", 404)]
    [TestCase("/", "/api/v1/messages/", 404)]
    [TestCase("/", "/x/../api/v1/messages", 404)]
    [TestCase("/", "/api%2fv1/messages", 404)]
    public async Task Everything_is_below_the_base_path(string basePath, string target, int status)
    {
        await using var web = new WebFixture(basePath);
        RawAnswer answer = await web.GetAsync(target);
        Assert.That(answer.Status, Is.EqualTo(status));
        if (status == 404) Assert.That(Error(answer), Is.Not.Empty);
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

    private static async Task<string[]> IdsAsync(WebFixture web, string query) =>
        [.. (await web.GetJsonAsync("/api/v1/messages" + query)).GetProperty("messages").EnumerateArray().Select(row => row.GetProperty("ID").GetString()!)];

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name)];

    private static string Error(RawAnswer answer)
    {
        Assert.That(answer.Field("Content-Type"), Is.EqualTo("application/json"));
        JsonElement root = JsonDocument.Parse(answer.Body).RootElement;
        Assert.That(root.EnumerateObject().Count(), Is.EqualTo(1));
        return root.GetProperty("Error").GetString()!;
    }
}
