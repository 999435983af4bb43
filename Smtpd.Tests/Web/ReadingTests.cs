using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage.Reading;
using Smtpd.Tests.Mime;

namespace Smtpd.Tests.Web;

/// <summary>What clients of the API read of a message's text and parts, with each of the real stores.</summary>
[TestFixture("memory")]
[TestFixture("sqlite")]
internal sealed class ReadingTests(string kind)
{
    private const string Mail =
        "From: a@remote.test|To: b@local.test|Subject: =?utf-8?q?caf=C3=A9?=|Message-ID: <1@remote.test>|List-Unsubscribe: <https://list.test/u?a=1>,| <mailto:u@list.test>, <javascript:alert(1)>|"
        + "List-Unsubscribe-Post: List-Unsubscribe=One-Click|Content-Type: multipart/mixed; boundary=m||--m|Content-Type: multipart/related; boundary=r||--r|"
        + "Content-Type: multipart/alternative; boundary=a||--a|Content-Type: text/plain; charset=iso-8859-15|Content-Transfer-Encoding: quoted-printable||20 =A4 for you|--a|"
        + "Content-Type: text/html||<script>alert(1)</script><img src=\"cid:logo\">|--a--|--r|Content-Type: image/png; name=logo.png|Content-ID: <logo>|Content-Transfer-Encoding: base64||iVBORw0KGgo=|--r--|"
        + "--m|Content-Type: text/html; name=\"../../evil.html\"|Content-Disposition: attachment||<script>alert(2)</script>|--m|Content-Type: message/rfc822||Subject: inner||inner text|--m|Content-Type: text/plain||second|--m--|";

