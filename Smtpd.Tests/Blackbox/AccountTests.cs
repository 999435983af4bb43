using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Accounts on the web: users who sign in by curl and its cookie jar, and by tokens, and see what is theirs.</summary>
public sealed class AccountTests : FreshFixture
{
    private const string Password = "correct horse";

    private string Page => $"http://127.0.0.1:{Configuration.WebPort}";

    private string Jar => Folder.File("cookies");

    private async Task<string> RunUserAsync(params string[] arguments)
    {
        CommandRun run = await Users.RunAsync(Configuration, Password, arguments);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        return run.Output.TrimEnd('\n');
    }

    private async Task<(int Status, string Text)> CurlAsync(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync("curl", ["-sS", "-b", Jar, "-c", Jar, "-w", "\n%{http_code}", .. arguments]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        int end = run.Output.LastIndexOf('\n');
        return (int.Parse(run.Output[(end + 1)..], System.Globalization.CultureInfo.InvariantCulture), run.Output[..end]);
    }

    private async Task<(int Status, string Text)> SubmitAsync(string path, params string[] fields)
    {
        (_, string form) = await CurlAsync($"{Page}/{path}");
        string mark = Regex.Match(form, "name=\"token\" value=\"([^\"]+)\"").Groups[1].Value;
        return await CurlAsync([$"{Page}/{path}", .. fields.SelectMany(field => (string[])["--data-urlencode", field]), "--data-urlencode", $"token={mark}", "-D", "-"]);
    }

    private async Task<HttpClient> HolderOfTokenAsync(string name)
    {
        var client = new HttpClient { BaseAddress = new Uri(Page) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await RunUserAsync("token", name));
        return client;
    }

    private static async Task<JsonElement> ListAsync(HttpClient client) => JsonDocument.Parse(await client.GetStringAsync(new Uri("/api/v1/messages", UriKind.Relative))).RootElement;

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path) => (await client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode;

    private async Task<string> SendAsync(params string[] recipients)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("MAIL FROM:<sender@example.org>", 250);
        foreach (string recipient in recipients) await dialogue.ExpectAsync($"RCPT TO:<{recipient}>", 250);
        await dialogue.ExpectAsync("DATA", 354);
        return (await dialogue.ExpectAsync($"Subject: to {recipients[0]}\r\n\r\ntext\r\n.", 250)).QueuedAs!;
    }

