using System.Text.Json;
using NUnit.Framework;

namespace Smtpd.Tests.Web.Api;

/// <summary>What somebody does about his own account.</summary>
[TestFixtureSource(typeof(ApiServer), nameof(ApiServer.Stores))]
public sealed class AccountTests(string store)
{
    private ApiServer _api = null!;

    [SetUp]
    public async Task Start()
    {
        _api = new ApiServer(store);
        await _api.Users.AddAsync(SignIn.FormClient.New("tester") with { Mailboxes = ["bob@local.test"] }, default);
        await _api.Users.AddAsync(SignIn.FormClient.New("other") with { IsSuperuser = true }, default);
    }

    [TearDown]
    public async Task Stop() => await _api.DisposeAsync();

    private async Task<int> StatusAsync(string method, string target, string? body = null) => (await _api.SendAsync(method, target, body)).Status;

    private static long[] Ids(JsonElement list, string member) => [.. list.GetProperty(member).EnumerateArray().Select(one => one.GetProperty("ID").GetInt64())];

    [Test]
    public async Task It_says_who_asks_and_by_what()
    {
        await _api.OpenSessionAsync("tester");
        JsonElement account = await _api.GetAsync("/api/v1/account");
        Assert.That((account.GetProperty("Name").GetString(), account.GetProperty("SignedInBy").GetString(), account.GetProperty("Superuser").GetBoolean(), account.GetProperty("Sees").GetString()), Is.EqualTo(("tester", "session", false, "own")));
        Assert.That(account.GetProperty("Mailboxes").GetRawText(), Is.EqualTo("""["bob@local.test"]"""));
        _api.UseToken((await _api.Tickets.MakeTokenAsync("other", "", default))!);
        account = await _api.GetAsync("/api/v1/account");
        Assert.That((account.GetProperty("Name").GetString(), account.GetProperty("SignedInBy").GetString(), account.GetProperty("Sees").GetString()), Is.EqualTo(("other", "token", "all")));
        _api.UsePassword("tester", "secret");
        Assert.That((await _api.GetAsync("/api/v1/account")).GetProperty("SignedInBy").GetString(), Is.EqualTo("password"));
        _api.SignOut();
        Assert.That(await StatusAsync("GET", "/api/v1/account"), Is.EqualTo(401));
    }

    [Test]
    public async Task Where_nobody_needs_to_sign_in_there_is_no_account()
    {
        await using var open = new ApiServer(store);
        JsonElement account = await open.GetAsync("/api/v1/account");
        Assert.That((account.GetProperty("Name").GetString(), account.GetProperty("SignedInBy").GetString(), account.GetProperty("Superuser").GetBoolean(), account.GetProperty("Created").ValueKind), Is.EqualTo(("", "", true, JsonValueKind.Null)));
        foreach ((string method, string target) in ((string, string)[])
            [("PUT", "/api/v1/account/password"), ("GET", "/api/v1/account/tokens"), ("POST", "/api/v1/account/tokens"), ("DELETE", "/api/v1/account/tokens/1"), ("GET", "/api/v1/account/sessions"), ("DELETE", "/api/v1/account/sessions")])
            Assert.That((await open.SendAsync(method, target, method is "GET" ? null : "{}")).Status, Is.EqualTo(403), target);
    }

    [Test]
    public async Task Another_password_ends_all_other_sessions()
    {
        string elsewhere = await _api.OpenSessionAsync("tester"), here = await _api.OpenSessionAsync("tester");
        string token = (await _api.Tickets.MakeTokenAsync("tester", "", default))!;
        RawAnswer wrong = await _api.SendAsync("PUT", "/api/v1/account/password", """{"Old":"nonsense","New":"better"}""");
        Assert.That((wrong.Status, wrong.Error(), wrong.Field("Set-Cookie")), Is.EqualTo((403, "Old: this is not your password.", (string?)null)));
        Assert.That(await StatusAsync("PUT", "/api/v1/account/password", """{"Old":"secret","New":""}"""), Is.EqualTo(422));
        Assert.That(await StatusAsync("PUT", "/api/v1/account/password", """{"Old":"secret"}"""), Is.EqualTo(422));
        Assert.That(await StatusAsync("GET", "/api/v1/account"), Is.EqualTo(200), "nothing has changed");

        RawAnswer changed = await _api.SendAsync("PUT", "/api/v1/account/password", """{"Old":"secret","New":"better"}""");
        Assert.That((changed.Status, changed.Text), Is.EqualTo((200, "ok")));
        Assert.That(changed.Field("Set-Cookie"), Does.StartWith("smtpd=").And.Contain("HttpOnly; SameSite=Strict"));
        foreach (string before in (string[])[elsewhere, here])
        {
            _api.UseSession(before);
            Assert.That(await StatusAsync("GET", "/api/v1/account"), Is.EqualTo(401));
        }
        _api.UseSession(changed.Field("Set-Cookie")!.Split(';')[0]["smtpd=".Length..]);
        JsonElement sessions = await _api.GetAsync("/api/v1/account/sessions");
        Assert.That(sessions.GetProperty("Sessions").EnumerateArray().Select(one => one.GetProperty("Current").GetBoolean()), Is.EqualTo(new[] { true }));
        _api.UseToken(token);
        Assert.That(await StatusAsync("GET", "/api/v1/account"), Is.EqualTo(200), "tokens stay");
        _api.UsePassword("tester", "secret");
        Assert.That(await StatusAsync("GET", "/api/v1/account"), Is.EqualTo(401));
        _api.UsePassword("tester", "better");
        Assert.That(await StatusAsync("GET", "/api/v1/account"), Is.EqualTo(200));
        Assert.That(string.Join('\n', _api.Log.Lines.Select(line => line.Text)), Does.Not.Contain("better").And.Not.Contain("nonsense").And.Contain("has changed the password"));
    }

