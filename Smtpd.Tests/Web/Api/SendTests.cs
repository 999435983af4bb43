using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Storage;

namespace Smtpd.Tests.Web.Api;

/// <summary><c>POST /api/v1/send</c>: what is asked for is what is then read.</summary>
[TestFixtureSource(typeof(ApiServer), nameof(ApiServer.Stores))]
public sealed class SendTests(string store)
{
    private const string Least = """{"From":{"Email":"ann@example.org"},"To":[{"Email":"bob@example.com"}]}""";

    /// <summary>Escapes what must be escaped and nothing else.</summary>
    private static readonly JsonSerializerOptions s_raw = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private ApiServer _api = null!;

    [SetUp]
    public void Start() => _api = new ApiServer(store);

    [TearDown]
    public async Task Stop() => await _api.DisposeAsync();

    [Test]
    public async Task A_message_has_what_was_asked_for()
    {
        byte[] picture = [0x89, (byte)'P', (byte)'N', (byte)'G', 1, 2, 3];
        JsonElement message = await SendAsync($$"""
            {
              "From": {"Email": "ann@example.org", "Name": "Ann \"the\" Sender"},
              "To": [{"Email": "bob@example.com", "Name": "Bøb, with a comma"}, {"Email": "cy@example.com"}],
              "Cc": [{"Email": "dee@example.com", "Name": "Dee"}], "Bcc": ["eve@example.com"], "ReplyTo": [{"Email": "re@example.org"}],
              "Subject": "Grüße =?utf-8?Q?no?= 🐘", "Text": "Hällo\n.\nFrom here \nend", "HTML": "<p>Hello <img src=\"cid:logo\"></p>",
              "Tags": ["One", " two  words "], "Headers": {"X-IP": "1.2.3.4", "X-Long": "{{new string('x', 2000)}}"},
              "Attachments": [
                {"Content": "{{Convert.ToBase64String(picture)}}", "Filename": "logo.png", "ContentID": "logo"},
                {"Content": "data:text/plain;base64,aGVs\r\nbG8=", "Filename": "{{new string('ü', 60)}} \"x\".txt", "ContentType": "text/plain; charset=utf-8"},
                {"Content": "", "Filename": "empty.bin"}]
            }
            """);

        Assert.That(message.GetProperty("From").GetRawText(), Is.EqualTo("""{"Name":"Ann \u0022the\u0022 Sender","Address":"ann@example.org"}"""));
        Assert.That(message.GetProperty("To")[0].GetProperty("Name").GetString(), Is.EqualTo("Bøb, with a comma"));
        Assert.That(message.GetProperty("To")[1].GetProperty("Address").GetString(), Is.EqualTo("cy@example.com"));
        Assert.That(message.GetProperty("Cc")[0].GetProperty("Address").GetString(), Is.EqualTo("dee@example.com"));
        Assert.That(message.GetProperty("Bcc")[0].GetProperty("Address").GetString(), Is.EqualTo("eve@example.com"));
        Assert.That(message.GetProperty("ReplyTo")[0].GetProperty("Address").GetString(), Is.EqualTo("re@example.org"));
        Assert.That(message.GetProperty("ReturnPath").GetString(), Is.EqualTo("ann@example.org"));
        Assert.That(message.GetProperty("Subject").GetString(), Is.EqualTo("Grüße =?utf-8?Q?no?= 🐘"));
        Assert.That(message.GetProperty("Text").GetString(), Is.EqualTo("Hällo\r\n.\r\nFrom here \r\nend"));
        Assert.That(message.GetProperty("HTML").GetString(), Is.EqualTo("<p>Hello <img src=\"cid:logo\"></p>"));
        Assert.That(message.GetProperty("Tags").GetRawText(), Is.EqualTo("""["One","two words"]"""));
        Assert.That(message.GetProperty("Warnings").GetArrayLength(), Is.Zero, message.GetProperty("Warnings").GetRawText());

        JsonElement inline = message.GetProperty("Inline")[0];
        Assert.That(inline.GetProperty("ContentType").GetString(), Is.EqualTo("image/png"));
        Assert.That(inline.GetProperty("ContentID").GetString(), Is.EqualTo("logo"));
        Assert.That(inline.GetProperty("Checksums").GetProperty("SHA256").GetString(), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(picture))));
        JsonElement attached = message.GetProperty("Attachments")[0];
        Assert.That(attached.GetProperty("FileName").GetString(), Is.EqualTo(new string('ü', 60) + " \"x\".txt"));
        Assert.That(attached.GetProperty("ContentType").GetString(), Is.EqualTo("text/plain"));
        Assert.That((await _api.SendAsync("GET", $"/api/v1/message/latest/part/{attached.GetProperty("PartID").GetString()}")).Text, Is.EqualTo("hello"));
        Assert.That(message.GetProperty("Attachments")[1].GetProperty("Size").GetInt64(), Is.Zero);

        JsonElement headers = await _api.GetAsync("/api/v1/message/latest/headers");
        Assert.That(headers.GetProperty("X-Ip")[0].GetString(), Is.EqualTo("1.2.3.4"));
        Assert.That(headers.GetProperty("X-Long")[0].GetString(), Is.EqualTo(new string('x', 2000)));
        Assert.That(headers.GetProperty("Message-Id")[0].GetString(), Does.Match("^<[0-9a-f]{32}@mx.local.test>$"));
        Assert.That(headers.TryGetProperty("Bcc", out _), Is.False);
    }

    [Test]
    public async Task What_is_stored_is_a_message_by_the_book()
    {
        await SendAsync("""
            {"From":{"Email":"ann@example.org","Name":"Ann"},"To":[{"Email":"bob@example.com"}],"Subject":"A subject that is long enough to be folded somewhere, for it has a great many words in it","Text":"plain\ntext","HTML":"<b>ü</b>",
             "Attachments":[{"Content":"AAAA","Filename":"a.bin"}]}
            """);
        string source = (await _api.SendAsync("GET", "/api/v1/message/latest/raw")).Text;
        Assert.That(source, Does.StartWith("Return-Path: <ann@example.org>\r\nReceived: from [127.0.0.1] ([127.0.0.1])\r\n\tby mx.local.test (Smtpd) with HTTP id "));
        Assert.That(Regex.IsMatch(source, @"(?<!\r)\n|\r(?!\n)"), Is.False, "every line ends in CRLF (RFC 5322 §2.3)");
        Assert.That(source.Split("\r\n").Max(line => line.Length), Is.LessThanOrEqualTo(78), source);
        Assert.That(source, Does.Contain("\r\nMIME-Version: 1.0\r\n").And.Contain("\r\nDate: ").And.Contain("\r\nSubject: A subject"));
        Assert.That(source, Does.Contain("Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\nplain\r\ntext"));
    }

    [Test]
    public async Task A_client_may_give_its_own_date_and_id()
    {
        JsonElement message = await SendAsync("""{"From":{"Email":"a@b.c"},"To":[{"Email":"d@e.f"}],"Headers":{"Date":"Sat, 21 Nov 2026 12:00:00 +0100","message-id":"<mine@b.c>"}}""");
        Assert.That(message.GetProperty("Date").GetString(), Is.EqualTo("2026-11-21T12:00:00+01:00"));
        Assert.That(message.GetProperty("MessageID").GetString(), Is.EqualTo("mine@b.c"));
        Assert.That((await _api.GetAsync("/api/v1/message/latest/headers")).GetProperty("Message-Id").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Addresses_beyond_ascii_stand_in_utf8()
    {
        JsonElement message = await SendAsync("""{"From":{"Email":"grüße@bücher.example"},"To":[{"Email":"用户@例え.jp","Name":"用户"}]}""");
        Assert.That(message.GetProperty("To")[0].GetProperty("Address").GetString(), Is.EqualTo("用户@例え.jp"));
        Assert.That(message.GetProperty("Envelope").GetProperty("To")[0].GetString(), Is.EqualTo("用户@例え.jp"));
        Assert.That(await _api.SubjectsAsync($"/api/v1/mailbox/{Uri.EscapeDataString("用户@xn--r8jz45g.jp")}"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Who_asks_only_for_the_least_gets_it()
    {
        JsonElement message = await SendAsync(Least);
        Assert.That(message.GetProperty("Text").GetString(), Is.Empty);
        Assert.That(message.GetProperty("Subject").GetString(), Is.Empty);
        Assert.That(message.GetProperty("Username").GetString(), Is.Empty);
    }

    [Test]
    public async Task Long_texts_and_files_come_through_whole()
    {
        byte[] file = new byte[5_000_000];
        new Random(5).NextBytes(file);
        var text = new StringBuilder();
        for (int i = 0; i < 40_000; i++) text.Append("line \"").Append(i).Append("\" ü\t🐘 \\ end \r\n");
        string body = $$"""{"Attachments":[{"Filename":"big.bin","Content":"{{Convert.ToBase64String(file).Replace("/", "\\/", StringComparison.Ordinal)}}"}],"HTML":{{JsonSerializer.Serialize(text.ToString())}},"Text":{{JsonSerializer.Serialize(text.ToString(), s_raw)}},"From":{"Email":"a@b.c"},"To":[{"Email":"d@e.f"}]}""";
        JsonElement message = await SendAsync(body);
        Assert.That(message.GetProperty("Text").GetString(), Is.EqualTo(text.ToString()));
        Assert.That(message.GetProperty("HTML").GetString(), Is.EqualTo(text.ToString()));
        RawAnswer part = await _api.SendAsync("GET", $"/api/v1/message/latest/part/{message.GetProperty("Attachments")[0].GetProperty("PartID").GetString()}");
        Assert.That(part.Body.AsSpan().SequenceEqual(file), Is.True);
    }

    [Test]
    public async Task Recipients_are_those_that_smtp_would_take()
    {
        await using var api = new ApiServer(store, change: smtp => smtp with { AllowedHosts = ["local.test"], TrustedHosts = [] });
        RawAnswer refused = await api.SendAsync("POST", "/api/v1/send", """{"From":{"Email":"a@b.c"},"To":[{"Email":"x@local.test"}],"Bcc":["y@elsewhere.test"]}""");
        Assert.That((refused.Status, refused.Error()), Is.EqualTo((403, "No mail is taken for y@elsewhere.test: its domain is not served here (smtp.allowed.hosts).")));
        Assert.That((await api.SendAsync("POST", "/api/v1/send", """{"From":{"Email":"a@b.c"},"To":[{"Email":"x@LOCAL.test"}]}""")).Status, Is.EqualTo(200));
        await using var trusting = new ApiServer(store, change: smtp => smtp with { AllowedHosts = [], TrustedHosts = [System.Net.IPNetwork.Parse("127.0.0.0/8")] });
        Assert.That((await trusting.SendAsync("POST", "/api/v1/send", Least)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Who_is_blocked_over_smtp_is_blocked_here()
    {
        await _api.Blocks.AddAsync(BlockKind.Sender, "mallory.example", "", default);
        await _api.Blocks.AddAsync(BlockKind.Recipient, "root@example.com", "", default);
        Assert.That((await _api.SendAsync("POST", "/api/v1/send", Least.Replace("ann@example.org", "x@mallory.example", StringComparison.Ordinal))).Status, Is.EqualTo(403));
        Assert.That((await _api.SendAsync("POST", "/api/v1/send", Least.Replace("bob@", "root@", StringComparison.Ordinal))).Status, Is.EqualTo(403));
        Assert.That((await _api.SendAsync("POST", "/api/v1/send", Least)).Status, Is.EqualTo(200));
        await _api.Blocks.AddAsync(BlockKind.Host, "127.0.0.0/8", "", default);
        Assert.That((await _api.SendAsync("POST", "/api/v1/send", Least)).Status, Is.EqualTo(403));
    }

    [Test]
    public async Task Limits_of_an_address_hold_here_too()
    {
        await using var api = new ApiServer(store, limits: new LimitSettings(MessagesPerMinute: 2, RecipientsPerMinute: 3), configure: web => web with { TrustedProxies = [System.Net.IPNetwork.Parse("127.0.0.0/8")] });
        await api.SignInAsync("tester", true, [], []);
        Assert.That((await SendFromAsync("192.0.2.7", Least)).Status, Is.EqualTo(200));
        Assert.That((await SendFromAsync("192.0.2.7", Least)).Status, Is.EqualTo(200));
        RawAnswer refused = await SendFromAsync("192.0.2.7", Least);
        Assert.That((refused.Status, refused.Field("Retry-After"), refused.Error()), Is.EqualTo((429, "60", "Too much mail from your address within a minute. Try again later.")));
        Assert.That((await SendFromAsync("192.0.2.8", Least)).Status, Is.EqualTo(200), "another address");
        Assert.That((await SendFromAsync("192.0.2.9", """{"From":{"Email":"a@b.c"},"Bcc":["a@b.c","d@b.c","e@b.c","f@b.c"]}""")).Status, Is.EqualTo(429), "more recipients than it may name");
        for (int i = 0; i < 5; i++) Assert.That((await api.SendAsync("POST", "/api/v1/send", Least)).Status, Is.EqualTo(200), "this computer is not counted");
        Assert.That((await api.GetAsync("/api/v1/messages")).GetProperty("total").GetInt64(), Is.EqualTo(8));
        Assert.That(api.Metrics.Rejections.Of(Smtpd.Operations.RejectionReason.Limited), Is.EqualTo(2));

        Task<RawAnswer> SendFromAsync(string address, string body) => api.SendAsync("POST", "/api/v1/send", body, $"X-Forwarded-For: {address}\r\nX-Forwarded-Proto: https\r\n");
    }

    [Test]
    public async Task Where_senders_must_sign_in_over_smtp_they_must_here()
    {
        await using var api = new ApiServer(store, change: smtp => smtp with { SignIn = new SignInSettings(SignInMode.Required) });
        RawAnswer refused = await api.SendAsync("POST", "/api/v1/send", Least);
        Assert.That((refused.Status, refused.Error()), Is.EqualTo((403, "Who sends mail here must sign in (smtp.auth is required).")));
        Assert.That(api.Metrics.Rejections.Last(1).Single().Reason, Is.EqualTo(Smtpd.Operations.RejectionReason.SignIn));
        await api.SignInAsync("tester", false, ["bob@example.com"], []);
        Assert.That((await api.SendAsync("POST", "/api/v1/send", Least)).Status, Is.EqualTo(200));
        Assert.That((await api.GetAsync("/api/v1/messages")).GetProperty("messages")[0].GetProperty("Username").GetString(), Is.EqualTo("tester"));
    }

    [Test]
    public async Task Who_waits_to_be_told_to_send_is_not_told_before_he_may()
    {
        await using var api = new ApiServer(store, change: smtp => smtp with { MaxMessageBytes = 10_000, SignIn = new SignInSettings(SignInMode.Required) });
        Assert.That((await (await AskAsync("Content-Length: 10\r\n")).ReadAnswerAsync()).Status, Is.EqualTo(403));
        await api.SignInAsync("tester", true, [], []);
        Assert.That((await (await AskAsync("Content-Length: 10\r\n")).ReadAnswerAsync()).Status, Is.EqualTo(401));
        string token = (await api.Tickets.MakeTokenAsync("tester", "", default))!;
        Assert.That((await (await AskAsync($"Content-Length: 100000000\r\nAuthorization: Bearer {token}\r\n")).ReadAnswerAsync()).Status, Is.EqualTo(413));
        using Socket welcome = await AskAsync($"Content-Length: {Least.Length}\r\nAuthorization: Bearer {token}\r\n");
        Assert.That(await welcome.ReadUntilAsync("\r\n\r\n"), Is.EqualTo("HTTP/1.1 100 Continue\r\n\r\n"));
        await welcome.SendAsync(Least);
        Assert.That((await welcome.ReadAnswerAsync()).Status, Is.EqualTo(200));

        async Task<Socket> AskAsync(string fields)
        {
            Socket client = await RawHttp.ConnectAsync(api.EndPoint);
            await client.SendAsync($"POST /api/v1/send HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n{fields}\r\n");
            return client;
        }
    }

    [TestCase(nameof(SpamAction.Reject), 422, 0)]
    [TestCase(nameof(SpamAction.Discard), 200, 0)]
    [TestCase(nameof(SpamAction.Tag), 200, 1)]
    public async Task Spam_is_treated_as_over_smtp(string action, int status, int kept)
    {
        await using var api = new ApiServer(store, change: smtp => smtp with { SpamPattern = new Regex("casino"), SpamAction = Enum.Parse<SpamAction>(action) });
        RawAnswer answer = await api.SendAsync("POST", "/api/v1/send", """{"From":{"Email":"a@b.c"},"To":[{"Email":"d@e.f"}],"Subject":"casino"}""");
        Assert.That(answer.Status, Is.EqualTo(status));
        JsonElement list = await api.GetAsync("/api/v1/messages");
        Assert.That(list.GetProperty("total").GetInt64(), Is.EqualTo(kept));
        if (kept > 0) Assert.That((await api.GetAsync("/api/v1/message/latest/headers")).GetProperty("X-Spam-Flag")[0].GetString(), Is.EqualTo("YES"));
        else if (status == 200) Assert.That(answer.Text, Is.EqualTo("""{"ID":""}"""));
    }

    [Test]
    public async Task A_message_over_the_limit_is_refused()
    {
        await using var api = new ApiServer(store, change: smtp => smtp with { MaxMessageBytes = 10_000 });
        RawAnswer tooBig = await api.SendAsync("POST", "/api/v1/send", Least[..^1] + ",\"Text\":\"" + new string('x', 20_000) + "\"}");
        Assert.That((tooBig.Status, tooBig.Error()), Is.EqualTo((413, "The message must not be longer than 10000 octets (smtp.max.message.bytes).")));
        RawAnswer tooLong = await api.SendAsync("POST", "/api/v1/send", Least[..^1] + ",\"Text\":\"" + new string('x', 3_000_000) + "\"}");
        Assert.That(tooLong.Status, Is.EqualTo(413));
        RawAnswer tooRich = await _api.SendAsync("POST", "/api/v1/send", Least[..^1] + ",\"Tags\":[" + string.Concat(Enumerable.Repeat("\"x\",", 400_000)) + "\"x\"]}");
        Assert.That(tooRich.Status, Is.EqualTo(413));
        Assert.That((await api.GetAsync("/api/v1/messages")).GetProperty("total").GetInt64(), Is.Zero);
    }

    [Test]
    public async Task A_full_store_says_so()
    {
        await using var api = new ApiServer("memory", room: 20_000);
        RawAnswer answer = await api.SendAsync("POST", "/api/v1/send", Least[..^1] + ",\"Text\":\"" + new string('x', 30_000) + "\"}");
        Assert.That((answer.Status, answer.Error()), Is.EqualTo((503, "There is no room for the message. Try again later.")));
    }

    [Test]
    public async Task What_is_sent_is_counted_as_over_smtp()
    {
        await SendAsync(Least);
        Assert.That((_api.Metrics.Accepted.Value, _api.Metrics.Rejected.Value), Is.EqualTo((1, 0)));
        Assert.That(_api.Metrics.AcceptedOctets.Value, Is.GreaterThan(300));
    }

    [TestCase("""{"To":[{"Email":"b@c.d"}]}""", 422, "From:")]
    [TestCase("""{"From":null,"To":[{"Email":"b@c.d"}]}""", 422, "From:")]
    [TestCase("""{"From":{"Email":"a@b.c"}}""", 422, "To:")]
    [TestCase("""{"From":{"Email":"nobody"},"To":[{"Email":"b@c.d"}]}""", 422, "From.Email:")]
    [TestCase("""{"From":{"Email":"a@b.c\r\nRCPT TO:<x@y.z>"},"To":[{"Email":"b@c.d"}]}""", 422, "From.Email:")]
    [TestCase("""{"From":{"Email":"a@b.c","Name":"x\r\nBcc: all@c.d"},"To":[{"Email":"b@c.d"}]}""", 422, "From.Name:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"To":[{"Email":"b@c.d","Name":"x\ny"}]}""", 422, "To[0].Name:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"To":[{"Email":"b@c.d"},null]}""", 422, "To[1]:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"To":[{"Email":"b@c.d>"}]}""", 422, "To[0].Email:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d","\u0000@c.d"]}""", 422, "Bcc[1]:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":[null]}""", 422, "Bcc[0]:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Subject":"x\r\nX-Evil: 1"}""", 422, "Subject:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Subject":"x\u2028y"}""", 422, "Subject:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Headers":{"X-A":"x\nX-Evil: 1"}}""", 422, "Headers.X-A:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Headers":{"X-A: x\r\nX-Evil":"1"}}""", 422, "Headers:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Headers":{"":"1"}}""", 422, "Headers:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Headers":{"bcc":"1"}}""", 422, "Headers: bcc")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Headers":{"Content-Type":"text/html"}}""", 422, "Headers: Content-Type")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Content":"A","Filename":"x"}]}""", 422, "Attachments[0].Content:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Content":"AA=A","Filename":"x"}]}""", 422, "Attachments[0].Content:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Content":"AA==AAAA","Filename":"x"}]}""", 422, "Attachments[0].Content:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Content":"é","Filename":"x"}]}""", 422, "Attachments[0].Content:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Filename":"x"}]}""", 422, "Attachments[0].Content:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[null]}""", 422, "Attachments[0].Content:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Content":"","Filename":"x\r\ny"}]}""", 422, "Attachments[0].Filename:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Content":"","ContentType":"text/html\r\nX: y"}]}""", 422, "Attachments[0].ContentType:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Content":"","ContentType":"multipart/mixed"}]}""", 422, "Attachments[0].ContentType:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Content":"","ContentType":"nonsense"}]}""", 422, "Attachments[0].ContentType:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Attachments":[{"Content":"","ContentID":"a> <b"}]}""", 422, "Attachments[0].ContentID:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Tags":["a\u0007b"]}""", 422, "Tags:")]
    [TestCase("""{"From":{"Email":"a@b.c"},"Bcc":["b@c.d"],"Tags":[null]}""", 422, "Tags:")]
    [TestCase("""{"From":"a@b.c"}""", 400, "The body must be a JSON object")]
    [TestCase("""{"From":{"Email":1}}""", 400, "The body must be a JSON object")]
    [TestCase("""[]""", 400, "The body must be a JSON object")]
    [TestCase("""null""", 400, "The body must be a JSON object")]
    [TestCase("", 400, "The body must be a JSON object")]
    [TestCase("\"", 400, "The body must be a JSON object")]
    [TestCase("""{"Subject":"\ud800"}""", 400, "The body must be a JSON object")]
    public async Task What_is_not_as_it_must_be_is_named_and_nothing_is_stored(string body, int status, string error)
    {
        RawAnswer answer = await _api.SendAsync("POST", "/api/v1/send", body);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(answer.Error(), Does.StartWith(error));
        Assert.That((await _api.GetAsync("/api/v1/messages")).GetProperty("total").GetInt64(), Is.Zero);
    }

    [TestCase("Text", "\\ud800", 400)]
    [TestCase("Text", "\\ud800\\ud800", 400)]
    [TestCase("Text", "\\x", 400)]
    [TestCase("Text", "\\u12 4", 400)]
    [TestCase("HTML", "\u0001", 400)]
    [TestCase("Subject", "x", 422)]
    public async Task A_long_text_is_judged_like_a_short_one(string member, string text, int status)
    {
        string body = $$"""{"From":{"Email":"a@b.c"},"To":[{"Email":"d@e.f"}],"{{member}}":"{{new string('x', 70_000)}}{{text}}"}""";
        Assert.That((await _api.SendAsync("POST", "/api/v1/send", body)).Status, Is.EqualTo(status));
        byte[] octets = Encoding.UTF8.GetBytes(body.Replace(text, "zz", StringComparison.Ordinal));
        if (status != 400) return;
        octets[^3] = 0xFF;
        Assert.That((await _api.SendAsync("POST", "/api/v1/send", octets)).Status, Is.EqualTo(400), "no UTF-8");
    }

    private async Task<JsonElement> SendAsync(string body)
    {
        JsonElement answer = await _api.JsonAsync("POST", "/api/v1/send", body);
        string id = answer.GetProperty("ID").GetString()!;
        Assert.That(id, Has.Length.EqualTo(24));
        return await _api.GetAsync($"/api/v1/message/{id}");
    }
}
