using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mail;

namespace Smtpd.Tests.Web.Api;

/// <summary>Every route over every store and for every kind of visitor: what the OpenAPI document says is what is answered, and nothing is ever a fault of ours.</summary>
[TestFixtureSource(typeof(ApiServer), nameof(ApiServer.Stores))]
public sealed class ContractTests(string store)
{
    private static readonly string[] s_methods = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"];
    private static readonly string[] s_visitors = ["owner", "superuser", "user", "stranger"];

    /// <summary>Bodies that somebody who means no good might send.</summary>
    private static readonly string[] s_bodies =
    [
        "", "null", "[]", "1", "\"x\"", "{", "{}", """{"IDs":null,"Tags":null,"Name":null,"Search":null,"Read":null}""", """{"IDs":[null],"Tags":[null]}""", """{"IDs":{"a":1}}""",
        """{"IDs":["latest","nonsense","000000000000000000000000"],"Tags":["a"],"Read":true}""", """{"Read":"yes","Name":1}""", """{"IDs":[1e400],"ID":99999999999999999999}""",
        """{"Search":"tag:\"","Read":true}""", """{"Name":"\ud800"}""", """{"From":{"Email":"a@b.c"},"To":[]}""", new string('[', 5000), """{"a":""" + new string('[', 100) + new string(']', 100) + "}",
        """{"Name":"x","Password":1}""", """{"Name":"x","Mailboxes":"a@b.c"}""", """{"Mailboxes":[null],"Domains":[""]}""", """{"Old":null,"New":"\u0000"}""", """{"Superuser":false}""", """{"Enabled":false,"enabled":true}""", """{"Note":"\n"}""",
        "\u0000", "{\"IDs\":[\"" + new string('x', 70_000) + "\"]}", """{"Kind":"host","Text":"::/129"}""",
    ];

    private ApiServer _api = null!;
    private MessageId _id;

    [SetUp]
    public async Task Start()
    {
        _api = new ApiServer(store);
        _id = await _api.KeepAsync(
            "From: Ann <ann@remote.test>\nTo: Bob <bob@local.test>\nSubject: Grüße\nMessage-ID: <one@remote.test>\nList-Unsubscribe: <https://remote.test/>\nKeywords: a, b\nMIME-Version: 1.0\n"
            + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nText\n--b\nContent-Type: text/html\n\n<p>Hi</p>\n--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n",
            "bob@local.test", "blind@elsewhere.test");
        await _api.KeepAsync("Subject: not his\n\nx\n", "carol@elsewhere.test");
        await _api.OkAsync("PUT", "/api/v1/tags", $$"""{"IDs":["{{_id}}"],"Tags":["mine"]}""");
    }

    [TearDown]
    public async Task Stop() => await _api.DisposeAsync();

    private async Task BecomeAsync(string visitor)
    {
        if (visitor == "owner") return;
        await _api.SignInAsync("tester", visitor == "superuser", ["bob@local.test"], []);
        if (visitor == "stranger") _api.SignOut();
    }

