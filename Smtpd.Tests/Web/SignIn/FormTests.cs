using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Web.SignIn;

/// <summary>The pages to sign in and out: what forms are believed, and where they lead.</summary>
public sealed class FormTests
{
    private static async Task<WebFixture> StartAsync(string basePath = "/", Func<WebSettings, WebSettings>? configure = null)
    {
        var web = new WebFixture(basePath, WebAuthentication.Required, configure: configure);
        await web.Users.AddAsync(FormClient.New("tester"), default);
        return web;
    }

    [TestCase("/login")]
    [TestCase("/logout")]
    public async Task A_page_needs_no_script_and_lets_nothing_in(string target)
    {
        await using WebFixture web = await StartAsync();
        var browser = new FormClient(web);
        await browser.SignInAsync();
        RawAnswer page = await browser.GetAsync(target);
        Assert.That(page.Field("Content-Type"), Is.EqualTo("text/html; charset=utf-8"));
        Assert.That(page.Field("Content-Security-Policy"), Is.EqualTo("default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"));
        Assert.That(page.Field("Cache-Control"), Is.EqualTo("no-store"));
        Assert.That(page.Field("Referrer-Policy"), Is.EqualTo("same-origin"), "or a form's Origin would be null");
        Assert.That(page.Text, Does.Contain("<form method=\"post\">").And.Not.Contain("<script").And.Not.Contain("style="));
        Assert.That((await web.GetAsync("/page.css")).Status, Is.EqualTo(200), "its style needs no sign-in");
        Assert.That((await web.GetAsync(target, method: "HEAD")).Body, Is.Empty);
        Assert.That((await web.GetAsync(target, method: "PUT")).Status, Is.EqualTo(405));
    }

    [Test]
    public async Task A_form_without_its_mark_or_with_another_s_signs_nobody_in()
    {
        await using WebFixture web = await StartAsync();
        FormClient browser = new(web), other = new(web);
        string mark = FormClient.MarkIn(await other.GetAsync("/login"));
        (string, string)[] good = [("username", "tester"), ("password", "secret")];
        await browser.GetAsync("/login");
        foreach (string wrong in (string[])["", mark, new string('A', 43), "ä"])
        {
            RawAnswer answer = await browser.PostAsync("/login", FormClient.Encode([.. good, ("token", wrong)]));
            Assert.That(answer.Status, Is.EqualTo(403));
            Assert.That(answer.Text, Does.Contain("grown old"));
        }
        Assert.That((await browser.PostAsync("/login", FormClient.Encode(good))).Status, Is.EqualTo(403), "none at all");
        Assert.That((await new FormClient(web).PostAsync("/login", FormClient.Encode([.. good, ("token", mark)]))).Status, Is.EqualTo(403), "no cookie");
        string ofLogout = FormClient.MarkIn(await SignedInAsync(web, "/logout"));
        Assert.That((await browser.PostAsync("/login", FormClient.Encode([.. good, ("token", ofLogout)]))).Status, Is.EqualTo(403));
        Assert.That(browser.Session, Is.Null);
        Assert.That(web.SignIns.Derived, Is.EqualTo(1), "nothing was derived for them");
    }

    private static async Task<RawAnswer> SignedInAsync(WebFixture web, string target)
    {
        var browser = new FormClient(web);
        await browser.SignInAsync();
        return await browser.GetAsync(target);
    }

