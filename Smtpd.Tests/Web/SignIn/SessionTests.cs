using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Configuration;

namespace Smtpd.Tests.Web.SignIn;

/// <summary>Sessions of browsers: how they begin, what the cookie may do, how they end.</summary>
public sealed class SessionTests
{
    private const string Target = "/api/v1/messages";
    private const string BehindTls = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n";

    private static async Task<WebFixture> StartAsync(string basePath = "/", Func<WebSettings, WebSettings>? configure = null)
    {
        var web = new WebFixture(basePath, WebAuthentication.Required, configure: configure);
        await web.Users.AddAsync(FormClient.New("tester"), default);
        return web;
    }

    private static WebSettings Proxied(WebSettings settings) => settings with { TrustedProxies = [System.Net.IPNetwork.Parse("127.0.0.1/32")] };

    private static async Task<int> StatusAsync(FormClient browser, string target = Target) => (await browser.GetAsync(target)).Status;

    [Test]
    public async Task A_form_begins_a_session_and_leads_to_the_page()
    {
        await using WebFixture web = await StartAsync();
        var browser = new FormClient(web);
        RawAnswer done = await browser.SignInAsync();
        Assert.That((done.Status, done.Field("Location")), Is.EqualTo((303, "/")));
        Assert.That(done.Field("Set-Cookie"), Does.Match("^smtpd=[A-Za-z0-9_-]{43}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Strict$"));
        Assert.That(await StatusAsync(browser), Is.EqualTo(200));
        Assert.That(await StatusAsync(browser, "/"), Is.EqualTo(200));
        Assert.That(await StatusAsync(new FormClient(web)), Is.EqualTo(401));
    }

    [Test]
    public async Task A_wrong_password_gets_the_form_again_and_no_session()
    {
        await using WebFixture web = await StartAsync();
        var browser = new FormClient(web);
        RawAnswer wrong = await browser.SignInAsync(password: "wrong"), unknown = await browser.SignInAsync("nobody");
        Assert.That((wrong.Status, unknown.Status), Is.EqualTo((403, 403)));
        Assert.That(wrong.Text, Is.EqualTo(unknown.Text).And.Contain("The name or the password is wrong.").And.Contain("<form"));
        Assert.That(browser.Session, Is.Null);
        Assert.That(await StatusAsync(browser), Is.EqualTo(401));
    }

    [TestCase("/", "__Host-smtpd", "/")]
    [TestCase("/mail", "__Secure-smtpd", "/mail")]
    public async Task Behind_tls_the_cookie_is_secure_and_says_so_in_its_name(string basePath, string name, string path)
    {
        await using WebFixture web = await StartAsync(basePath, Proxied);
        var browser = new FormClient(web) { Fields = BehindTls };
        RawAnswer done = await browser.SignInAsync(target: $"{basePath.TrimEnd('/')}/login");
        Assert.That(done.Status, Is.EqualTo(303), done.Text);
        Assert.That(done.Field("Location"), Is.EqualTo($"{basePath.TrimEnd('/')}/"));
        Assert.That(done.Field("Set-Cookie"), Does.Match($"^{name}=[A-Za-z0-9_-]{{43}}; Path={path}; Max-Age=34560000; HttpOnly; SameSite=Strict; Secure$"));
        Assert.That(await StatusAsync(browser, basePath.TrimEnd('/') + Target), Is.EqualTo(200));
        string session = browser.Session!;
        browser.Cookies.Clear();
        browser.Cookies["smtpd"] = session;
        Assert.That(await StatusAsync(browser, basePath.TrimEnd('/') + Target), Is.EqualTo(401), "a name that plain HTTP could have set");
    }

    [Test]
    public async Task A_planted_session_is_not_taken_over_and_the_one_before_ends()
    {
        await using WebFixture web = await StartAsync();
        var attacker = new FormClient(web);
        await web.Users.AddAsync(FormClient.New("attacker"), default);
        await attacker.SignInAsync("attacker");
        var victim = new FormClient(web);
        victim.Cookies["smtpd"] = attacker.Session!;
        await victim.SignInAsync();
        Assert.That(victim.Session, Is.Not.EqualTo(attacker.Session));
        Assert.That(await StatusAsync(attacker), Is.EqualTo(401), "what was planted holds no more");
        Assert.That(await StatusAsync(victim), Is.EqualTo(200));

        var made = new FormClient(web);
        made.Cookies["smtpd"] = new string('A', 43);
        await made.SignInAsync();
        Assert.That(made.Session, Is.Not.EqualTo(new string('A', 43)));
    }

