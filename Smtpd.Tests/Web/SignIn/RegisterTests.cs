using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Configuration;

namespace Smtpd.Tests.Web.SignIn;

/// <summary><c>/register</c>, where it is on and where it is not.</summary>
public sealed class RegisterTests
{
    private static readonly (string Name, string Value)[] Good =
        [("firstname", "Zoë"), ("lastname", "<b>Q</b>"), ("email", "zoe@example.com"), ("username", "zoe"), ("password", "long enough"), ("password_confirmation", "long enough"), ("t_and_c", "1")];

    private static WebFixture Start(bool on = true) => new(authentication: WebAuthentication.Required, configure: settings => settings with { TakesRegistrations = on });

    private static (string, string)[] With(string name, string? value) => [.. Good.Where(one => one.Name != name), .. value is null ? [] : ((string, string)[])[(name, value)]];

    [Test]
    public async Task It_is_off_unless_configured()
    {
        await using WebFixture web = Start(on: false);
        Assert.That((await web.GetAsync("/register")).Status, Is.EqualTo(404));
        Assert.That((await web.GetAsync("/register")).Error(), Does.Contain("web.register"));
        Assert.That((await new FormClient(web).PostAsync("/register", FormClient.Encode(Good))).Status, Is.EqualTo(405));
        Assert.That(web.Users.IsEmpty, Is.True);
    }

    [Test]
    public async Task Who_registers_is_kept_and_waits_to_be_enabled()
    {
        await using WebFixture web = Start();
        RawAnswer done = await new FormClient(web).SubmitAsync("/register", Good);
        Assert.That(done.Status, Is.EqualTo(200), done.Text);
        User user = (await web.Users.FindAsync("zoe", default))!;
        Assert.That((user.IsDisabled, user.IsSuperuser, user.FullName, user.Email), Is.EqualTo((true, false, "Zoë <b>Q</b>", "zoe@example.com")));
        Assert.That((user.Mailboxes, user.Domains), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())), "what he says of himself gives him no mail");
        var browser = new FormClient(web);
        Assert.That((await browser.SignInAsync("zoe", "long enough")).Status, Is.EqualTo(403));
        await web.Users.ChangeAsync("zoe", one => one with { IsDisabled = false }, default);
        Assert.That((await browser.SignInAsync("zoe", "long enough")).Status, Is.EqualTo(303));
        UserReply list = await new UserAdministration(web.Users, web.Tickets, web.Clock).CarryOutAsync(new UserRequest(UserVerb.List, ""), default);
        Assert.That(list.Lines, Is.EqualTo(new[] { "zoe\tenabled\tregistered as Zoë <b>Q</b> <zoe@example.com>" }));
    }

    [Test]
    public async Task A_name_that_is_taken_is_told_to_nobody_and_stays_as_it_is()
    {
        await using WebFixture web = Start();
        RawAnswer free = await new FormClient(web).SubmitAsync("/register", Good);
        await web.Users.AddAsync(FormClient.New("tester"), default);
        RawAnswer taken = await new FormClient(web).SubmitAsync("/register", With("username", "tester"));
        Assert.That((taken.Status, taken.Text), Is.EqualTo((free.Status, free.Text)));
        Assert.That((await web.Users.FindAsync("tester", default))!.IsDisabled, Is.False);
        Assert.That((await new FormClient(web).SignInAsync()).Status, Is.EqualTo(303), "with the password that he had");
    }

    [TestCase("firstname", null, "last name")]
    [TestCase("lastname", " ", "last name")]
    [TestCase("lastname", "a\u0007", "last name")]
    [TestCase("email", "nonsense", "e-mail")]
    [TestCase("username", "", "user name")]
    [TestCase("username", "a\u0000b", "user name")]
    [TestCase("password", "short", "password")]
    [TestCase("password_confirmation", "long enougH", "differ")]
    [TestCase("t_and_c", null, "terms")]
    public async Task What_is_not_as_it_must_be_is_named(string field, string? value, string complaint)
    {
        await using WebFixture web = Start();
        RawAnswer answer = await new FormClient(web).SubmitAsync("/register", With(field, value));
        Assert.That(answer.Status, Is.EqualTo(422));
        Assert.That(answer.Text, Does.Contain(complaint).And.Contain("<form"));
        Assert.That(web.Users.IsEmpty, Is.True);
    }

    [Test]
    public async Task So_many_from_one_address_and_so_many_in_all()
    {
        await using var web = new WebFixture(authentication: WebAuthentication.Required, signInLimits: new LimitSettings(FailedSignIns: 1),
            configure: settings => settings with { TakesRegistrations = true, TrustedProxies = [System.Net.IPNetwork.Parse("127.0.0.1/32")] });
        FormClient one = new(web) { Fields = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n" }, two = new(web) { Fields = one.Fields.Replace(".7", ".8", StringComparison.Ordinal) };
        Assert.That((await one.SubmitAsync("/register", Good)).Status, Is.EqualTo(200));
        Assert.That((await one.SubmitAsync("/register", With("username", "second"))).Status, Is.EqualTo(429));
        for (int i = 0; i < 999; i++) await web.Users.AddAsync(new User($"waiting{i}", ScramCredential.Derive("x", [1], 1)) { IsDisabled = true, Email = "x@example.com" }, default);
        Assert.That((await two.SubmitAsync("/register", With("username", "second"))).Status, Is.EqualTo(503));
        Assert.That(await web.Users.FindAsync("second", default), Is.Null);
    }

    [Test]
    public async Task A_form_without_its_mark_or_of_another_site_registers_nobody()
    {
        await using WebFixture web = Start();
        var browser = new FormClient(web);
        string mark = FormClient.MarkIn(await browser.GetAsync("/register"));
        Assert.That((await browser.PostAsync("/register", FormClient.Encode(Good))).Status, Is.EqualTo(403));
        Assert.That((await browser.PostAsync("/register", FormClient.Encode([.. Good, ("token", mark)]), "Origin: http://evil.example\r\n")).Status, Is.EqualTo(403));
        Assert.That(web.Users.IsEmpty, Is.True);
    }
}