    [TestCase("/login", "Origin: http://evil.example\r\n")]
    [TestCase("/login", "Origin: null\r\n")]
    [TestCase("/login", "Sec-Fetch-Site: cross-site\r\n")]
    [TestCase("/logout", "Origin: http://evil.example\r\n")]
    [TestCase("/logout", "Sec-Fetch-Site: same-site\r\n")]
    public async Task A_form_of_another_site_does_nothing(string target, string fields)
    {
        await using WebFixture web = await StartAsync();
        var browser = new FormClient(web);
        await browser.SignInAsync();
        string mark = FormClient.MarkIn(await browser.GetAsync(target)), session = browser.Session!;
        RawAnswer answer = await browser.PostAsync(target, FormClient.Encode(("username", "tester"), ("password", "secret"), ("token", mark)), fields);
        Assert.That(answer.Status, Is.EqualTo(403));
        Assert.That(browser.Session, Is.EqualTo(session));
        Assert.That((await browser.GetAsync("/api/v1/messages")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_sign_out_without_its_mark_does_nothing()
    {
        await using WebFixture web = await StartAsync();
        var browser = new FormClient(web);
        await browser.SignInAsync();
        Assert.That((await browser.PostAsync("/logout", "token=x")).Status, Is.EqualTo(403));
        Assert.That((await browser.PostAsync("/logout", "")).Status, Is.EqualTo(403));
        Assert.That((await browser.GetAsync("/api/v1/messages")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_body_that_is_no_form_or_too_long_is_refused()
    {
        await using WebFixture web = await StartAsync();
        var browser = new FormClient(web);
        Assert.That((await browser.PostAsync("/login", "{}", type: "application/json")).Status, Is.EqualTo(415));
        Assert.That((await browser.PostAsync("/login", "x=" + new string('y', 17_000))).Status, Is.EqualTo(413));
        Assert.That((await browser.PostAsync("/login", "%%%=%zz&&&=&%FF")).Status, Is.EqualTo(403));
    }

    [Test]
    public async Task A_sign_in_leads_nowhere_but_here()
    {
        await using WebFixture web = await StartAsync("/");
        foreach ((string next, string expected) in ((string, string)[])
        [
            ("/", "/"),
            ("/mails/2", "/mails/2"),
            ("/#/message/latest", "/#/message/latest"),
            ("/?x=/../y", "/?x=/../y"),
            ("//evil.example", "/"),
            ("///evil.example", "/"),
            ("/\\evil.example", "/"),
            ("\\\\evil.example", "/"),
            ("http://evil.example/", "/"),
            ("javascript:alert(1)", "/"),
            ("evil.example", "/"),
            ("", "/"),
            ("/\t/evil.example", "/"),
            ("/\r\nSet-Cookie: x=y", "/"),
            (" //evil.example", "/"),
            ("/ä", "/"),
            ("@evil.example", "/"),
        ])
        {
            RawAnswer done = await new FormClient(web).SignInAsync(target: $"/login?next={Uri.EscapeDataString(next)}");
            Assert.That((done.Status, done.Field("Location")), Is.EqualTo((303, expected)), next);
        }
    }

    [Test]
    public async Task Nor_out_of_the_base_path()
    {
        await using WebFixture web = await StartAsync("/mail");
        foreach ((string next, string expected) in ((string, string)[])
        [
            ("/mail/x", "/mail/x"),
            ("/mail/", "/mail/"),
            ("/mailx", "/mail/"),
            ("/other", "/mail/"),
            ("/mail/../other", "/mail/"),
            ("/mail/%2e%2E/other", "/mail/"),
            ("/mail//evil.example", "/mail/"),
        ])
        {
            RawAnswer done = await new FormClient(web).SignInAsync(target: $"/mail/login?next={Uri.EscapeDataString(next)}");
            Assert.That((done.Status, done.Field("Location")), Is.EqualTo((303, expected)), next);
        }
    }

    [Test]
    public async Task Who_follows_a_link_from_elsewhere_can_go_on_with_his_session()
    {
        await using WebFixture web = await StartAsync();
        RawAnswer page = await web.GetAsync("/login?next=%2F%3Fa%26b%22%3E%3Cscript%3E", "Sec-Fetch-Site: cross-site\r\n");
        Assert.That(page.Text, Does.Contain("<a href=\"/?a&amp;b&quot;&gt;&lt;script&gt;\">"));
        Assert.That((await web.GetAsync("/login")).Text, Does.Not.Contain("signed in already"));
    }

    [Test]
    public async Task A_password_is_not_taken_where_it_can_be_read_on_the_way()
    {
        const string Lie = "X-Forwarded-Proto: https\r\n";
        await using WebFixture web = await StartAsync();
        RawAnswer page = await web.GetAsync("/login", Lie);
        Assert.That(page.Text, Does.Contain("plain HTTP").And.Not.Contain("<form"));
        RawAnswer basic = await web.GetAsync("/api/v1/messages", Lie + "Authorization: Basic dGVzdGVyOnNlY3JldA==\r\n");
        Assert.That(basic.Status, Is.EqualTo(403));
        Assert.That(basic.Error(), Does.Contain("plain HTTP"));
        RawAnswer asked = await web.GetAsync("/api/v1/messages", Lie);
        Assert.That(asked.Field("WWW-Authenticate"), Is.EqualTo("Bearer realm=\"Smtpd\""), "nobody is asked for what is not taken");
        var browser = new FormClient(web);
        string mark = FormClient.MarkIn(await browser.GetAsync("/login"));
        Assert.That((await browser.PostAsync("/login", FormClient.Encode(("username", "tester"), ("password", "secret"), ("token", mark)), Lie)).Status, Is.EqualTo(403));
        Assert.That(web.SignIns.Derived, Is.Zero);

        await using WebFixture insecure = await StartAsync(configure: settings => settings with { Insecure = true });
        Assert.That((await insecure.GetAsync("/api/v1/messages", Lie + "Authorization: Basic dGVzdGVyOnNlY3JldA==\r\n")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task No_secret_comes_into_the_log()
    {
        await using WebFixture web = await StartAsync();
        string token = (await web.Tickets.MakeTokenAsync("tester", "", default))!;
        var browser = new FormClient(web);
        await browser.SignInAsync();
        await browser.SignInAsync("hunter2-as-name", "hunter2");
        await browser.GetAsync("/api/v1/messages", $"Authorization: Bearer {token}\r\n");
        await browser.GetAsync("/api/v1/messages", "Authorization: Basic dGVzdGVyOnNlY3JldA==\r\n");
        await browser.GetAsync("/api/v1/messages", "Authorization: Basic aHVudGVyMjpodW50ZXIy\r\n");
        await browser.SubmitAsync("/logout");
        string log = string.Join('\n', web.Log.Lines.Select(line => line.Text));
        Assert.That(log, Does.Contain("signed in as tester").And.Contain("a sign-in by the page failed"));
        foreach (string secret in (string[])["secret", "hunter2", "dGVzdGVy", "aHVudGVy", token, .. browser.Cookies.Values]) Assert.That(log, Does.Not.Contain(secret));
    }
}
