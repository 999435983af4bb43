using NUnit.Framework;

namespace Smtpd.Tests.Web;

/// <summary>The page's files and the bare view of a message: what they carry, and what their policies say.</summary>
public sealed class ViewTests
{
    private const string Related =
        "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        + "<link rel=preconnect href=//evil.example><META http-equiv=refresh content=0><base href=//evil.example/><img src=\"cid:one%40x\"><img src='cid:none'><linker>\r\n"
        + "--b\r\nContent-Type: image/png\r\nContent-ID: <one@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--b--\r\n";

    [TestCase("/", "text/html; charset=utf-8")]
    [TestCase("/page.js", "text/javascript; charset=utf-8")]
    [TestCase("/page.css", "text/css; charset=utf-8")]
    [TestCase("/page/list.js", "text/javascript; charset=utf-8")]
    [TestCase("/page/message.js", "text/javascript; charset=utf-8")]
    [TestCase("/page/status.js", "text/javascript; charset=utf-8")]
    public async Task The_page_may_load_nothing_from_elsewhere(string target, string type)
    {
        await using var web = new WebFixture();
        RawAnswer answer = await web.GetAsync(target);
        Assert.That((answer.Status, answer.Field("Content-Type")), Is.EqualTo((200, type)));
        string policy = answer.Field("Content-Security-Policy")!;
        Assert.That(policy, Does.StartWith("default-src 'none'; script-src 'self';").And.Contain("frame-ancestors 'none'").And.Contain("trusted-types 'none'"));
        Assert.That(policy, Does.Not.Contain("unsafe").And.Not.Contain("http").And.Not.Contain('*'));
        Assert.That(answer.Text, Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("innerHTML"));
    }

    [Test]
    public void The_page_is_small_and_speaks_of_no_other_host()
    {
        string[] files = [.. EmbeddedFile.NamesIn("page/")];
        Assert.That(files, Has.Length.GreaterThan(15));
        long octets = 0;
        foreach (string file in files)
        {
            byte[] content = EmbeddedFile.Read(file);
            string text = System.Text.Encoding.UTF8.GetString(content);
            octets += content.Length;
            Assert.That(text, Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("innerHTML").And.Not.Contain("insertAdjacentHTML").And.Not.Contain("eval("), file);
        }
        Assert.That(octets, Is.LessThan(150_000));
    }

    [Test]
    public async Task A_view_can_do_nothing_and_holds_its_own_pictures()
    {
        await using var web = new WebFixture();
        web.Store.Add(System.Text.Encoding.ASCII.GetBytes(Related));
        RawAnswer answer = await web.GetAsync("/view/latest.html");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        Assert.That(answer.Field("Content-Security-Policy"),
            Is.EqualTo("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"));
        Assert.That(answer.Text, Does.Contain("<img src=\"data:image/png;base64,iVBORw==\"><img src=\"cid:none\">"));
        Assert.That(answer.Text.ToLowerInvariant(), Does.Not.Contain("<link").And.Not.Contain("<meta http").And.Not.Contain("<base"));
        Assert.That(web.Store.Marked, Is.Empty);
    }

