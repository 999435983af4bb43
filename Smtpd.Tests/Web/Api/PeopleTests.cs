using System.Text.Json;
using NUnit.Framework;

namespace Smtpd.Tests.Web.Api;

/// <summary>Superusers look after users, and after nobody else may.</summary>
[TestFixtureSource(typeof(ApiServer), nameof(ApiServer.Stores))]
public sealed class PeopleTests(string store)
{
    private ApiServer _api = null!;

    [SetUp]
    public void Start() => _api = new ApiServer(store);

    [TearDown]
    public async Task Stop() => await _api.DisposeAsync();

    private async Task<int> StatusAsync(string method, string target, string? body = null) => (await _api.SendAsync(method, target, body)).Status;

    private Task BecomeRootAsync() => _api.SignInAsync("root", true, [], []);

    [Test]
    public async Task A_user_is_made_changed_and_deleted()
    {
        await BecomeRootAsync();
        JsonElement user = await _api.JsonAsync("POST", "/api/v1/users", """{"Name":"Ann/B","Password":"päss word","Mailboxes":["Ann+x@LOCAL.test","ann@local.test"],"Domains":["Bücher.test"]}""");
        Assert.That(user.GetProperty("Mailboxes").GetRawText(), Is.EqualTo("""["ann@local.test"]"""), "tags are passed over (smtp.mailbox.plus)");
        Assert.That(user.GetProperty("Domains").GetRawText(), Is.EqualTo("""["xn--bcher-kva.test"]"""));
        Assert.That((user.GetProperty("Enabled").GetBoolean(), user.GetProperty("Superuser").GetBoolean(), user.GetProperty("Sees").GetString(), user.GetProperty("CramMD5").GetBoolean()), Is.EqualTo((true, false, "own", false)));
        Assert.That(await StatusAsync("POST", "/api/v1/users", """{"Name":"Ann/B","Password":"x"}"""), Is.EqualTo(409));
        Assert.That((await _api.GetAsync("/api/v1/user/Ann%2FB")).GetRawText(), Is.EqualTo(user.GetRawText()));

        _api.UsePassword("Ann/B", "päss word");
        Assert.That(await StatusAsync("GET", "/api/v1/messages"), Is.EqualTo(200));
        string session = await _api.OpenSessionAsync("Ann/B");
        Assert.That(await StatusAsync("GET", "/api/v1/messages"), Is.EqualTo(200));

        await _api.SignInAsync("boss", true, [], []);
        Assert.That((await _api.JsonAsync("PUT", "/api/v1/user/Ann%2FB", """{"Enabled":false}""")).GetProperty("Enabled").GetBoolean(), Is.False);
        user = await _api.JsonAsync("PUT", "/api/v1/user/Ann%2FB", """{"Enabled":true,"Superuser":true,"Mailboxes":[]}""");
        Assert.That((user.GetProperty("Sees").GetString(), user.GetProperty("Mailboxes").GetArrayLength(), user.GetProperty("Domains").GetArrayLength()), Is.EqualTo(("all", 0, 1)), "what is absent stays");
        _api.UseSession(session);
        Assert.That(await StatusAsync("GET", "/api/v1/messages"), Is.EqualTo(401), "it has ended for good");

        await _api.SignInAsync("chief", true, [], []);
        await _api.JsonAsync("PUT", "/api/v1/user/Ann%2FB", """{"Password":"another"}""");
        _api.UsePassword("Ann/B", "päss word");
        Assert.That(await StatusAsync("GET", "/api/v1/messages"), Is.EqualTo(401));
        _api.UsePassword("Ann/B", "another");
        Assert.That(await StatusAsync("GET", "/api/v1/messages"), Is.EqualTo(200));

        await _api.SignInAsync("lady", true, [], []);
        await _api.OkAsync("DELETE", "/api/v1/user/Ann%2FB");
        Assert.That(await StatusAsync("GET", "/api/v1/user/Ann%2FB"), Is.EqualTo(404));
        Assert.That(await StatusAsync("DELETE", "/api/v1/user/Ann%2FB"), Is.EqualTo(404));
        Assert.That(string.Join('\n', _api.Log.Lines.Select(line => line.Text)), Does.Not.Contain("another").And.Not.Contain("päss word").And.Contain("has made the user Ann/B"));
    }

    [Test]
    public async Task Users_are_listed_page_by_page()
    {
        await BecomeRootAsync();
        foreach (string name in (string[])["dora", "bert", "Anna", "cleo"]) await _api.Users.AddAsync(SignIn.FormClient.New(name), default);
        JsonElement list = await _api.GetAsync("/api/v1/users?limit=2");
        Assert.That(Names(list), Is.EqualTo(new[] { "Anna", "bert" }));
        Assert.That((list.GetProperty("Total").GetInt64(), list.GetProperty("More").GetBoolean()), Is.EqualTo((5, true)));
        list = await _api.GetAsync("/api/v1/users?limit=3&after=bert");
        Assert.That(Names(list), Is.EqualTo(new[] { "cleo", "dora", "root" }));
        Assert.That(list.GetProperty("More").GetBoolean(), Is.False);
        Assert.That(Names(await _api.GetAsync("/api/v1/users?filter=AN")), Is.EqualTo(new[] { "Anna" }));

        static string[] Names(JsonElement list) => [.. list.GetProperty("Users").EnumerateArray().Select(user => user.GetProperty("Name").GetString()!)];
    }

