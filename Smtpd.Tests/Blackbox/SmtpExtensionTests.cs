using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>SMTPUTF8 (RFC 6531), DSN (RFC 3461), LIMITS (RFC 9422), HELP, and what the log says of each transaction.</summary>
public sealed class SmtpExtensionTests : ServerFixture
{
    internal override void Configure(SmtpdConfiguration configuration)
    {
        configuration.Smtp["allowed.hosts"] = "local.test, bücher.example, *.xn--bcher-kva.test";
        configuration.Smtp["max.recipients"] = 7;
        configuration.Logging["level"] = "TRACE";
    }

    [Test]
    public async Task What_holds_is_offered()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        SmtpReply reply = await dialogue.ExpectAsync("EHLO client.test", 250);
        foreach (string word in (string[])["SMTPUTF8", "CHUNKING", "BINARYMIME", "DSN", "8BITMIME", "LIMITS RCPTMAX=7", "HELP"])
            Assert.That(reply.Lines.Select(line => line[4..]), Does.Contain(word));
        Assert.That(reply.Lines[^1], Does.StartWith("250 SIZE "));
    }

    [TestCase("jürgen@remote.test", "用户@local.test")]
    [TestCase("a@remote.test", "a@bücher.example")]
    [TestCase("a@remote.test", "a@XN--BCHER-KVA.Example")]
    [TestCase("a@remote.test", "ü@post.Bücher.test")]
    [TestCase("", "\"j ü\"@local.test")]
    public async Task Addresses_beyond_ASCII_are_taken_with_the_parameter(string from, string to)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.ExpectAsync(Octets($"MAIL FROM:<{from}> SMTPUTF8"), 250)).ToString(), Does.Contain(Octets($"<{from}>")));
        await dialogue.ExpectAsync(Octets($"RCPT TO:<{to}> ORCPT=utf-8;{to.Replace("\"j ü\"", "x", StringComparison.Ordinal)}"), 250);
        await dialogue.ExpectAsync("DATA", 354);
        await dialogue.SendAsync(Octets("Subject: grüß\r\nTo: ü@local.test\r\n\r\nx\r\n.\r\n"));
        string id = (await dialogue.ReadAsync()).QueuedAs!;
        string source = Encoding.UTF8.GetString(await Server.Api.RawAsync(id));
        Assert.That(source, Does.StartWith($"Return-Path: <{from}>\r\n").And.Contain(" with UTF8SMTP id ").And.Contain($"\tfor <{to}>;\r\n"));
        JsonElement envelope = (await Server.Api.JsonAsync($"api/v1/message/{id}")).GetProperty("Envelope");
        Assert.That((envelope.GetProperty("From").GetString(), envelope.GetProperty("To")[0].GetString()), Is.EqualTo((from, to)));
        await LoggedAsync($"Stored id={id} from=<{from}> to=<{to}> size={Encoding.UTF8.GetByteCount(source)} time=");
    }

    [Test]
    public async Task Addresses_beyond_ASCII_are_refused_without_the_parameter()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        SmtpReply reply = await dialogue.SayAsync(Octets("MAIL FROM:<jürgen@remote.test>"));
        Assert.That((reply.Code, reply.Enhanced), Is.EqualTo((553, "5.6.7")));
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
        foreach (string to in (string[])["ü@local.test", "a@bücher.example"])
        {
            reply = await dialogue.SayAsync(Octets($"RCPT TO:<{to}>"));
            Assert.That((reply.Code, reply.Enhanced, reply.ToString().All(char.IsAscii)), Is.EqualTo((553, "5.6.7", true)));
        }
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test> ORCPT=utf-8;\u00c3\u00bc@x", 501);
        await dialogue.ExpectAsync("RCPT TO:<alice@xn--bcher-kva.example>", 250);
    }

    [TestCase("\u00c3")]
    [TestCase("\u00c0\u00af")]
    [TestCase("\u00ed\u00a0\u0080")]
    [TestCase("\u00f4\u0090\u0080\u0080")]
    [TestCase("\u00c2\u0085")]
    [TestCase("\u00e2\u0080\u00a8")]
    public async Task Octets_that_are_no_letters_are_refused(string octets)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.ExpectAsync($"MAIL FROM:<a{octets}b@remote.test> SMTPUTF8", 501)).Enhanced, Is.EqualTo("5.1.7"));
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test> SMTPUTF8", 250);
        Assert.That((await dialogue.ExpectAsync($"RCPT TO:<a{octets}b@local.test>", 501)).Enhanced, Is.EqualTo("5.1.3"));
        Assert.That((await dialogue.ExpectAsync($"RCPT TO:<a@b{octets}cher.example>", 501)).Enhanced, Is.EqualTo("5.1.3"));
    }

    [Test]
    public async Task Names_are_verified_with_the_parameter()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync(Octets("VRFY jürgen SMTPUTF8"), 252);
        await dialogue.ExpectAsync("VRFY alice SMTPUTF8", 252);
        await dialogue.ExpectAsync(Octets("VRFY jürgen"), 553);
        await dialogue.ExpectAsync("VRFY j\u00c3 SMTPUTF8", 501);
        await dialogue.ExpectAsync("EXPN staff SMTPUTF8", 502);
    }

    [Test]
    public async Task What_a_sender_asks_about_notifications_is_kept_and_shown()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test> RET=HDRS ENVID=QQ+2B314", 250);
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test> NOTIFY=FAILURE,SUCCESS ORCPT=rfc822;Alice+2Bx@local.test", 250);
        await dialogue.ExpectAsync("RCPT TO:<bob@local.test>", 250);
        await dialogue.ExpectAsync("RCPT TO:<carol@local.test> NOTIFY=NEVER", 250);
        await dialogue.SendAsync("BDAT 0 LAST\r\n");
        string id = (await dialogue.ReadAsync()).QueuedAs!;
        JsonElement asked = (await Server.Api.JsonAsync($"api/v1/message/{id}")).GetProperty("Envelope").GetProperty("DSN");
        Assert.That(asked.GetRawText(), Is.EqualTo("""
            {"Ret":"HDRS","EnvID":"QQ\u002B314","Recipients":[{"Address":"alice@local.test","Notify":"SUCCESS,FAILURE","ORcpt":"rfc822;Alice\u002Bx@local.test"},{"Address":"carol@local.test","Notify":"NEVER","ORcpt":""}]}
            """));

        string plain = (await dialogue.DeliverAsync("Subject: plain\r\n\r\nx\r\n")).QueuedAs!;
        Assert.That((await Server.Api.JsonAsync($"api/v1/message/{plain}")).GetProperty("Envelope").TryGetProperty("DSN", out _), Is.False);
    }

    [Test]
    public async Task Help_knows_every_command()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.ExpectAsync("HELP", 214)).IsEnhanced);
        foreach (string topic in (string[])["EHLO", "helo", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "VRFY", "HELP", "QUIT"])
            Assert.That((await dialogue.ExpectAsync($"HELP {topic}", 214)).IsEnhanced, topic);
        Assert.That((await dialogue.ExpectAsync("HELP nonsense", 504)).Enhanced, Is.EqualTo("5.5.4"));
    }

    [Test]
    public async Task Every_transaction_has_a_line_in_the_log_however_it_ends()
    {
        await using (SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(Server.Configuration.SmtpPort))
        {
            await dialogue.ExpectAsync("EHLO log.test", 250);
            await dialogue.ExpectAsync("MAIL FROM:<big@remote.test> SIZE=99999999", 552);
            await dialogue.ExpectAsync("MAIL FROM:<refused@remote.test>", 250);
            await dialogue.ExpectAsync("RCPT TO:<x@elsewhere.test>", 550);
            await dialogue.ExpectAsync("RSET", 250);
            await dialogue.BeginDataAsync("bare@remote.test", "alice@local.test", "bob@local.test");
            await dialogue.SendAsync("x\ny\r\n.\r\n");
            await dialogue.ReadAsync();
            await dialogue.ExpectAsync("MAIL FROM:<quit@remote.test>", 250);
            await dialogue.ExpectAsync("QUIT", 221);
        }
        await using (SmtpDialogue broken = await IntroducedAsync())
        {
            await broken.BeginDataAsync("broken@remote.test");
            await broken.SendAsync("AUTH is not a command here: secret body\r\n");
        }
        foreach (string line in (string[])
        [
            @"Refused from=<big@remote\.test> helo=log\.test reply=552 5\.3\.4",
            @"Reset from=<refused@remote\.test> to=<> size=0 time=\d+\.\d{3} helo=log\.test refused=1 reply=550 5\.1\.2",
            @"Refused from=<bare@remote\.test> to=<alice@local\.test> and 1 more size=5 time=\d+\.\d{3} helo=log\.test reply=550 5\.6\.0",
            @"Quit from=<quit@remote\.test> to=<> size=0 time=\d+\.\d{3} helo=log\.test",
            @"BrokenOff from=<broken@remote\.test> to=<alice@local\.test> size=41 time=\d+\.\d{3} helo=client\.test",
        ])
            await Eventually.HoldsAsync(() => Task.FromResult(System.Text.RegularExpressions.Regex.IsMatch(Server.Log, line)), line);
    }

    [Test]
    public async Task Trace_shows_the_dialogue_without_messages_and_secrets_and_escapes_control_characters()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.SayAsync("AUTH PLAIN dGVzdGVyAHRlc3RlcgBzZWNyZXQ=");
        await dialogue.SayAsync("NOOP \u001b[31m\u0007\u00c2\u0085end");
        SmtpReply reply = await dialogue.DeliverAsync("Subject: not in the log\r\n\r\nnor is this\r\n");
        await LoggedAsync($"Stored id={reply.QueuedAs}");
        Assert.That(Server.Log, Does.Contain("C: AUTH PLAIN\n").And.Contain(@"C: NOOP \x1B[31m\x07\xC2\x85end").And.Contain("octets of message"));
        Assert.That(Server.Log, Does.Not.Contain("dGVzdGVy").And.Not.Contain("not in the log").And.Not.Contain("nor is this").And.Not.Contain("\u001b"));
    }

    /// <summary>Waits for the text: the log is written behind the session.</summary>
    private Task LoggedAsync(string text) => Eventually.HoldsAsync(() => Task.FromResult(Server.Log.Contains(text, StringComparison.Ordinal)), text);

    /// <summary>The octets of UTF-8 as the dialogue writes octets.</summary>
    private static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