    [Test]
    public async Task Signing_out_ends_this_session_and_no_other()
    {
        await using WebFixture web = await StartAsync();
        FormClient one = new(web), two = new(web);
        await one.SignInAsync();
        await two.SignInAsync();
        string session = one.Session!;
        Assert.That((await one.GetAsync("/logout")).Text, Does.Contain("Sign out"));
        Assert.That(await StatusAsync(one), Is.EqualTo(200), "looking at the button ends nothing");
        RawAnswer done = await one.SubmitAsync("/logout");
        Assert.That((done.Status, done.Field("Location")), Is.EqualTo((303, "/login")));
        Assert.That(done.Field("Set-Cookie"), Is.EqualTo("smtpd=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"));
        one.Cookies["smtpd"] = session;
        Assert.That(await StatusAsync(one), Is.EqualTo(401), "the secret is worth nothing any more");
        Assert.That(await StatusAsync(two), Is.EqualTo(200));
    }

    [TestCase("disabled")]
    [TestCase("another password")]
    [TestCase("deleted")]
    [TestCase("deleted and made again")]
    public async Task A_session_ends_at_once_when_its_user_is(string what)
    {
        await using WebFixture web = await StartAsync();
        var administration = new UserAdministration(web.Users, web.Tickets, web.Clock);
        var browser = new FormClient(web);
        await browser.SignInAsync();
        await DoAsync(what switch
        {
            "disabled" => new UserRequest(UserVerb.Disable, "tester"),
            "another password" => new UserRequest(UserVerb.Passwd, "tester") { Password = "other" },
            _ => new UserRequest(UserVerb.Delete, "tester"),
        });
        if (what == "deleted and made again") await DoAsync(new UserRequest(UserVerb.Add, "tester") { Password = "secret" });
        Assert.That(await StatusAsync(browser), Is.EqualTo(401));
        if (what != "disabled") return;
        await DoAsync(new UserRequest(UserVerb.Enable, "tester"));
        Assert.That(await StatusAsync(browser), Is.EqualTo(401), "for good");

        async Task DoAsync(UserRequest request) => Assert.That((await administration.CarryOutAsync(request, default)).Problem, Is.Null);
    }

    [Test]
    public async Task A_session_lasts_while_it_is_used_and_ends_when_it_is_not()
    {
        await using WebFixture web = await StartAsync();
        var browser = new FormClient(web);
        await browser.SignInAsync();
        int days = (int)Tickets.SessionTime.TotalDays;
        for (int i = 0; i < 5; i++)
        {
            web.Clock.Jump((days - 1) * 24 * 3600);
            Assert.That(await StatusAsync(browser), Is.EqualTo(200), $"time {i}");
        }
        web.Clock.Jump(days * 24 * 3600);
        Assert.That(await StatusAsync(browser), Is.EqualTo(401));
    }

    [Test]
    public async Task What_has_expired_goes_out_of_the_store_and_ends_what_hangs_on_it()
    {
        await using WebFixture web = await StartAsync();
        await new FormClient(web).SignInAsync();
        CancellationToken ended = web.Users.Watch("tester");
        await web.Users.DeleteExpiredTicketsAsync(web.Clock.GetUtcNow(), default);
        Assert.That(ended.IsCancellationRequested, Is.False);
        web.Clock.Jump((int)Tickets.SessionTime.TotalSeconds);
        await web.Users.DeleteExpiredTicketsAsync(web.Clock.GetUtcNow(), default);
        Assert.That(ended.IsCancellationRequested, Is.True);
        Assert.That(await web.Users.ListTicketsAsync("tester", TicketKind.Session, default), Is.Empty);
    }

    [Test]
    public async Task A_session_begun_while_the_password_changes_is_none()
    {
        await using WebFixture web = await StartAsync();
        await web.Users.ChangeAsync("tester", user => user with { Generation = 1 }, default);
        Assert.That(await web.Tickets.OpenSessionAsync("tester", 0, default), Is.Null);
        Assert.That(await web.Tickets.OpenSessionAsync("nobody", 0, default), Is.Null);
        Assert.That(await web.Tickets.OpenSessionAsync("tester", 1, default), Is.Not.Null);
    }

    [Test]
    public async Task A_visitor_s_rights_end_with_every_change_of_his()
    {
        await using WebFixture web = await StartAsync();
        CancellationToken first = web.Users.Watch("tester");
        await web.Users.AddAsync(FormClient.New("other"), default);
        Assert.That(first.IsCancellationRequested, Is.False);
        await web.Users.ChangeAsync("tester", user => user with { Mailboxes = ["a@b.test"] }, default);
        Assert.That(first.IsCancellationRequested, Is.True);
        Assert.That(web.Users.Watch("tester").IsCancellationRequested, Is.False, "the next one begins anew");
    }

    [Test]
    public async Task What_is_open_without_sign_in_ends_with_the_first_user()
    {
        await using var web = new WebFixture();
        CancellationToken open = web.Users.WatchForFirst();
        await web.Users.AddAsync(FormClient.New("tester"), default);
        Assert.That(open.IsCancellationRequested, Is.True);
    }
}