    [Test]
    public async Task The_last_superuser_stays()
    {
        await BecomeRootAsync();
        foreach ((string method, string? body) in ((string, string?)[])[("DELETE", null), ("PUT", """{"Enabled":false}"""), ("PUT", """{"Superuser":false}"""), ("PUT", """{"Superuser":false,"Mailboxes":["a@b.c"]}""")])
        {
            RawAnswer answer = await _api.SendAsync(method, "/api/v1/user/root", body);
            Assert.That(answer.Status, Is.EqualTo(409), body);
            Assert.That(answer.Error(), Does.Contain("last superuser"));
        }
        Assert.That((await _api.GetAsync("/api/v1/user/root")).GetProperty("Mailboxes").GetArrayLength(), Is.Zero, "and nothing of it was done");
        await _api.Users.AddAsync(SignIn.FormClient.New("off") with { IsSuperuser = true, IsDisabled = true }, default);
        Assert.That(await StatusAsync("PUT", "/api/v1/user/root", """{"Superuser":false}"""), Is.EqualTo(409), "who is disabled does not count");
        await _api.JsonAsync("PUT", "/api/v1/user/off", """{"Superuser":false}""");
        await _api.Users.AddAsync(SignIn.FormClient.New("other") with { IsSuperuser = true }, default);
        string token = (await _api.Tickets.MakeTokenAsync("other", "", default))!;
        // Each takes the other's rights at the same moment.
        RawAnswer[] both = await Task.WhenAll(
            _api.SendAsync("PUT", "/api/v1/user/other", """{"Superuser":false}"""),
            Task.Run(() => { _api.UseToken(token); return _api.SendAsync("PUT", "/api/v1/user/root", """{"Superuser":false}"""); }));
        Assert.That(both.Select(one => one.Status).Order(), Is.EqualTo(new[] { 200, 409 }).Or.EqualTo(new[] { 200, 403 }));
        Assert.That((await _api.Users.ListAsync(default)).Count(user => user is { IsSuperuser: true, IsDisabled: false }), Is.EqualTo(1));
    }

    [Test]
    public async Task The_first_user_can_look_after_the_others()
    {
        foreach (string body in (string[])["""{"Name":"ann","Password":"secret"}""", """{"Name":"ann","Password":"secret","Superuser":true,"Enabled":false}"""])
        {
            RawAnswer answer = await _api.SendAsync("POST", "/api/v1/users", body);
            Assert.That((answer.Status, answer.Error().StartsWith("The first user must be a superuser", StringComparison.Ordinal)), Is.EqualTo((422, true)));
        }
        Assert.That((await _api.GetAsync("/api/v1/users")).GetProperty("Total").GetInt64(), Is.Zero);
        await _api.JsonAsync("POST", "/api/v1/users", """{"Name":"ann","Password":"secret","Superuser":true}""");
        Assert.That(await StatusAsync("GET", "/api/v1/users"), Is.EqualTo(401), "from now on everybody must sign in");
        _api.UsePassword("ann", "secret");
        Assert.That((await _api.GetAsync("/api/v1/users")).GetProperty("Total").GetInt64(), Is.EqualTo(1));
    }

