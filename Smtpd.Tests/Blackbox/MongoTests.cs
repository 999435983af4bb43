using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Mongo;
using Smtpd.Tests.Storage.Mongo;

namespace Smtpd.Tests.Blackbox;

/// <summary>The program as it is shipped, with its mail in MongoDB.</summary>
public sealed class MongoTests : FreshFixture
{
    private const string Database = "Smtpd";

    /// <summary>A user as the original wrote it; the password is "secret".</summary>
    private const string OldUser =
        """
        db["Users"].insert_one({"firstname": "", "lastname": "", "email": "old@local.test", "username": "old", "password": "deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8",
            "avatar": "", "website": "", "location": "", "tagline": "", "bio": "", "joinedat": datetime.datetime(2014, 1, 1), "issuperuser": True, "isactive": True,
            "validatecode": "", "resetcode": "", "lastlogintime": datetime.datetime(1, 1, 1), "lastloginip": "", "logincount": Int64(0)})
        """;

    private readonly Harness.TemporaryFolder _otherFolder = new();

    /// <summary>The original's file, with our ports and a folder to write to.</summary>
    private string Original(StandIn mongo) =>
        $"""
        [DEFAULT]
        install.dir=.

        [logging]
        level=INFO

        [smtp]
        ip4.address=127.0.0.1
        ip4.port={Configuration.SmtpPort}
        domain=mx.local.test
        allowed.hosts=localhost,local.test
        trusted.hosts=
        max.recipients=100
        max.clients=500
        max.idle.seconds=300
        store.messages=true
        xclient=true
        debug=false

        [web]
        ip4.address=127.0.0.1
        ip4.port={Configuration.WebPort}
        theme=cerber
        template.dir=%(install.dir)s/themes/%(theme)s/templates
        cookie.secret=0123456789abcdef0123456789abcdef
        client.broadcasts=true

        [datastore]
        storage=mongodb
        mongo.uri=127.0.0.1:{mongo.Ports[0]}
        mongo.db={Database}
        mongo.coll=Messages
        path={Configuration.StorePath}
        """;