    [TestCaseSource(nameof(s_visitors))]
    public async Task Every_answer_is_as_the_document_says_and_head_is_like_get(string visitor)
    {
        JsonElement document = (await _api.GetAsync("/api/v1/openapi.json")).Clone();
        await BecomeAsync(visitor);
        var schema = new JsonSchema(document);
        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject())
        {
            // These two last.
            if (path.Name is "/api/v1/events" or "/api/events") continue;
            foreach (string target in Targets(path.Name))
            {
                foreach (string method in s_methods)
                {
                    bool takesBody = method is "PUT" or "POST" or "DELETE";
                    foreach (string? body in takesBody && path.Value.TryGetProperty(method.ToLowerInvariant(), out _) ? s_bodies.Append(null) : [null])
                    {
                        // So that there is something left to ask for.
                        if (method == "DELETE" && path.Name == "/api/v1/messages" && body is null or "" or "{}") continue;
                        RawAnswer answer = await _api.SendAsync(method, target, body);
                        Judge(document, schema, path, method, answer, $"{visitor} {method} {target} {(body?.Length > 200 ? body[..200] : body)}");
                    }
                }
                RawAnswer get = await _api.SendAsync("GET", target), head = await _api.SendAsync("HEAD", target);
                Assert.That((head.Status, head.Body.Length), Is.EqualTo((get.Status, 0)), target);
                foreach (string field in (string[])["Content-Type", "Content-Disposition", "ETag", "Allow"]) Assert.That(head.Field(field), Is.EqualTo(get.Field(field)), $"{target} {field}");
                if (path.Name is not ("/api/v1/info" or "/api/v1/status" or "/metrics")) Assert.That(head.Field("Content-Length"), Is.EqualTo(get.Field("Content-Length")), target);
            }
        }
    }

    private static void Judge(JsonElement document, JsonSchema schema, JsonProperty path, string method, RawAnswer answer, string what)
    {
        Assert.That(answer.Status, Is.LessThan(500), $"{what}: {answer.Text}");
        string operation = method == "HEAD" ? "get" : method.ToLowerInvariant();
        bool isKnown = path.Value.TryGetProperty(operation, out JsonElement found);
        if (!isKnown)
        {
            Assert.That(answer.Status, Is.EqualTo(405).Or.EqualTo(401).Or.EqualTo(403).Or.EqualTo(404), what);
            if (answer.Status == 405) Assert.That(answer.Field("Allow"), Does.Not.Contain(method), what);
            return;
        }
        JsonElement responses = found.GetProperty("responses");
        Assert.That(responses.TryGetProperty(answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), out JsonElement response), Is.True, $"{what}: {answer.Status} is not in the document");
        response = schema.Resolve(response);
        if (method == "HEAD" || answer.Field("Content-Type") != "application/json") return;
        JsonElement value = JsonDocument.Parse(answer.Body).RootElement;
        Assert.That(schema.Problems(response.GetProperty("content").GetProperty("application/json").GetProperty("schema"), value), Is.Empty, what);
    }

    /// <summary>Addresses of a path: that of the message, and odd ones.</summary>
    private IEnumerable<string> Targets(string path)
    {
        if (!path.Contains('{', StringComparison.Ordinal))
        {
            yield return path;
            foreach (string query in (string[])["?start=1&limit=1", "?limit=0", "?before=x", "?query=subject:Gr%C3%BC%C3%9Fe&tz=Europe/Vienna", "?query=%00", "?tz=../../etc/passwd&query=x", "?kind=domain&filter=LOCAL", "?kind=x", "?after=b&limit=1000", "?dl=1&%ff=%fe", "?resolution=minute&since=1", "?resolution=x", "?since=-1", "?since=99999999999999999999", "?since=9223372036854775807"])
                yield return path + query;
            yield break;
        }
        if (path.Contains("{TicketID}", StringComparison.Ordinal))
        {
            foreach (string ticket in (string[])["999999", "0", "-1", "1e3", "%00", "..", new string('9', 3000)]) yield return path.Replace("{TicketID}", ticket, StringComparison.Ordinal);
            yield break;
        }
        if (path.Contains("{UserName}", StringComparison.Ordinal))
        {
            foreach (string user in (string[])["tester", "TESTER", "nobody", "%00", "a%2Fb", "%ff", "..", new string('u', 3000)]) yield return path.Replace("{UserName}", user, StringComparison.Ordinal);
            yield break;
        }
        foreach ((string id, string part, string tag, string name, string view) in ((string, string, string, string, string)[])
        [
            (_id.ToString(), "3", "mine", "BOB@local.test", $"{_id}.html"), ("latest", "1", "none", "local.test", "latest.txt"), ("000000000000000000000000", "9.9", "%22", "elsewhere.test", "x.html"),
            ("..%2f..%2fetc%2fpasswd", "..", "%00", "%00@%ff", "x"), ("%00", "%00", "a%2Fb", "a@b@c", "%00.txt"), (new string('9', 3000), new string('9', 3000), new string('t', 3000), new string('m', 3000), new string('v', 3000) + ".html"),
        ])
            yield return path.Replace("{ID}", id, StringComparison.Ordinal).Replace("{PartID}", part, StringComparison.Ordinal).Replace("{Tag}", tag, StringComparison.Ordinal)
                .Replace("{Name}", name, StringComparison.Ordinal).Replace("{View}", view, StringComparison.Ordinal);
    }

    [Test]
    public async Task A_user_learns_of_nobody_else()
    {
        await BecomeAsync("user");
        JsonElement list = await _api.GetAsync("/api/v1/messages");
        Assert.That((list.GetProperty("total").GetInt64(), list.GetProperty("unread").GetInt64()), Is.EqualTo((1, 1)));
        Assert.That(list.GetProperty("messages")[0].GetProperty("Bcc").GetArrayLength(), Is.Zero);
        JsonElement message = await _api.GetAsync("/api/v1/message/latest");
        Assert.That(message.GetProperty("ID").GetString(), Is.EqualTo(_id.ToString()), "the newest of his, not of all");
        Assert.That(message.GetProperty("Envelope").GetProperty("To").GetRawText(), Is.EqualTo("""["bob@local.test"]"""));
        Assert.That(message.GetProperty("Bcc").GetArrayLength(), Is.Zero);
        Assert.That((await _api.SendAsync("GET", "/api/v1/mailbox/carol@elsewhere.test")).Status, Is.EqualTo(404));
        Assert.That((await _api.SendAsync("GET", "/api/v1/mailbox/elsewhere.test")).Status, Is.EqualTo(404));
        Assert.That(await _api.SubjectsAsync("/api/v1/search?query=his"), Is.Empty);
        Assert.That((await _api.GetAsync("/api/v1/mailboxes")).GetProperty("Mailboxes").GetArrayLength(), Is.EqualTo(1));
        Assert.That((await _api.GetAsync("/api/v1/info")).GetProperty("Database").GetString(), Is.Empty);
        await _api.OkAsync("DELETE", "/api/v1/messages");
        Assert.That((await _api.GetAsync("/api/v1/messages")).GetProperty("total").GetInt64(), Is.Zero);
        await _api.SignInAsync("root", true, [], []);
        list = await _api.GetAsync("/api/v1/messages");
        Assert.That(list.GetProperty("total").GetInt64(), Is.EqualTo(2), "the blind copy is another's entry");
        Assert.That(list.GetProperty("messages")[1].GetProperty("Bcc")[0].GetProperty("Address").GetString(), Is.EqualTo("blind@elsewhere.test"));
    }

    [Test]
    public async Task Mailboxes_and_domains_are_listed_and_read()
    {
        JsonElement boxes = await _api.GetAsync("/api/v1/mailboxes?limit=2");
        Assert.That(boxes.GetProperty("Mailboxes").EnumerateArray().Select(box => box.GetProperty("Address").GetString()), Is.EqualTo(new[] { "blind@elsewhere.test", "bob@local.test" }));
        Assert.That(boxes.GetProperty("More").GetBoolean(), Is.True);
        Assert.That(boxes.GetProperty("Domains").EnumerateArray().Select(box => box.GetProperty("Address").GetString()), Is.EqualTo(new[] { "elsewhere.test", "local.test" }));
        boxes = await _api.GetAsync("/api/v1/mailboxes?limit=2&after=bob@local.test");
        Assert.That(boxes.GetProperty("Domains").GetArrayLength(), Is.Zero);
        Assert.That((boxes.GetProperty("Mailboxes").GetArrayLength(), boxes.GetProperty("More").GetBoolean()), Is.EqualTo((1, false)));
        Assert.That((await _api.GetAsync("/api/v1/mailboxes?kind=domain&filter=LOCAL")).GetProperty("Mailboxes")[0].GetProperty("Newest").GetString(), Is.EqualTo(_id.ToString()));
        JsonElement box = await _api.GetAsync("/api/v1/mailbox/Bob+tag@LOCAL.test");
        Assert.That((box.GetProperty("messages_count").GetInt64(), box.GetProperty("total").GetInt64()), Is.EqualTo((1, 2)));
        Assert.That(await _api.SubjectsAsync("/api/v1/mailbox/elsewhere.test"), Is.EqualTo(new[] { "not his", "Grüße" }));
        Assert.That(await _api.SubjectsAsync("/api/v1/mailbox/new@local.test"), Is.Empty);
    }

    [Test]
    public async Task A_tag_in_an_address_is_passed_over_in_searches_too()
    {
        foreach (string mailbox in (string[])["bob@local.test", "BOB%2Btag@local.test"])
            Assert.That(await _api.SubjectsAsync($"/api/v1/search?query=mailbox:{mailbox}"), Is.EqualTo(new[] { "Grüße" }), mailbox);
        await _api.OkAsync("PUT", "/api/v1/messages", """{"Search":"mailbox:bob+x@local.test","Read":true}""");
        JsonElement list = await _api.GetAsync("/api/v1/search?query=is:read");
        Assert.That(list.GetProperty("messages_count").GetInt64(), Is.EqualTo(1));
    }

    [Test]
    public async Task Tags_are_set_listed_renamed_and_taken_off()
    {
        await _api.OkAsync("PUT", "/api/v1/tags", """{"IDs":["latest"],"Tags":[" b  c ","B C","mine",""]}""");
        Assert.That((await _api.GetAsync("/api/v1/tags")).GetRawText(), Is.EqualTo("""["b c","mine"]"""));
        Assert.That((await _api.GetAsync("/api/v1/info")).GetProperty("Tags").GetProperty("mine").GetInt64(), Is.EqualTo(2));
        await _api.OkAsync("PUT", "/api/v1/tags/b%20c", """{"Name":"mine"}""");
        Assert.That((await _api.GetAsync("/api/v1/tags")).GetRawText(), Is.EqualTo("""["mine"]"""));
        await _api.OkAsync("DELETE", "/api/v1/tags/mine");
        Assert.That((await _api.GetAsync("/api/v1/tags")).GetRawText(), Is.EqualTo("[]"));
        Assert.That((await _api.SendAsync("DELETE", "/api/v1/tags/mine")).Status, Is.EqualTo(404));
        Assert.That((await _api.SendAsync("PUT", "/api/v1/tags", "{\"IDs\":[\"latest\"],\"Tags\":[\"" + new string('x', 101) + "\"]}")).Status, Is.EqualTo(422));
        Assert.That((await _api.SendAsync("PUT", "/api/v1/tags", "{\"IDs\":[\"latest\"],\"Tags\":[" + string.Join(',', Enumerable.Range(0, 51).Select(i => $"\"{i}\"")) + "]}")).Status, Is.EqualTo(422));
    }

    [Test]
    public async Task Tags_are_added_and_removed_beside_others_also_of_all_that_a_search_finds()
    {
        await _api.OkAsync("PUT", "/api/v1/tags", $$"""{"Search":"is:unread","Add":["both","MINE"]}""");
        Assert.That(await TagsAsync(), Is.EqualTo("""["both","mine"] ["both","MINE"]"""));
        await _api.OkAsync("PUT", "/api/v1/tags", $$"""{"IDs":["{{_id}}","000000000000000000000000"],"Add":["own"],"Remove":["Mine"]}""");
        await _api.OkAsync("PUT", "/api/v1/tags", """{"Add":["nobody"]}""");
        Assert.That(await TagsAsync(), Is.EqualTo("""["both","own"] ["both","MINE"]"""));
        await _api.OkAsync("PUT", "/api/v1/tags", """{"Search":"is:unread","Remove":["both"]}""");
        await _api.OkAsync("PUT", "/api/v1/tags", """{"Search":"tag:own","Tags":["exactly"]}""");
        Assert.That(await TagsAsync(), Is.EqualTo("""["exactly"] ["MINE"]"""));

        string fifty = string.Join(',', Enumerable.Range(0, 50).Select(i => $"\"{i}\""));
        foreach (string body in (string[])["{\"Search\":\"is:unread\",\"Add\":[" + fifty + "]}", """{"IDs":["latest"],"Search":"is:unread","Add":["x"]}""", """{"IDs":["latest"],"Tags":["x"],"Add":["y"]}"""])
            Assert.That((await _api.SendAsync("PUT", "/api/v1/tags", body)).Status, Is.EqualTo(422), body);
        Assert.That((await _api.SendAsync("PUT", "/api/v1/tags", """{"Search":" ","Add":["x"]}""")).Status, Is.EqualTo(400));
        Assert.That(await TagsAsync(), Is.EqualTo("""["exactly"] ["MINE"]"""));

        await BecomeAsync("user");
        await _api.OkAsync("PUT", "/api/v1/tags", """{"Search":"is:unread","Add":["mine too"]}""");
        Assert.That((await _api.GetAsync("/api/v1/messages")).GetProperty("tags").GetRawText(), Is.EqualTo("""["exactly","mine too"]"""), "of his own entry only");

        // The older message first.
        async Task<string> TagsAsync() =>
            string.Join(' ', (await _api.GetAsync("/api/v1/messages")).GetProperty("messages").EnumerateArray().Reverse().Select(one => one.GetProperty("Tags").GetRawText()));
    }

    [Test]
    public async Task What_a_search_finds_can_be_marked_and_deleted()
    {
        await _api.OkAsync("PUT", "/api/v1/messages", """{"Search":"subject:his","Read":true}""");
        Assert.That((await _api.GetAsync("/api/v1/search?query=is:read")).GetProperty("messages_count").GetInt64(), Is.EqualTo(1));
        Assert.That((await _api.SendAsync("DELETE", "/api/v1/search?query=%20")).Status, Is.EqualTo(400), "nothing to search for never comes to mean all");
        await _api.OkAsync("DELETE", "/api/v1/search?query=is:read");
        Assert.That(await _api.SubjectsAsync("/api/v1/messages"), Is.EqualTo(new[] { "Grüße" }));
    }

    [Test]
    public async Task A_body_of_two_megabytes_is_too_long()
    {
        byte[] body = Encoding.ASCII.GetBytes("{\"IDs\":[" + string.Concat(Enumerable.Repeat("\"x\",", 500_000)) + "\"x\"]}");
        foreach ((string method, string target) in ((string, string)[])[("PUT", "/api/v1/messages"), ("DELETE", "/api/v1/messages"), ("PUT", "/api/v1/tags"), ("PUT", "/api/v1/tags/x"), ("POST", "/api/v1/blocks"), ("POST", "/api/v1/users"), ("PUT", "/api/v1/user/x")])
            Assert.That((await _api.SendAsync(method, target, body)).Status, Is.EqualTo(413), target);
        Assert.That((await _api.GetAsync("/api/v1/messages")).GetProperty("total").GetInt64(), Is.EqualTo(2));
    }
}
