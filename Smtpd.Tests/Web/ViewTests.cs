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
        System.Reflection.Assembly program = typeof(Smtpd.Web.Page.PageHandler).Assembly;
        string[] files = [.. program.GetManifestResourceNames().Where(name => name.StartsWith("page/", StringComparison.Ordinal))];
        Assert.That(files, Has.Length.GreaterThan(15));
        long octets = 0;
        foreach (string file in files)
        {
            using Stream resource = program.GetManifestResourceStream(file)!;
            using var reader = new StreamReader(resource);
            string text = reader.ReadToEnd();
            octets += System.Text.Encoding.UTF8.GetByteCount(text);
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