    private static HttpClient SignedIn(SmtpdConfiguration configuration)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{configuration.WebPort}/"), Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("old:secret"u8));
        return client;
    }

    private static async Task<JsonElement> JsonAsync(HttpClient client, string path) => JsonDocument.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;

    private static async Task SendAsync(HttpClient client, HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using HttpResponseMessage answer = await client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), () => $"{method} {path}: {answer}");
    }

    private async Task<string> DeliverAsync(string subject)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        return (await dialogue.DeliverAsync($"From: Ann <ann@remote.test>\r\nTo: alice@local.test\r\nSubject: {subject}\r\n\r\nA pelican.\r\n.dot\r\n", to: ["Alice@local.test", "bob@local.test"])).QueuedAs!;
    }

    [Test]
    public async Task The_originals_file_users_and_database_do_and_a_second_process_tells_of_its_mail()
    {
        await using StandIn mongo = await StandIn.StartAsync(new StandInOptions { Set = "rs0" });
        await PythonScript.RunAsync(mongo.ConnectionString(), Database, OldUser);
        Configuration.Text = Original(mongo);
        var second = new SmtpdConfiguration(_otherFolder);
        second.Datastore["storage"] = "mongodb";
        second.Datastore["mongo.uri"] = mongo.ConnectionString();
        await using SmtpdProcess server = await StartAsync(), other = await SmtpdProcess.StartAsync(second);
        using HttpClient client = SignedIn(Configuration), watcher = SignedIn(second);

        using HttpResponseMessage stream = await watcher.GetAsync(new Uri("api/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await stream.Content.ReadAsStreamAsync());
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        // The other process may not follow yet: then it says at least that there is more.
        string id = await DeliverAsync("Hello from afar");
        for (string? line = ""; !line!.Contains(id, StringComparison.Ordinal) && !line.Contains("prune", StringComparison.Ordinal);) line = await events.ReadLineAsync(deadline.Token) ?? throw new EndOfStreamException();
        Task<string> next = DeliverAsync("Hello again");
        string again = await next;
        for (string? line = ""; !line!.Contains(again, StringComparison.Ordinal);) line = await events.ReadLineAsync(deadline.Token) ?? throw new EndOfStreamException();

        foreach (HttpClient one in (HttpClient[])[client, watcher])
        {
            JsonElement list = await JsonAsync(one, "api/v1/messages");
            Assert.That(list.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("ID").GetString()), Is.EquivalentTo(new[] { id, again }));
            Assert.That((await JsonAsync(one, "api/v1/search?query=afar+pelican")).GetProperty("messages").EnumerateArray().Single().GetProperty("ID").GetString(), Is.EqualTo(id));
            Assert.That((await JsonAsync(one, "api/v1/mailbox/bob@local.test")).GetProperty("total").GetInt32(), Is.EqualTo(2));
        }
        JsonElement read = await JsonAsync(watcher, $"api/v1/message/{id}");
        Assert.That((read.GetProperty("Subject").GetString(), read.GetProperty("Text").GetString()), Is.EqualTo(("Hello from afar", "A pelican.\r\n.dot\r\n")));
        Assert.That(await watcher.GetStringAsync(new Uri($"api/v1/message/{id}/raw", UriKind.Relative)), Does.EndWith("Subject: Hello from afar\r\n\r\nA pelican.\r\n.dot\r\n"));
        await SendAsync(watcher, HttpMethod.Put, "api/v1/messages", $$"""{"IDs": ["{{id}}"], "Starred": true}""");
        await SendAsync(watcher, HttpMethod.Delete, "api/v1/messages", $$"""{"IDs": ["{{again}}"]}""");
        await PythonScript.RunAsync(mongo.ConnectionString(), Database,
            """
            mail, = mails.find()
            same((mail["id"], mail["_id"]), (sys.argv[3], ObjectId(sys.argv[3])), "id")
            same((mail["subject"], mail["ip"], mail["unread"], mail["starred"]), ("Hello from afar", "127.0.0.1", False, True), "fields")
            same((mail["from"]["mailbox"], [to["mailbox"] for to in mail["to"]]), ("sender", ["Alice", "bob"]), "envelope")
            same(mail["content"]["textbody"], "A pelican.\r\n.dot\r\n", "text")
            same(mail["content"]["headers"]["Message-ID"], [mail["id"] + "@mx.local.test"], "Message-ID")
            same([entry["read"] for entry in mail["deliveries"]], [True, True], "read by both")
            user = db["Users"].find_one({"username": "old"})
            assert user["logincount"] > 0 and user["lastloginip"] == "127.0.0.1", user
            assert not user["password"].startswith("deadbeef"), "hashed anew"
            """, id);

        using var question = new HttpRequestMessage(HttpMethod.Get, new Uri("auth-smtp", UriKind.Relative));
        foreach ((string name, string value) in ((string, string)[])[("Auth-Method", "plain"), ("Auth-Protocol", "smtp"), ("Auth-User", "old"), ("Auth-Pass", "secret"), ("Client-IP", "192.0.2.1")]) question.Headers.Add(name, value);
        using HttpResponseMessage passed = await client.SendAsync(question);
        Assert.That(passed.Headers.GetValues("Auth-Status"), Is.EqualTo(new[] { "OK" }));
        Assert.That(await client.GetStringAsync(new Uri("metrics", UriKind.Relative)), Does.Contain("smtpd_spool_in_use 0\n").And.Contain("smtpd_store_takes_mail 1\n"));
    }

    [Test]
    public async Task A_server_that_is_away_at_the_start_gets_the_mail_when_it_comes()
    {
        int port = Posix.FreePort();
        Configuration.Datastore["storage"] = "mongodb";
        Configuration.Datastore["mongo.uri"] = $"mongodb://127.0.0.1:{port}/?heartbeatFrequencyMS=500";
        Configuration.Datastore["mongo.timeout"] = 1;
        Configuration.Web["auth"] = "off";
        await using SmtpdProcess server = await StartAsync();
        string id = await DeliverAsync("kept for later");
        using (HttpResponseMessage ready = await server.Api.GetAsync("readyz"))
            Assert.That((ready.StatusCode, await ready.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.OK, "OK, mail waits in the spool")));
        using (HttpResponseMessage metrics = await server.Api.GetAsync("metrics"))
            Assert.That(await metrics.Content.ReadAsStringAsync(), Does.Contain("smtpd_spool_in_use 1\n").And.Contain("smtpd_spool_messages 1\n"));
        JsonElement spool = (await server.Api.JsonAsync("api/v1/status")).GetProperty("Spool");
        Assert.That((spool.GetProperty("Messages").GetInt32(), spool.GetProperty("Since").ValueKind), Is.EqualTo((1, JsonValueKind.String)));
        Assert.That(await server.Api.RawAsync(id), Is.Not.Empty);
        var asked = Stopwatch.StartNew();
        using (HttpResponseMessage elsewhere = await server.Api.GetAsync("api/v1/message/5be0f1f2a1b2c3d4e5f60718"))
            Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable), "nobody knows whether it is there");
        Assert.That(asked.Elapsed, Is.LessThan(TimeSpan.FromSeconds(15)), "and the 30 seconds in which a server is looked for are not waited out");

        await using StandIn mongo = await StandIn.StartAsync(new StandInOptions { Port = port });
        await Eventually.HoldsAsync(async () => (await server.Api.JsonAsync("api/v1/status")).GetProperty("Spool").GetProperty("Since").ValueKind == JsonValueKind.Null, "the spool is empty");
        using HttpResponseMessage list = await server.Api.GetAsync("api/v1/messages");
        Assert.That(await list.Content.ReadAsStringAsync(), Does.Contain(id));
        Assert.That(list.Headers.Contains("Smtpd-Incomplete"), Is.False);
        await PythonScript.RunAsync(mongo.ConnectionString(), Database, """same([mail["id"] for mail in mails.find()], [sys.argv[3]], "there once")""", id);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _otherFolder.Dispose();
        base.Dispose(disposing);
    }
}