    [Test]
    public async Task A_message_has_its_text_html_inline_parts_and_attachments()
    {
        await using var web = new StoredMessageFixture(kind);
        MessageId id = web.Keep(Scan.Octets(Mail));
        JsonElement message = await web.GetJsonAsync($"/api/v1/message/{id}");
        Assert.Multiple(() =>
        {
            Assert.That(message.GetProperty("Text").GetString(), Is.EqualTo("20 € for you\nsecond"));
            Assert.That(message.GetProperty("HTML").GetString(), Is.EqualTo("<script>alert(1)</script><img src=\"cid:logo\">"));
            Assert.That(message.GetProperty("Inline").GetRawText(), Is.EqualTo(
                """[{"PartID":"1.2","FileName":"logo.png","ContentType":"image/png","ContentID":"logo","Disposition":"","Size":8,"Checksums":{"MD5":"e9dd2797018cad79186e03e8c5aec8dc","SHA1":"4caece539b039b16e16206ea2478f8c5ffb2ca05","SHA256":"4c4b6a3be1314ab86138bef4314dde022e600960d8689a2c8f8631802d20dab6"}}]"""));
            JsonElement[] attachments = [.. message.GetProperty("Attachments").EnumerateArray()];
            Assert.That(attachments.Select(one => one.GetProperty("PartID").GetString()), Is.EqualTo(new[] { "2", "3" }));
            Assert.That(attachments.Select(one => one.GetProperty("FileName").GetString()), Is.EqualTo(new[] { "../../evil.html", "inner.eml" }));
            Assert.That(attachments.Select(one => one.GetProperty("ContentType").GetString()), Is.EqualTo(new[] { "text/html", "message/rfc822" }));
            Assert.That(attachments[0].GetProperty("Checksums").GetProperty("SHA256").GetString(), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData("<script>alert(2)</script>"u8))));
            JsonElement list = message.GetProperty("ListUnsubscribe");
            Assert.That(list.GetProperty("Links").EnumerateArray().Select(one => one.GetString()), Is.EqualTo(new[] { "https://list.test/u?a=1", "mailto:u@list.test" }));
            Assert.That(list.GetProperty("HeaderPost").GetString(), Is.EqualTo("List-Unsubscribe=One-Click"));
            Assert.That(list.GetProperty("Errors").GetString(), Is.Not.Empty);
            Assert.That(message.GetProperty("Warnings").GetArrayLength(), Is.Zero);
        });
    }

    [Test]
    public async Task A_list_has_the_snippet_and_the_number_of_attachments()
    {
        await using var web = new StoredMessageFixture(kind);
        web.Keep(Scan.Octets(Mail));
        JsonElement row = (await web.GetJsonAsync("/api/v1/messages")).GetProperty("messages")[0];
        Assert.That((row.GetProperty("Attachments").GetInt32(), row.GetProperty("Snippet").GetString()), Is.EqualTo((2, "20 € for you")));
    }

    [Test]
    public async Task Headers_are_decoded_and_gathered_by_name()
    {
        await using var web = new StoredMessageFixture(kind);
        web.Keep(Scan.Octets("Received: one|RECEIVED: two|Subject: =?utf-8?q?caf=C3=A9?=|Message-ID: <1@remote.test>|X-Long: a| b||body|"));
        JsonElement headers = await web.GetJsonAsync("/api/v1/message/latest/headers");
        Assert.That(headers.GetRawText(), Is.EqualTo("""{"Received":["one","two"],"Subject":["café"],"Message-Id":["\u003C1@remote.test\u003E"],"X-Long":["a b"]}"""));
    }

    [TestCase("1.2", "image/png", true)]
    [TestCase("2", "text/plain; charset=utf-8", true)]
    [TestCase("3", "text/plain; charset=utf-8", true)]
    public async Task A_part_can_be_looked_at(string part, string type, bool isInline)
    {
        await using var web = new StoredMessageFixture(kind);
        MessageId id = web.Keep(Scan.Octets(Mail));
        RawAnswer answer = await web.GetAsync($"/api/v1/message/{id}/part/{part}?preview=1");
        Assert.That((answer.Status, answer.Field("Content-Type"), answer.Field("Content-Disposition")!.StartsWith("inline;", StringComparison.Ordinal)), Is.EqualTo((200, type, isInline)));
        Assert.That((answer.Field("Content-Security-Policy"), answer.Field("X-Content-Type-Options")), Is.EqualTo(("sandbox; default-src 'none'; frame-ancestors 'self'", "nosniff")));
    }

    [TestCase("application/pdf", "application/pdf", "inline", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'")]
    [TestCase("application/x-msdownload", "application/octet-stream", "attachment", "sandbox; default-src 'none'; frame-ancestors 'none'")]
    [TestCase("image/svg+xml", "application/octet-stream", "attachment", "sandbox; default-src 'none'; frame-ancestors 'none'")]
    [TestCase("text/csv; charset=iso-8859-15", "text/plain; charset=iso-8859-15", "inline", "sandbox; default-src 'none'; frame-ancestors 'self'")]
    [TestCase("application/xhtml+xml", "application/octet-stream", "attachment", "sandbox; default-src 'none'; frame-ancestors 'none'")]
    public async Task What_is_looked_at_still_can_do_nothing(string declared, string type, string disposition, string policy)
    {
        await using var web = new StoredMessageFixture(kind);
        MessageId id = web.Keep(Scan.Octets($"MIME-Version: 1.0|Content-Type: {declared}|Content-Disposition: attachment; filename=x||x|"));
        RawAnswer answer = await web.GetAsync($"/api/v1/message/{id}/part/1?preview=1");
        Assert.That((answer.Field("Content-Type"), answer.Field("Content-Disposition"), answer.Field("Content-Security-Policy")), Is.EqualTo((type, $"{disposition}; filename=\"x\"", policy)));
    }

    [TestCase("1.2", "image/png", "inline; filename=\"logo.png\"", "\u0089PNG\r\n\u001a\n")]
    [TestCase("2", "application/octet-stream", "attachment; filename=\"evil.html\"", "<script>alert(2)</script>")]
    [TestCase("3", "application/octet-stream", "attachment; filename=\"inner.eml\"", "Subject: inner\r\n\r\ninner text")]
    [TestCase("4", "text/plain; charset=utf-8", "inline; filename=\"part-4.txt\"", "second")]
    [TestCase("1.1.2", "application/octet-stream", "attachment; filename=\"part-1.1.2.html\"", "<script>alert(1)</script><img src=\"cid:logo\">")]
    public async Task A_part_comes_decoded_and_can_do_nothing(string part, string type, string disposition, string octets)
    {
        await using var web = new StoredMessageFixture(kind);
        MessageId id = web.Keep(Scan.Octets(Mail));
        RawAnswer answer = await web.GetAsync($"/api/v1/message/{id}/part/{part}"), head = await web.GetAsync($"/api/v1/message/{id}/part/{part}", "HEAD");
        Assert.Multiple(() =>
        {
            Assert.That(answer.Status, Is.EqualTo(200));
            Assert.That(Encoding.Latin1.GetString(answer.Body), Is.EqualTo(octets));
            Assert.That(answer.Field("Content-Type"), Is.EqualTo(type));
            Assert.That(answer.Field("Content-Disposition"), Is.EqualTo(disposition));
            Assert.That(answer.Field("X-Content-Type-Options"), Is.EqualTo("nosniff"));
            Assert.That(answer.Field("Content-Security-Policy"), Does.Contain("sandbox").And.Contain("default-src 'none'"));
            Assert.That(head.Field("Content-Length"), Is.EqualTo(octets.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            Assert.That(head.Body, Is.Empty);
        });
        Assert.That((await web.GetJsonAsync("/api/v1/messages")).GetProperty("messages")[0].GetProperty("Read").GetBoolean(), Is.False);
    }

    [TestCase("5")]
    [TestCase("1")]
    [TestCase("0")]
    [TestCase("")]
    [TestCase("1.2.3")]
    [TestCase("..%2f1")]
    [TestCase("%31%00")]
    public async Task A_part_that_is_not_there_is_not_found(string part)
    {
        await using var web = new StoredMessageFixture(kind);
        MessageId id = web.Keep(Scan.Octets(Mail));
        Assert.That((await web.GetAsync($"/api/v1/message/{id}/part/{part}")).Status, Is.EqualTo(404));
        Assert.That((await web.GetAsync($"/api/v1/message/0102030405060708090a0b0c/part/{part}")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_large_attachment_comes_whole_and_the_parts_behind_it_are_found()
    {
        await using var web = new StoredMessageFixture(kind);
        byte[] file = new byte[3_000_001];
        new Random(5).NextBytes(file);
        byte[] source = [.. Scan.Octets("Content-Type: multipart/mixed; boundary=m||--m|Content-Type: a/b|Content-Transfer-Encoding: base64||"),
            .. Encoding.ASCII.GetBytes(Convert.ToBase64String(file, Base64FormattingOptions.InsertLineBreaks)), .. Scan.Octets("|--m||behind|--m--|")];
        MessageId id = web.Keep(source);
        Assert.That((await web.GetAsync($"/api/v1/message/{id}/part/1")).Body, Is.EqualTo(file));
        Assert.That((await web.GetAsync($"/api/v1/message/{id}/part/2")).Text, Is.EqualTo("behind"));
        Assert.That((await web.GetJsonAsync($"/api/v1/message/{id}")).GetProperty("Attachments")[0].GetProperty("Checksums").GetProperty("SHA256").GetString(),
            Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(file))));
    }

    [Test]
    public async Task Text_beyond_the_limit_is_cut_and_that_is_said()
    {
        await using var web = new StoredMessageFixture(kind);
        web.Keep([.. "\r\n"u8, .. Enumerable.Repeat((byte)'x', MessageReader.MostTextOctets + 10)]);
        JsonElement message = await web.GetJsonAsync("/api/v1/message/latest");
        Assert.That(message.GetProperty("Text").GetString(), Has.Length.EqualTo(MessageReader.MostTextOctets));
        Assert.That(message.GetProperty("Warnings")[0].GetString(), Does.Contain("cut after 5 MiB"));
        Assert.That((await web.GetAsync("/api/v1/message/latest/part/1")).Body, Has.Length.EqualTo(MessageReader.MostTextOctets + 10));
    }
}