    [TestCase("sqlite")]
    [TestCase("memory")]
    public async Task A_user_sees_reads_and_deletes_his_own_mail_and_no_other(string storage)
    {
        Configuration.Datastore["storage"] = storage;
        Configuration.Smtp["auth"] = "off";
        await using SmtpdProcess server = await StartAsync();
        await RunUserAsync("add", "ann", "--mailbox", "ann@local.test");
        await RunUserAsync("add", "bob", "--mailbox", "bob@local.test");
        await RunUserAsync("add", "boss", "--superuser");
        string forAnn = await SendAsync("ann@local.test"), forBob = await SendAsync("bob@local.test"), forBoth = await SendAsync("ann@local.test", "bob@local.test");
        using HttpClient ann = await HolderOfTokenAsync("ann"), bob = await HolderOfTokenAsync("bob"), boss = await HolderOfTokenAsync("boss");

        Assert.That(Ids(await ListAsync(ann)), Is.EqualTo(new[] { forBoth, forAnn }));
        Assert.That(Ids(await ListAsync(bob)), Is.EqualTo(new[] { forBoth, forBob }));
        Assert.That(Ids(await ListAsync(boss)), Is.EqualTo(new[] { forBoth, forBob, forAnn }));
        foreach (string path in (string[])[$"/api/v1/message/{forBob}", $"/api/v1/message/{forBob}/raw", $"/api/v1/message/{forBob}/headers", $"/api/v1/message/{forBob}/part/1", $"/view/{forBob}.txt", $"/mail/{forBob}", $"/mail/delete/{forBob}"])
        {
            Assert.That(await StatusAsync(ann, path), Is.EqualTo(HttpStatusCode.NotFound), path);
            Assert.That(await StatusAsync(boss, path), Is.Not.EqualTo(HttpStatusCode.NotFound), path);
        }
        Assert.That(await StatusAsync(ann, "/status"), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await StatusAsync(boss, "/status"), Is.EqualTo(HttpStatusCode.OK));

        (await ann.DeleteAsync(new Uri("/api/v1/messages", UriKind.Relative))).EnsureSuccessStatusCode();
        Assert.That(Ids(await ListAsync(ann)), Is.Empty);
        Assert.That(Ids(await ListAsync(bob)), Is.EqualTo(new[] { forBoth, forBob }), "his entry of what went to both is his");
        await RunUserAsync("set", "ann", "--mailbox", "bob@local.test");
        Assert.That(Ids(await ListAsync(ann)), Is.EqualTo(new[] { forBoth, forBob }), "at once");

        static string[] Ids(JsonElement page) => [.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("ID").GetString()!)];
    }

    [Test]
    public async Task A_browser_signs_in_and_out_and_its_session_outlives_the_server()
    {
        Configuration.Logging["level"] = "TRACE";
        await RunUserAsync("add", "tester", "--superuser");
        string session;
        await using (SmtpdProcess server = await StartAsync())
        {
            Assert.That((await CurlAsync($"{Page}/api/v1/messages")).Status, Is.EqualTo(401));
            (int status, string head) = await CurlAsync("-H", "Accept: text/html", "-D", "-", $"{Page}/mails/1");
            Assert.That(status, Is.EqualTo(302));
            Assert.That(head, Does.Contain("Location: /login?next=%2Fmails%2F1"));
            Assert.That((await SubmitAsync("login?next=%2Fmails%2F1", "username=tester", "password=wrong")).Status, Is.EqualTo(403));
            (status, head) = await SubmitAsync("login?next=%2Fmails%2F1", "username=tester", $"password={Password}");
            Assert.That(status, Is.EqualTo(303), head);
            Assert.That(head, Does.Contain("Location: /mails/1").And.Match("Set-Cookie: smtpd=[A-Za-z0-9_-]{43}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Strict"));
            session = Regex.Match(head, "Set-Cookie: smtpd=([A-Za-z0-9_-]+)").Groups[1].Value;
            Assert.That((await CurlAsync($"{Page}/api/v1/messages")).Status, Is.EqualTo(200));
            await server.StopAsync();
            ExpectNoSecrets(server.Log);
        }
        await using (SmtpdProcess server = await StartAsync())
        {
            Assert.That((await CurlAsync($"{Page}/api/v1/messages")).Status, Is.EqualTo(200), "after a restart");
            string jar = await File.ReadAllTextAsync(Jar);
            Assert.That((await SubmitAsync("logout")).Status, Is.EqualTo(303));
            await File.WriteAllTextAsync(Jar, jar);
            Assert.That((await CurlAsync($"{Page}/api/v1/messages")).Status, Is.EqualTo(401), "signed out for good");
            Assert.That((await SubmitAsync("login", "username=tester", $"password={Password}")).Status, Is.EqualTo(303));
            await server.StopAsync();
            ExpectNoSecrets(server.Log);
        }
        await RunUserAsync("passwd", "tester");
        await using (SmtpdProcess server = await StartAsync())
            Assert.That((await CurlAsync($"{Page}/api/v1/messages")).Status, Is.EqualTo(401), "a password that was changed while no server ran");

        void ExpectNoSecrets(string log)
        {
            Assert.That(log, Does.Contain("/login").And.Contain("signed in as tester by the page"));
            foreach (string secret in (string[])[Password, session, "correct", "wrong\n"]) Assert.That(log, Does.Not.Contain(secret));
        }
    }

    [Test]
    public async Task A_websocket_ends_when_its_user_is_disabled()
    {
        await using SmtpdProcess server = await StartAsync();
        await RunUserAsync("add", "tester");
        string token = await RunUserAsync("token", "tester");
        foreach (string path in (string[])["/api/events", "/api/v1/events"])
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Configuration.WebPort);
            NetworkStream stream = client.GetStream();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{Configuration.WebPort}\r\nAuthorization: Bearer {token}\r\n"
                + (path == "/api/events" ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" : "") + "\r\n"), limit.Token);
            byte[] buffer = new byte[4096];
            int count = await stream.ReadAsync(buffer, limit.Token);
            Assert.That(Encoding.ASCII.GetString(buffer, 0, count), Does.Match("^HTTP/1.1 (101|200) "), path);
            await RunUserAsync("disable", "tester");
            try
            {
                while (await stream.ReadAsync(buffer, limit.Token) > 0) { }
            }
            catch (IOException)
            {
                // A reset is an end as well.
            }
            Assert.That(limit.IsCancellationRequested, Is.False, path);
            await RunUserAsync("enable", "tester");
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Tokens_are_made_listed_and_deleted_with_and_without_a_server(bool running)
    {
        await using SmtpdProcess? server = running ? await StartAsync() : null;
        await RunUserAsync("add", "tester");
        string token = await RunUserAsync("token", "tester", "--note", "for the nightly run");
        Assert.That(token, Does.Match("^smtpd_[A-Za-z0-9_-]{43}$"));
        Assert.That(await RunUserAsync("token", "tester"), Is.Not.EqualTo(token));
        Assert.That(await RunUserAsync("tokens", "tester"), Does.Match(@"^1\tfor the nightly run\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\tnever used\n2\t\t[^\t]+\tnever used$"));
        if (running)
        {
            Assert.That((await CurlAsync("-H", $"Authorization: Bearer {token}", $"{Page}/api/v1/messages")).Status, Is.EqualTo(200));
            Assert.That(await RunUserAsync("tokens", "tester"), Does.Match(@"^1\tfor the nightly run\t[^\t]+\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\n2\t"));
        }
        await RunUserAsync("token", "tester", "--delete", "1");
        Assert.That(await RunUserAsync("tokens", "tester"), Does.StartWith("2\t"));
        if (running) Assert.That((await CurlAsync("-H", $"Authorization: Bearer {token}", $"{Page}/api/v1/messages")).Status, Is.EqualTo(401));
        await RunUserAsync("token", "tester", "--delete", "all");
        Assert.That(await RunUserAsync("tokens", "tester"), Is.Empty);
        foreach ((string[] arguments, string complaint) in ((string[], string)[])
            [(["token", "tester", "--delete", "1"], "there is no token 1"), (["token", "tester", "--delete", "x"], "neither the number"), (["token", "nobody"], "no such user"), (["tokens", "nobody"], "no such user"),
            (["token", "tester", "--note", "a\tb"], "the note"), (["set", "tester"], "say what to set"), (["set", "nobody", "--superuser"], "no such user"), (["set", "tester", "--superuser", "--no-superuser"], "both"),
            (["set", "tester", "--mailbox", "nonsense"], "not an address"), (["set", "tester", "--no-domain", "a@b"], "not a domain")])
        {
            CommandRun run = await Users.RunAsync(Configuration, "", arguments);
            Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, run.Error)));
            Assert.That(run.Error, Does.Contain(complaint));
        }
    }

    [Test]
    public async Task What_add_sets_can_be_set_later()
    {
        await RunUserAsync("add", "tester", "--mailbox", "one@local.test", "--domain", "one.test");
        await RunUserAsync("set", "tester", "--superuser", "--mailbox", "Two@Local.Test", "--no-mailbox", "ONE@local.test", "--domain", "two.test", "--domain", "three.test", "--no-domain", "one.test");
        Assert.That(await RunUserAsync("list"), Is.EqualTo("tester\tenabled,superuser\ttwo@local.test\t@two.test\t@three.test"));
        await RunUserAsync("set", "tester", "--no-superuser", "--mailbox", "two@local.test");
        Assert.That(await RunUserAsync("list"), Is.EqualTo("tester\tenabled\ttwo@local.test\t@two.test\t@three.test"));
    }

    [Test]
    public async Task The_first_user_closes_what_was_open()
    {
        await using SmtpdProcess server = await StartAsync();
        Assert.That((await CurlAsync($"{Page}/api/v1/messages")).Status, Is.EqualTo(200));
        Assert.That((await CurlAsync("-H", "Host: evil.example", $"{Page}/api/v1/messages")).Status, Is.EqualTo(403));
        await RunUserAsync("add", "tester", "--superuser");
        Assert.That((await CurlAsync($"{Page}/api/v1/messages")).Status, Is.EqualTo(401));
        Assert.That((await CurlAsync("-u", $"tester:{Password}", $"{Page}/api/v1/messages")).Status, Is.EqualTo(200));
        Assert.That((await CurlAsync("-u", "tester:wrong", $"{Page}/api/v1/messages")).Status, Is.EqualTo(401));
        Assert.That((await CurlAsync("-u", $"tester:{Password}", "-H", "X-Forwarded-For: 192.0.2.7", $"{Page}/api/v1/messages")).Status, Is.EqualTo(403), "by plain HTTP through somebody's proxy");
        Assert.That((await CurlAsync($"{Page}/register")).Status, Is.EqualTo(404));
    }
}
