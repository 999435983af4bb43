using System.Text.Json;
using NUnit.Framework;
using Smtpd.Operations;

namespace Smtpd.Tests.Web.Api;

/// <summary>What an operator sees of the server.</summary>
[TestFixtureSource(typeof(ApiServer), nameof(ApiServer.Stores))]
public sealed class StatusTests(string store)
{
    private const string Least = """{"From":{"Email":"ann@example.org"},"To":[{"Email":"bob@example.com"}]}""";

    private ApiServer _api = null!;

    [SetUp]
    public void Start() => _api = new ApiServer(store);

    [TearDown]
    public async Task Stop() => await _api.DisposeAsync();

    private static long Number(JsonElement of, string one, string two) => of.GetProperty(one).GetProperty(two).GetInt64();

    private static double Sum(JsonElement series, string name) => series.GetProperty(name).EnumerateArray().Sum(value => value.ValueKind == JsonValueKind.Null ? 0 : value.GetDouble());

    [Test]
    public async Task It_tells_what_is_and_what_was()
    {
        Assert.That((await _api.SendAsync("POST", "/api/v1/send", Least)).Status, Is.EqualTo(200));
        JsonElement status = await _api.GetAsync("/api/v1/status");
        Assert.That((Number(status, "Mail", "Accepted"), Number(status, "Mail", "Waiting"), Number(status, "Store", "Messages"), Number(status, "Store", "Unread")), Is.EqualTo((1, 0, 1, 1)));
        Assert.That(status.GetProperty("Store").GetProperty("Trouble").GetString(), Is.Empty);
        Assert.That(status.GetProperty("Spool").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(status.GetProperty("Search").GetProperty("Indexed").GetBoolean(), Is.EqualTo(store == "sqlite"));
        if (store == "sqlite") Assert.That(Number(status, "Store", "FreeDisk"), Is.GreaterThan(0));
        Assert.That((Number(status, "Process", "Memory"), Number(status, "Process", "Descriptors")), Is.GreaterThan((1_000_000L, 5L)));
        Assert.That(status.GetProperty("Commits").GetProperty("P99").GetDouble(), Is.GreaterThan(0));
        JsonElement listener = status.GetProperty("Listeners").EnumerateArray().Single();
        Assert.That((listener.GetProperty("Protocol").GetString(), listener.GetProperty("Address").GetString(), listener.GetProperty("TLS").GetString()), Is.EqualTo(("http", _api.EndPoint.ToString(), "none")));
        Assert.That((listener.GetProperty("Messages").GetInt64(), listener.GetProperty("Connections").GetInt64(), listener.GetProperty("OpenConnections").GetInt64()), Is.EqualTo((1L, 2L, 1L)));
        foreach (string library in (string[])["Program", "Runtime", "OpenSSL", "SQLite"]) Assert.That(status.GetProperty("Versions").GetProperty(library).GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task Whoever_polls_gets_what_is_new()
    {
        Assert.That((await _api.SendAsync("POST", "/api/v1/send", Least)).Status, Is.EqualTo(200));
        JsonElement series = default;
        // The clock is the computer's: the second of the message ends by itself.
        Assert.That(async () => Sum(series = (await _api.GetAsync("/api/v1/status")).GetProperty("Series"), "Messages"), Is.EqualTo(1).After(60).Seconds.PollEvery(50).MilliSeconds);
        long until = series.GetProperty("Until").GetInt64();
        Assert.That(until - series.GetProperty("From").GetInt64(), Is.EqualTo(series.GetProperty("Messages").GetArrayLength()));
        Assert.That(series.GetProperty("Listeners")[0].GetProperty("Messages").GetArrayLength(), Is.EqualTo(series.GetProperty("Messages").GetArrayLength()));
        Assert.That(series.GetProperty("Listeners")[0].GetProperty("Messages").EnumerateArray().Sum(one => one.GetDouble()), Is.EqualTo(1));
        Assert.That(Sum(series, "Octets"), Is.GreaterThan(300));
        Assert.That(series.GetProperty("CommitP50").EnumerateArray().Count(one => one.ValueKind == JsonValueKind.Number), Is.GreaterThan(0));
        series = (await _api.GetAsync($"/api/v1/status?since={until}")).GetProperty("Series");
        Assert.That(series.GetProperty("From").GetInt64(), Is.EqualTo(until));
        Assert.That(Sum(series, "Messages"), Is.Zero);
        Assert.That((await _api.GetAsync("/api/v1/status?since=9999999999")).GetProperty("Series").GetProperty("Messages").GetArrayLength(), Is.Zero);
        series = (await _api.GetAsync("/api/v1/status?resolution=minute")).GetProperty("Series");
        Assert.That((series.GetProperty("Step").GetInt64(), series.GetProperty("Resolution").GetString()), Is.EqualTo((60, "minute")));
    }

    [TestCase("?resolution=hour", "resolution")]
    [TestCase("?since=x", "since")]
    [TestCase("?since=-1", "since")]
    [TestCase("?since=1%00", "since")]
    [TestCase("/rejections?limit=0", "limit")]
    public async Task Odd_questions_are_refused(string query, string member)
    {
        RawAnswer answer = await _api.SendAsync("GET", $"/api/v1/status{query}");
        Assert.That((answer.Status, answer.Error()), Is.EqualTo((400, answer.Error())));
        Assert.That(answer.Error(), Does.StartWith($"{member}: "));
    }

    [Test]
    public async Task What_is_turned_away_over_http_is_listed_with_its_reason()
    {
        await _api.Blocks.AddAsync(Smtpd.Storage.BlockKind.Sender, "mallory.example", "", default);
        Assert.That((await _api.SendAsync("POST", "/api/v1/send", Least.Replace("ann@example.org", "x@mallory.example", StringComparison.Ordinal))).Status, Is.EqualTo(403));
        JsonElement list = await _api.GetAsync("/api/v1/status/rejections?limit=5");
        Assert.That(list.GetProperty("Total").GetInt64(), Is.EqualTo(1));
        JsonElement one = list.GetProperty("Rejections").EnumerateArray().Single();
        Assert.That((one.GetProperty("Reason").GetString(), one.GetProperty("Code").GetInt64(), one.GetProperty("Enhanced").GetString(), one.GetProperty("Text").GetString()), Is.EqualTo(("Blocked", 403, "", "No mail is taken from this sender.")));
        Assert.That((one.GetProperty("From").GetString(), one.GetProperty("To").GetString(), one.GetProperty("Recipients").GetInt64(), one.GetProperty("Client").GetString()), Is.EqualTo(("x@mallory.example", "bob@example.com", 1, "127.0.0.1")));
        Assert.That(one.GetProperty("Listener").GetString(), Is.EqualTo($"http {_api.EndPoint}"));
        JsonElement status = await _api.GetAsync("/api/v1/status");
        Assert.That((Number(status, "Rejections", "Blocked"), Number(status, "Rejections", "Store"), Number(status, "Mail", "Rejected")), Is.EqualTo((1, 0, 1)));
    }

    [Test]
    public async Task What_clients_write_is_text_and_nothing_more()
    {
        const string Hostile = "\"></script><script>alert(1)</script>\u0000\r\nX: y\u202e";
        _api.Metrics.Rejections.Keep(new Rejection(DateTimeOffset.UnixEpoch, System.Net.IPAddress.Loopback, Hostile, Hostile, Hostile, Hostile, 1, $"550 {Hostile}", RejectionReason.Other, "smtp 127.0.0.1:25"));
        RawAnswer answer = await _api.SendAsync("GET", "/api/v1/status/rejections");
        Assert.That(answer.Field("Content-Type"), Is.EqualTo("application/json"));
        Assert.That(answer.Text, Does.Not.Contain("<script").And.Not.Contain("\r"));
        JsonElement one = JsonDocument.Parse(answer.Body).RootElement.GetProperty("Rejections")[0];
        foreach (string member in (string[])["Helo", "User", "From", "To", "Text"]) Assert.That(one.GetProperty(member).GetString(), Is.EqualTo(Hostile), member);
    }

    [Test]
    public async Task Settings_are_told_with_their_origin()
    {
        JsonElement settings = await _api.GetAsync("/api/v1/status/settings");
        Assert.That(settings.GetProperty("Source").GetString(), Is.EqualTo("built-in defaults"));
        JsonElement one = settings.GetProperty("Settings").EnumerateArray().Single(setting => setting.GetProperty("Name").GetString() == "smtp.max.recipients");
        Assert.That((one.GetProperty("Origin").GetString(), one.GetProperty("WrittenAs").GetString()), Is.EqualTo(("default", "")));
    }

    [TestCase("/api/v1/status")]
    [TestCase("/api/v1/status/settings")]
    [TestCase("/api/v1/status/rejections")]
    public async Task It_is_for_superusers(string target)
    {
        Assert.That((await _api.SendAsync("GET", target)).Status, Is.EqualTo(200), "nobody needs to sign in");
        await _api.SignInAsync("tester", false, ["bob@example.com"], []);
        Assert.That((await _api.SendAsync("GET", target)).Status, Is.EqualTo(403));
        _api.SignOut();
        Assert.That((await _api.SendAsync("GET", target)).Status, Is.EqualTo(401));
        await _api.SignInAsync("root", true, [], []);
        Assert.That((await _api.SendAsync("GET", target)).Status, Is.EqualTo(200));
        Assert.That((await _api.SendAsync("POST", target)).Status, Is.EqualTo(405));
    }
}
