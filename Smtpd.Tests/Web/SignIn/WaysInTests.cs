using System.Text;
using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Configuration;

namespace Smtpd.Tests.Web.SignIn;

/// <summary>Name and password, token, session: who gets in by what, and what the others are told.</summary>
public sealed class WaysInTests
{
    private const string Target = "/api/v1/messages";
    private const string Wrong = "The name or the password is wrong.";

    private static string Basic(string name, string password) => $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"))}\r\n";

    private static async Task<WebFixture> StartAsync(WebAuthentication authentication = WebAuthentication.Required, string password = "secret")
    {
        var web = new WebFixture(authentication: authentication);
        await web.Users.AddAsync(FormClient.New("tester", password), default);
        return web;
    }

    [Test]
    public async Task A_name_and_its_password_come_in_by_basic()
    {
        await using WebFixture web = await StartAsync();
        Assert.That((await web.GetAsync(Target, Basic("tester", "secret"))).Status, Is.EqualTo(200));
        Assert.That((await web.GetAsync(Target, Basic("tester", "secret").Replace("Basic", "bAsIc", StringComparison.Ordinal))).Status, Is.EqualTo(200), "schemes have no case");
        Assert.That((await web.GetAsync(Target, Basic("tester", "secret"), "HEAD")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_password_may_have_colons_and_a_name_letters_beyond_ascii()
    {
        await using WebFixture web = await StartAsync();
        await web.Users.AddAsync(FormClient.New("zoë", "a:b:ç"), default);
        Assert.That((await web.GetAsync(Target, Basic("zoë", "a:b:ç"))).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Whatever_is_wrong_with_name_and_password_is_answered_alike_after_the_same_work()
    {
        await using WebFixture web = await StartAsync();
        await web.Users.AddAsync(FormClient.New("disabled") with { IsDisabled = true }, default);
        await web.Users.AddAsync(new User("original", Credential.Parse("deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8")), default);
        string? first = null;
        foreach ((string name, string password) in ((string, string)[])
            [("tester", "wrong"), ("nobody", "secret"), ("disabled", "secret"), ("original", "wrong"), ("", ""), ("tester", ""), ("te\u0007ster", "secret"), ("tester", "sec\u0007ret"), (new string('x', 300), "secret")])
        {
            long before = web.SignIns.Derived;
            RawAnswer answer = await web.GetAsync(Target, Basic(name, password));
            Assert.That(web.SignIns.Derived - before, Is.EqualTo(1), $"derivations for {name}:{password}");
            string head = string.Join('\n', answer.Head.Split("\r\n").Where(line => !line.StartsWith("Date:", StringComparison.Ordinal)));
            Assert.That($"{head}\n{answer.Text}", Is.EqualTo(first ??= $"{head}\n{answer.Text}"), $"{name}:{password}");
            Assert.That(answer.Error(), Is.EqualTo(Wrong));
        }
        Assert.That(first, Does.Contain(" 401 "));
        Assert.That(web.Store.Lists, Is.Zero);
    }

    [TestCase("Authorization: Basic\r\n")]
    [TestCase("Authorization: Basic !!!\r\n")]
    [TestCase("Authorization: Basic dGVzdGVy\r\n")]
    [TestCase("Authorization: Basic //8=\r\n")]
    [TestCase("Authorization: Digest username=\"tester\"\r\n")]
    [TestCase("Authorization:\r\n")]
    [TestCase("Authorization: Bearer\r\n")]
    [TestCase("Authorization: Bearer x\r\n")]
    [TestCase("Authorization: Basic dGVzdGVyOnNlY3JldA==\r\nAuthorization: Basic dGVzdGVyOnNlY3JldA==\r\n")]
    [TestCase("Cookie: smtpd=\r\n")]
    [TestCase("Cookie: smtpd=x; smtpd=y\r\n")]
    [TestCase("Cookie: =; ;;; smtpd\r\n")]
    [TestCase("")]
    public async Task Nonsense_is_no_way_in(string fields)
    {
        await using WebFixture web = await StartAsync();
        RawAnswer answer = await web.GetAsync(Target, fields);
        Assert.That(answer.Status, Is.EqualTo(401), answer.Text);
        Assert.That(answer.Field("WWW-Authenticate"), Is.EqualTo("Basic realm=\"Smtpd\", charset=\"UTF-8\", Bearer realm=\"Smtpd\""));
        Assert.That(web.Store.Lists, Is.Zero);
    }

    [Test]
    public async Task A_wrong_authorization_is_not_made_up_for_by_a_session()
    {
        await using WebFixture web = await StartAsync();
        var browser = new FormClient(web);
        await browser.SignInAsync();
        Assert.That((await browser.GetAsync(Target)).Status, Is.EqualTo(200));
        Assert.That((await browser.GetAsync(Target, "Authorization: Bearer x\r\n")).Status, Is.EqualTo(401));
    }

    [Test]
    public async Task A_token_comes_in_until_it_is_deleted_and_not_while_its_user_is_disabled()
    {
        await using WebFixture web = await StartAsync();
        string token = (await web.Tickets.MakeTokenAsync("tester", "", default))!, other = (await web.Tickets.MakeTokenAsync("tester", "", default))!;
        Assert.That(token, Does.Match("^smtpd_[A-Za-z0-9_-]{43}$"));
        await ExpectAsync(token, 200);
        await web.Users.ChangeAsync("tester", user => user with { IsDisabled = true, Generation = user.Generation + 1 }, default);
        await ExpectAsync(token, 401);
        await web.Users.ChangeAsync("tester", user => user with { IsDisabled = false }, default);
        await ExpectAsync(token, 200);
        web.Clock.Jump(10 * 365 * 24 * 3600);
        await ExpectAsync(token, 200);
        await web.Users.DeleteTicketsAsync("tester", TicketKind.Token, (await web.Users.ListTicketsAsync("tester", TicketKind.Token, default))[0].Id, default);
        await ExpectAsync(token, 401);
        await ExpectAsync(other, 200);
        await web.Users.DeleteAsync("tester", default);
        await web.Users.AddAsync(FormClient.New("tester"), default);
        await ExpectAsync(other, 401);

        async Task ExpectAsync(string secret, int status) => Assert.That((await web.GetAsync(Target, $"Authorization: Bearer {secret}\r\n")).Status, Is.EqualTo(status));
    }

    [Test]
    public async Task A_session_is_no_token_and_a_token_no_session()
    {
        await using WebFixture web = await StartAsync();
        var browser = new FormClient(web);
        await browser.SignInAsync();
        string token = (await web.Tickets.MakeTokenAsync("tester", "", default))!;
        Assert.That((await web.GetAsync(Target, $"Authorization: Bearer {browser.Session}\r\n")).Status, Is.EqualTo(401));
        Assert.That((await web.GetAsync(Target, $"Cookie: smtpd={token}\r\n")).Status, Is.EqualTo(401));
    }

    [Test]
    public async Task Auto_closes_with_the_first_user_even_if_he_is_disabled()
    {
        await using var web = new WebFixture();
        Assert.That((await web.GetAsync(Target)).Status, Is.EqualTo(200));
        await web.Users.AddAsync(FormClient.New("tester") with { IsDisabled = true }, default);
        Assert.That((await web.GetAsync(Target)).Status, Is.EqualTo(401));
        Assert.That((await web.GetAsync("/")).Status, Is.EqualTo(401));
        await web.Users.DeleteAsync("tester", default);
        Assert.That((await web.GetAsync(Target)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Off_asks_nobody_although_there_are_users()
    {
        await using WebFixture web = await StartAsync(WebAuthentication.Off);
        Assert.That((await web.GetAsync(Target)).Status, Is.EqualTo(200));
        Assert.That((await web.GetAsync(Target, "Authorization: Bearer x\r\n")).Status, Is.EqualTo(200));
    }

    [TestCase("Accept: text/html,application/xhtml+xml\r\n", 302, null)]
    [TestCase("Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n", 302, null)]
    [TestCase("Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n", 401, "Bearer realm=\"Smtpd\"")]
    [TestCase("Accept: */*\r\nSec-Fetch-Mode: cors\r\n", 401, "Bearer realm=\"Smtpd\"")]
    [TestCase("Accept: text/html\r\nX-Requested-With: XMLHttpRequest\r\n", 401, "Bearer realm=\"Smtpd\"")]
    [TestCase("Accept: text/html\r\nAuthorization: Bearer x\r\n", 401, "Basic realm=\"Smtpd\", charset=\"UTF-8\", Bearer realm=\"Smtpd\"")]
    public async Task Who_looks_at_a_page_is_led_to_the_sign_in_and_a_page_opens_no_dialog(string fields, int status, string? challenge)
    {
        await using WebFixture web = await StartAsync();
        RawAnswer answer = await web.GetAsync("/mails/2?x=%41&y", fields);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Field("WWW-Authenticate"), Is.EqualTo(challenge));
        if (status == 302) Assert.That(answer.Field("Location"), Is.EqualTo("/login?next=%2Fmails%2F2%3Fx%3D%2541%26y"));
    }

    [Test]
    public async Task Where_nobody_exists_nobody_is_led_anywhere()
    {
        await using var web = new WebFixture(authentication: WebAuthentication.Required);
        RawAnswer answer = await web.GetAsync("/", "Accept: text/html\r\n");
        Assert.That((answer.Status, answer.Field("WWW-Authenticate")), Is.EqualTo((401, "Bearer realm=\"Smtpd\"")));
        Assert.That(answer.Error(), Does.Contain("smtpd user add NAME --superuser"));
        Assert.That((await web.GetAsync("/login")).Text, Does.Contain("smtpd user add NAME --superuser").And.Not.Contain("<form"));
    }
}