    private static byte[] Forwarded(string encoding, string nested) => System.Text.Encoding.ASCII.GetBytes(
        "Subject: outer\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: text/html\r\n\r\n<img src=cid:one@x>\r\n"
        + $"--o\r\nContent-Type: message/rfc822\r\n{encoding}\r\n{nested}\r\n"
        + "--o\r\nContent-Type: image/png\r\nContent-ID: <one@x>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--o--\r\n");

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_message_within_the_message_has_a_view_with_its_own_pictures(bool isEncoded)
    {
        string nested = "From: Ann <ann@remote.test>\r\nTo: bob@local.test\r\nSubject: <b>inner</b>\r\nDate: Sun, 29 Nov 2026 06:00:00 +0100\r\nMIME-Version: 1.0\r\n" + Related.Replace("boundary=b", "boundary=i", StringComparison.Ordinal).Replace("--b", "--i", StringComparison.Ordinal);
        await using var web = new WebFixture();
        web.Store.Add(isEncoded
            ? Forwarded("Content-Transfer-Encoding: base64\r\n", Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(nested), Base64FormattingOptions.InsertLineBreaks))
            : Forwarded("", nested));
        RawAnswer answer = await web.GetAsync("/view/latest/2.html");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        Assert.That(answer.Field("Content-Security-Policy"), Is.EqualTo((await web.GetAsync("/view/latest.html")).Field("Content-Security-Policy")));
        Assert.That(answer.Text, Does.Contain("<img src=\"data:image/png;base64,iVBORw==\"><img src=\"cid:none\">"));
        Assert.That(answer.Text, Does.Contain("Ann &lt;ann@remote.test&gt;").And.Contain("bob@local.test").And.Contain("&lt;b&gt;inner&lt;/b&gt;").And.Contain("Sun, 29 Nov 2026 06:00 +01:00"));
        Assert.That(answer.Text.ToLowerInvariant(), Does.Not.Contain("<link").And.Not.Contain("<meta http").And.Not.Contain("<base"));
        Assert.That((await web.GetAsync("/view/latest/2.html?remote=1")).Field("Content-Security-Policy"), Does.Contain("img-src data: http: https:"));
        Assert.That(web.Store.Marked, Is.Empty);
    }

    /// <summary>A message with a text, another message and a file in it; the other one encoded, as it must not be, or not.</summary>
    private static string Around(string nested, string subject, bool isEncoded, string boundary) =>
        $"From: Ann <ann@remote.test>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary={boundary}\r\n\r\n--{boundary}\r\nContent-Type: text/plain\r\n\r\ntext of {subject}\r\n--{boundary}\r\nContent-Type: message/rfc822\r\n"
        + (isEncoded ? "Content-Transfer-Encoding: base64\r\n\r\n" + Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(nested), Base64FormattingOptions.InsertLineBreaks) : "\r\n" + nested)
        + $"\r\n--{boundary}\r\nContent-Type: text/plain; name={subject}.txt\r\nContent-Disposition: attachment\r\n\r\nfile of {subject}\r\n--{boundary}--\r\n";

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(true, true)]
    public async Task Messages_within_messages_have_views_and_files_at_every_depth(bool isOuterEncoded, bool isInnerEncoded)
    {
        await using var web = new WebFixture();
        string innermost = "From: Cy <cy@remote.test>\r\nSubject: third\r\n" + Related;
        web.Store.Add(System.Text.Encoding.ASCII.GetBytes(Around(Around(innermost, "second", isInnerEncoded, "s"), "first", isOuterEncoded, "f")));
        Assert.That((await web.GetAsync("/view/latest/2.html")).Text, Does.Contain("text of second").And.Contain("Attached").And.Contain("third.eml"));
        RawAnswer third = await web.GetAsync("/view/latest/2.2.html");
        Assert.That(third.Text, Does.Contain("<img src=\"data:image/png;base64,iVBORw==\">").And.Contain("Cy &lt;cy@remote.test&gt;"));
        Assert.That(third.Field("Content-Security-Policy"), Does.StartWith("sandbox "));

        System.Text.Json.JsonElement files = await web.GetJsonAsync("/api/v1/message/latest/part/2/files");
        Assert.That(files.EnumerateArray().Select(one => (one.GetProperty("PartID").GetString(), one.GetProperty("FileName").GetString())),
            Is.EqualTo((IEnumerable<(string?, string?)>)[("2.2", "third.eml"), ("2.3", "second.txt")]));
        Assert.That((await web.GetJsonAsync("/api/v1/message/latest/part/2.2/files")).EnumerateArray().First().GetProperty("PartID").GetString(), Is.EqualTo("2.2.2"));
        RawAnswer file = await web.GetAsync("/api/v1/message/latest/part/2.3");
        Assert.That((file.Text, file.Field("Content-Disposition")), Is.EqualTo(("file of second", "inline; filename=\"second.txt\"")));
        Assert.That((await web.GetAsync("/api/v1/message/latest/part/2.2.2")).Field("Content-Type"), Is.EqualTo("image/png"));
        Assert.That((await web.GetAsync("/api/v1/message/latest/part/2.1")).Text, Is.EqualTo("text of second"));
        foreach (string none in (string[])["part/2.4", "part/2.2.9", "part/2.", "part/2.2.", "part/2.2.2.1", "part/3.1", "part/2.3/files", "part/1/files", "part/9/files"])
            Assert.That((await web.GetAsync($"/api/v1/message/latest/{none}")).Status, Is.EqualTo(404), none);
        Assert.That(web.Store.Marked, Is.Empty);
    }

    [Test]
    public async Task Nesting_beyond_all_reason_ends_in_an_answer()
    {
        await using var web = new WebFixture();
        web.Store.Add(System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 150).Select(i => $"Subject: {i}\r\nContent-Type: message/rfc822\r\n\r\n")) + "Subject: last\r\n\r\nx\r\n"));
        Assert.That((await web.GetAsync($"/view/latest/{Section(50)}.html")).Text, Does.Contain(">50</span>"));
        Assert.That((await web.GetAsync($"/view/latest/{Section(101)}.html")).Text, Does.Contain(">101</span>"));
        foreach (int depth in (int[])[103, 140, 3000]) Assert.That((await web.GetAsync($"/view/latest/{Section(depth)}.html")).Status, Is.EqualTo(404), $"{depth}");

        static string Section(int depth) => string.Join('.', Enumerable.Repeat("1", depth));
    }

    [TestCase("Subject: x\r\n\r\n1 < 2 & <script>\r\n  indented\r\n", "1 &lt; 2 &amp; &lt;script&gt;\n  indented")]
    [TestCase("Subject: x\r\n\r\nSee (https://x.test/?a=1&b=2), xhttp://y, javascript:1, ftp://z, http:// or MAILTO:a@b.test.\r\n",
        "See (<a href=\"https://x.test/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer\">https://x.test/?a=1&amp;b=2</a>), xhttp://y, javascript:1, ftp://z, http:// or <a href=\"mailto:a@b.test\" target=\"_blank\" rel=\"noopener noreferrer\">MAILTO:a@b.test</a>.")]
    [TestCase("Subject: x\r\n\r\n", "The message has no text.")]
    [TestCase("", "(no subject)")]
    public async Task A_message_within_the_message_that_has_no_html_is_shown_as_text(string nested, string shown)
    {
        await using var web = new WebFixture();
        web.Store.Add(Forwarded("", nested));
        RawAnswer answer = await web.GetAsync("/view/latest/2.html");
        Assert.That((answer.Status, answer.Field("Smtpd-Blocked-Pictures")), Is.EqualTo((200, "0")), answer.Text);
        Assert.That(answer.Text, Does.Contain(shown).And.Not.Contain("<script"));
    }

    [TestCase("/view/latest/1.html")]
    [TestCase("/view/latest/9.html")]
    [TestCase("/view/latest/.html")]
    [TestCase("/view/latest/2.txt")]
    [TestCase("/view/latest/2")]
    [TestCase("/view/latest/2.f1.html")]
    [TestCase("/view/0102030405060708090a0b0c/2.html")]
    public async Task What_is_no_message_within_the_message_has_no_view(string target)
    {
        await using var web = new WebFixture();
        web.Store.Add(Forwarded("", "Subject: x\r\n\r\ntext\r\n"));
        Assert.That((await web.GetAsync(target)).Status, Is.EqualTo(404));
    }

    /// <summary>A style sheet of the mail must not hide, cover or change who it says to be from.</summary>
    [Test]
    public async Task A_view_for_paper_says_whose_it_is_whatever_the_mail_styles()
    {
        await using var web = new WebFixture();
        web.Store.Add("Content-Type: text/html\r\n\r\n<style>div,b,span{display:none!important;position:absolute!important}</style><p>offer\r\n"u8.ToArray());
        string text = (await web.GetAsync("/view/latest.html?header=1")).Text;
        int preface = text.IndexOf("Subject: ", StringComparison.Ordinal);
        Assert.That(preface, Is.Positive.And.LessThan(text.IndexOf("offer", StringComparison.Ordinal)));
        foreach (string element in (string[])["div", "b", "span"])
            Assert.That(System.Text.RegularExpressions.Regex.Count(text, $"<{element}[ >]"), Is.EqualTo(System.Text.RegularExpressions.Regex.Count(text, $"<{element} style=\"all:(unset|initial)!important")), element);
        Assert.That((await web.GetAsync("/view/latest.html")).Text, Does.Not.Contain("Subject: "));
    }

    /// <summary>A document inside an attribute is hidden from whoever looks for its elements.</summary>
    [TestCase("<iframe srcdoc='&lt;link rel=preconnect href=//evil.example&gt;'></iframe>")]
    [TestCase("<IFRAME\tsrcdoc='&#60;l&#105;nk rel=dns-prefetch href=//evil.example&#62;'>")]
    [TestCase("<iframe/srcdoc='&lt;meta http-equiv=refresh content=0&gt;'/>")]
    public async Task A_view_has_no_documents_inside(string html)
    {
        await using var web = new WebFixture();
        web.Store.Add(System.Text.Encoding.ASCII.GetBytes($"Content-Type: text/html\r\n\r\n{html}\r\n"));
        RawAnswer answer = await web.GetAsync("/view/latest.html");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        Assert.That(answer.Text.ToLowerInvariant(), Does.Contain("<body class=\"mail\">").And.Not.Contain("<iframe").And.Not.Contain("evil"));
    }

    [TestCase("", "data:", "2", "<img>")]
    [TestCase("?remote=1", "data: http: https:", "0", "<img src=\"http://other.example/x\">")]
    [TestCase("?remote=0", "data:", "2", "<img>")]
    public async Task Pictures_of_other_hosts_are_counted_until_they_are_asked_for(string query, string pictures, string blocked, string picture)
    {
        await using var web = new WebFixture();
        web.Store.Add("Content-Type: text/html\r\n\r\n<img src=http://other.example/x><table background=http://other.example/y></table>\r\n"u8.ToArray());
        RawAnswer answer = await web.GetAsync("/view/latest.html" + query), head = await web.GetAsync("/view/latest.html" + query, method: "HEAD");
        Assert.That(answer.Field("Content-Security-Policy"), Does.Contain($"; img-src {pictures}; "));
        Assert.That((answer.Field("Smtpd-Blocked-Pictures"), head.Field("Smtpd-Blocked-Pictures")), Is.EqualTo((blocked, blocked)));
        Assert.That(answer.Text, Does.Contain(picture));
        Assert.That(answer.Field("Referrer-Policy"), Is.EqualTo("no-referrer"));
    }

    [TestCase("/view/latest.txt", 404)]
    [TestCase("/view/latest", 404)]
    [TestCase("/view/0102030405060708090a0b0c.html", 404)]
    [TestCase("/view/..html", 404)]
    public async Task What_has_no_view_is_not_found(string target, int status)
    {
        await using var web = new WebFixture();
        web.Store.Add(System.Text.Encoding.ASCII.GetBytes(Related));
        Assert.That((await web.GetAsync(target)).Status, Is.EqualTo(status));
    }

    [Test]
    public async Task Plain_text_is_plain_text()
    {
        await using var web = new WebFixture();
        web.Store.Add("Subject: x\r\n\r\n<script>alert(1)</script>\r\n"u8.ToArray());
        RawAnswer answer = await web.GetAsync("/view/latest.txt");
        Assert.That((answer.Field("Content-Type"), answer.Field("X-Content-Type-Options")), Is.EqualTo(("text/plain; charset=utf-8", "nosniff")));
        Assert.That(answer.Text, Does.Contain("<script>"));
    }
}