    [TestCase("""{"Name":"","Password":"x"}""", 422, "Name:")]
    [TestCase("""{"Password":"x"}""", 422, "Name:")]
    [TestCase("""{"Name":"a\u0000b","Password":"x"}""", 422, "Name:")]
    [TestCase("""{"Name":"a\nb","Password":"x"}""", 422, "Name:")]
    [TestCase("""{"Name":"a"}""", 422, "Password:")]
    [TestCase("""{"Name":"a","Password":""}""", 422, "Password:")]
    [TestCase("""{"Name":"a","Password":"x\u0007"}""", 422, "Password:")]
    [TestCase("""{"Name":"a","Password":"x","Mailboxes":["nonsense"]}""", 422, "nonsense: not an address")]
    [TestCase("""{"Name":"a","Password":"x","Mailboxes":[null]}""", 422, ": not an address")]
    [TestCase("""{"Name":"a","Password":"x","Domains":["a b"]}""", 422, "a b: not a domain")]
    [TestCase("""{"Name":"a","Password":"x","Domains":["x@y.z"]}""", 422, "x@y.z: not a domain")]
    [TestCase("""{"Name":"a","Password":["x"]}""", 400, "The body must be a JSON object")]
    [TestCase("""{"Name":"a","name":"b","Password":"x"}""", 400, "The body must be a JSON object")]
    [TestCase("""{"Name":"root","Password":"x"}""", 409, "There is a user of that name already.")]
    [TestCase("""{"Name":"ｒｏｏｔ","Password":"x"}""", 409, "There is a user of that name already.")]
    public async Task A_wish_that_cannot_be_is_refused_with_a_sentence(string body, int status, string begin)
    {
        await BecomeRootAsync();
        RawAnswer answer = await _api.SendAsync("POST", "/api/v1/users", body);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Error(), Does.StartWith(begin));
        Assert.That(await _api.Users.ListAsync(default), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Too_much_is_refused()
    {
        await BecomeRootAsync();
        string many = string.Join(',', Enumerable.Range(0, 1001).Select(i => $"\"a{i}@b.c\""));
        foreach (string body in (string[])
        [
            $$"""{"Name":"{{new string('n', 256)}}","Password":"x"}""", $$"""{"Name":"a","Password":"{{new string('p', 1001)}}"}""",
            $$"""{"Name":"a","Password":"x","Mailboxes":[{{many}}]}""", $$"""{"Name":"a","Password":"x","Domains":[{{many}}]}""",
        ])
            Assert.That(await StatusAsync("POST", "/api/v1/users", body), Is.EqualTo(422));
        Assert.That(await StatusAsync("PUT", "/api/v1/user/root", "{}"), Is.EqualTo(422), "nothing to change");
        Assert.That(await StatusAsync("PUT", "/api/v1/user/nobody", """{"Enabled":true}"""), Is.EqualTo(404));
        Assert.That(await StatusAsync("PUT", "/api/v1/user/root", """{"Password":"x"}"""), Is.EqualTo(409), "the own password needs the old one");
    }

    [Test]
    public async Task A_user_learns_of_nobody_and_changes_nobody()
    {
        await _api.Users.AddAsync(SignIn.FormClient.New("root") with { IsSuperuser = true }, default);
        await _api.SignInAsync("tester", false, ["bob@local.test"], []);
        foreach ((string method, string target, string? body) in ((string, string, string?)[])
        [
            ("GET", "/api/v1/users", null), ("POST", "/api/v1/users", """{"Name":"x","Password":"x","Superuser":true}"""), ("GET", "/api/v1/user/root", null), ("GET", "/api/v1/user/tester", null),
            ("PUT", "/api/v1/user/tester", """{"Superuser":true}"""), ("PUT", "/api/v1/user/root", """{"Password":"x"}"""), ("DELETE", "/api/v1/user/root", null), ("GET", "/api/v1/user/nobody", null),
        ])
        {
            RawAnswer answer = await _api.SendAsync(method, target, body);
            Assert.That((answer.Status, answer.Error()), Is.EqualTo((403, "This is for superusers only.")), $"{method} {target}");
        }
        _api.SignOut();
        Assert.That(await StatusAsync("GET", "/api/v1/users"), Is.EqualTo(401));
        Assert.That((await _api.Users.ListAsync(default)).Select(user => (user.Name, user.IsSuperuser)), Is.EqualTo(new[] { ("root", true), ("tester", false) }));
    }

    [TestCase("POST", "/api/v1/users")]
    [TestCase("PUT", "/api/v1/user/root")]
    [TestCase("DELETE", "/api/v1/user/root")]
    [TestCase("PUT", "/api/v1/account/password")]
    [TestCase("POST", "/api/v1/account/tokens")]
    [TestCase("DELETE", "/api/v1/account/tokens/1")]
    [TestCase("DELETE", "/api/v1/account/sessions")]
    [TestCase("DELETE", "/api/v1/account/sessions/1")]
    public async Task No_other_site_can_do_it(string method, string target)
    {
        await BecomeRootAsync();
        foreach (string field in (string[])["Origin: http://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n", "Origin: null\r\n"])
        {
            RawAnswer answer = await _api.SendAsync(method, target, """{"Name":"x","Password":"x","Old":"secret","New":"y","Note":"z"}""", field);
            Assert.That(answer.Status, Is.EqualTo(403), field);
        }
        Assert.That((await _api.Users.ListAsync(default)).Select(user => user.Generation), Is.EqualTo(new[] { 0 }));
    }

    [Test]
    public async Task Passwords_are_not_taken_where_they_can_be_read_on_the_way()
    {
        await BecomeRootAsync();
        foreach ((string method, string target) in ((string, string)[])[("POST", "/api/v1/users"), ("PUT", "/api/v1/user/x"), ("PUT", "/api/v1/account/password")])
        {
            RawAnswer answer = await _api.SendAsync(method, target, """{"Name":"x","Password":"x","Old":"secret","New":"y"}""", "X-Forwarded-For: 192.0.2.1\r\n");
            Assert.That((answer.Status, answer.Error()[..44]), Is.EqualTo((403, "Passwords are not taken over plain HTTP from")), target);
        }
    }
}
