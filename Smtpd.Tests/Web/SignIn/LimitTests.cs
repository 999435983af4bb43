using System.Net;
using System.Text;
using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Policy;

namespace Smtpd.Tests.Web.SignIn;

/// <summary>Guessing is stopped for an address, and for a name.</summary>
public sealed class LimitTests
{
    private const string Target = "/api/v1/messages";

    private static async Task<WebFixture> StartAsync(int ofAddress = 0, FailedNames? ofName = null, Func<WebSettings, WebSettings>? configure = null)
    {
        var web = new WebFixture(authentication: WebAuthentication.Required, signInLimits: ofAddress == 0 ? null : new LimitSettings(FailedSignIns: ofAddress), failedNames: ofName,
            configure: settings => (configure?.Invoke(settings) ?? settings) with { TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });
        await web.Users.AddAsync(FormClient.New("tester"), default);
        return web;
    }

    private static string From(string address) => $"X-Forwarded-For: {address}\r\nX-Forwarded-Proto: https\r\n";

    private static Task<RawAnswer> TryAsync(WebFixture web, string address, string password, string name = "tester") =>
        web.GetAsync(Target, $"{From(address)}Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"))}\r\n");

    [Test]
    public async Task An_address_with_too_many_failures_has_to_wait_and_nobody_else()
    {
        await using WebFixture web = await StartAsync(ofAddress: 2);
        Assert.That((await TryAsync(web, "192.0.2.7", "wrong")).Status, Is.EqualTo(401));
        Assert.That((await TryAsync(web, "192.0.2.7", "wrong", "nobody")).Status, Is.EqualTo(401));
        RawAnswer refused = await TryAsync(web, "192.0.2.7", "secret");
        Assert.That((refused.Status, refused.Field("Retry-After")), Is.EqualTo((429, "120")));
        Assert.That(web.SignIns.Derived, Is.EqualTo(2), "nothing is derived for it any more");
        var browser = new FormClient(web) { Fields = From("192.0.2.7") };
        RawAnswer form = await browser.SignInAsync();
        Assert.That((form.Status, form.Field("Retry-After")), Is.EqualTo((429, "120")), "the page counts with it");
        Assert.That((await TryAsync(web, "192.0.2.8", "secret")).Status, Is.EqualTo(200));
        web.Clock.Jump(3600);
        Assert.That((await TryAsync(web, "192.0.2.7", "secret")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_name_that_many_addresses_guess_at_is_closed_but_for_where_its_user_has_been()
    {
        await using WebFixture web = await StartAsync(ofName: new FailedNames(new Network.ManualClock(), limit: 3));
        Assert.That((await TryAsync(web, "198.51.100.1", "secret")).Status, Is.EqualTo(200));
        web.Clock.Jump(120);
        for (int i = 0; i < 3; i++) Assert.That((await TryAsync(web, $"192.0.2.{i}", "wrong")).Status, Is.EqualTo(401));
        Assert.That((await TryAsync(web, "192.0.2.9", "wrong")).Status, Is.EqualTo(429));
        Assert.That((await TryAsync(web, "192.0.2.9", "secret")).Status, Is.EqualTo(429), "nor the right one, or it would be found out");
        Assert.That((await TryAsync(web, "198.51.100.1", "secret")).Status, Is.EqualTo(200), "from where he has signed in before");
        web.Clock.Jump(120);
        for (int i = 0; i < 3; i++) Assert.That((await TryAsync(web, $"192.0.2.{i}", "x", "nobody")).Status, Is.EqualTo(401));
        Assert.That((await TryAsync(web, "192.0.2.9", "x", "nobody")).Status, Is.EqualTo(429), "a name that does not exist is no different");
    }

    [Test]
    public async Task Sessions_and_tokens_go_on_while_passwords_wait()
    {
        await using WebFixture web = await StartAsync(ofAddress: 1);
        var browser = new FormClient(web) { Fields = From("192.0.2.7") };
        await browser.SignInAsync();
        string token = (await web.Tickets.MakeTokenAsync("tester", "", default))!;
        await TryAsync(web, "192.0.2.7", "wrong");
        Assert.That((await TryAsync(web, "192.0.2.7", "secret")).Status, Is.EqualTo(429));
        Assert.That((await browser.GetAsync(Target)).Status, Is.EqualTo(200));
        Assert.That((await web.GetAsync(Target, $"{From("192.0.2.7")}Authorization: Bearer {token}\r\n")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Failures_by_smtp_count_too()
    {
        var clock = new Network.ManualClock();
        var limits = new ClientLimits(new LimitSettings(FailedSignIns: 1), new RecipientPolicy([], []), clock);
        limits.CountFailedSignIn(IPAddress.Parse("192.0.2.7"));
        Assert.That(limits.MaySignIn(IPAddress.Parse("192.0.2.7")), Is.False);
        using var signIns = new SignInService(new(new Smtpd.Storage.Memory.MemoryUsers()), new SignInSettings(), clock, new ListLog());
        var users = new UserDirectory(new Smtpd.Storage.Memory.MemoryUsers());
        var gate = new Smtpd.Web.Access.PasswordGate(new(users, signIns, new(users, clock, new ListLog()), limits, clock), false, new ListLog());
        var origin = new Smtpd.Web.Access.ClientOrigin(IPAddress.Parse("192.0.2.7"), IsEncrypted: true, IsLocal: false, IsCertain: true);
        Assert.That((await gate.TryAsync(origin, "tester", "secret", "Basic", default)).Outcome, Is.EqualTo(Smtpd.Web.Access.PasswordOutcome.TooOften));
        Assert.That(signIns.Derived, Is.Zero);
    }

    [Test]
    public async Task One_address_has_few_passwords_looked_at_at_once()
    {
        await using WebFixture web = await StartAsync();
        using var looked = new ManualResetEventSlim();
        await web.Users.AddAsync(new User("slow", new SlowCredential(looked)), default);
        var tries = Enumerable.Range(0, 20).Select(_ => TryAsync(web, "192.0.2.7", "wrong", "slow")).ToList();
        // Those that are looked at are not done before all others have their answers.
        var refused = new List<RawAnswer>();
        while (refused.Count < 12)
        {
            Task<RawAnswer> next = await Task.WhenAny(tries).WaitAsync(TimeSpan.FromSeconds(60));
            tries.Remove(next);
            refused.Add(await next);
        }
        Assert.That(refused.Select(one => (one.Status, one.Field("Retry-After"))), Is.All.EqualTo((429, "5")));
        looked.Set();
        Assert.That((await Task.WhenAll(tries)).Select(one => one.Status), Is.All.EqualTo(401));
        Assert.That((await TryAsync(web, "192.0.2.7", "secret")).Status, Is.EqualTo(200), "their places are free again");
    }

    /// <summary>Nobody's password; it takes as long as the test likes.</summary>
    private sealed class SlowCredential(ManualResetEventSlim looked) : Credential
    {
        public override string Text => "";

        public override bool IsOutdated => false;

        public override bool Matches(string prepared, string typed)
        {
            looked.Wait();
            return false;
        }
    }

    [Test]
    public void Names_are_forgotten_when_they_have_all_their_tries_again_and_the_rest_is_bounded()
    {
        var clock = new Network.ManualClock();
        var names = new FailedNames(clock, limit: 2, mostNames: 3);
        names.Count("a");
        names.Count("a");
        Assert.That((names.MayTry("a"), names.MayTry("b")), Is.EqualTo((false, true)));
        names.Count("b");
        names.Count("c");
        names.Count("d");
        Assert.That((names.MayTry("a"), names.MayTry("d")), Is.EqualTo((false, true)), "who is closed stays so");
        clock.Jump(1800);
        Assert.That(names.MayTry("a"), Is.True, "one try comes back after half of an hour");
    }
}