    [Test]
    public async Task A_password_for_cram_is_the_new_one_then()
    {
        await _api.Users.ChangeAsync("tester", user => user with { SharedSecret = "secret" }, default);
        await _api.OpenSessionAsync("tester");
        await _api.OkAsync("PUT", "/api/v1/account/password", """{"Old":"secret","New":"better"}""");
        Assert.That((await _api.Users.FindAsync("tester", default))!.SharedSecret, Is.EqualTo("better"));
    }

    [Test]
    public async Task Tokens_are_made_told_once_and_deleted()
    {
        await _api.OpenSessionAsync("tester");
        RawAnswer made = await _api.SendAsync("POST", "/api/v1/account/tokens", """{"Note":"backup <b>"}""", "Accept-Encoding: gzip, br\r\n");
        Assert.That((made.Status, made.Field("Content-Encoding"), made.Field("Cache-Control")), Is.EqualTo((200, (string?)null, "no-store")), "its compressed size would tell of it");
        JsonElement token = JsonDocument.Parse(made.Body).RootElement;
        string secret = token.GetProperty("Token").GetString()!;
        RawAnswer list = await _api.SendAsync("GET", "/api/v1/account/tokens");
        Assert.That(list.Text, Does.Not.Contain(secret).And.Not.Contain("<b>"));
        JsonElement one = JsonDocument.Parse(list.Body).RootElement.GetProperty("Tokens").EnumerateArray().Single();
        Assert.That((one.GetProperty("ID").GetInt64(), one.GetProperty("Note").GetString(), one.GetProperty("LastUsed").ValueKind), Is.EqualTo((token.GetProperty("ID").GetInt64(), "backup <b>", JsonValueKind.Null)));

        await _api.OpenSessionAsync("other");
        Assert.That(await StatusAsync("DELETE", $"/api/v1/account/tokens/{token.GetProperty("ID")}"), Is.EqualTo(404), "it is not his, superuser or not");
        _api.UseToken(secret);
        Assert.That((await _api.GetAsync("/api/v1/account/tokens")).GetProperty("Tokens")[0].GetProperty("LastUsed").ValueKind, Is.EqualTo(JsonValueKind.String));
        await _api.OkAsync("DELETE", $"/api/v1/account/tokens/{token.GetProperty("ID")}");
        Assert.That(await StatusAsync("GET", "/api/v1/account/tokens"), Is.EqualTo(401));
        Assert.That(string.Join('\n', _api.Log.Lines.Select(line => line.Text)), Does.Not.Contain(secret));
    }

    [Test]
    public async Task There_are_so_many_tokens_and_notes_are_short()
    {
        await _api.OpenSessionAsync("tester");
        Assert.That(await StatusAsync("POST", "/api/v1/account/tokens", $$"""{"Note":"{{new string('n', 201)}}"}"""), Is.EqualTo(422));
        Assert.That(await StatusAsync("POST", "/api/v1/account/tokens", """{"Note":"a\u0000"}"""), Is.EqualTo(422));
        for (int i = 0; i < Smtpd.Accounts.ITicketStore.MostTokens; i++) await _api.Tickets.MakeTokenAsync("tester", "", default);
        RawAnswer answer = await _api.SendAsync("POST", "/api/v1/account/tokens");
        Assert.That((answer.Status, answer.Error()), Is.EqualTo((409, "There are 100 tokens already. Delete some first.")));
    }

    [Test]
    public async Task Sessions_are_listed_and_ended()
    {
        string first = await _api.OpenSessionAsync("tester"), second = await _api.OpenSessionAsync("tester");
        await _api.OpenSessionAsync("other");
        long[] foreign = Ids(await _api.GetAsync("/api/v1/account/sessions"), "Sessions");
        _api.UseSession(second);
        JsonElement list = await _api.GetAsync("/api/v1/account/sessions");
        long[] own = Ids(list, "Sessions");
        Assert.That(list.GetProperty("Sessions").EnumerateArray().Select(one => one.GetProperty("Current").GetBoolean()), Is.EqualTo(new[] { false, true }));
        Assert.That(list.GetRawText(), Does.Not.Contain(first).And.Not.Contain(second));
        Assert.That(await StatusAsync("DELETE", $"/api/v1/account/sessions/{foreign[0]}"), Is.EqualTo(404), "another's");
        Assert.That(await StatusAsync("DELETE", "/api/v1/account/sessions/x"), Is.EqualTo(404));
        await _api.OkAsync("DELETE", "/api/v1/account/sessions");
        Assert.That(Ids(await _api.GetAsync("/api/v1/account/sessions"), "Sessions"), Is.EqualTo(new[] { own[1] }));
        _api.UseSession(first);
        Assert.That(await StatusAsync("GET", "/api/v1/account"), Is.EqualTo(401));
        _api.UseSession(second);
        await _api.OkAsync("DELETE", $"/api/v1/account/sessions/{own[1]}");
        Assert.That(await StatusAsync("GET", "/api/v1/account"), Is.EqualTo(401), "who ends his own has signed out");
        await _api.OpenSessionAsync("other");
        Assert.That(await StatusAsync("GET", "/api/v1/account"), Is.EqualTo(200));
    }
}
