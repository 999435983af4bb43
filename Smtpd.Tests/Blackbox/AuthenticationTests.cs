using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>AUTH (RFC 4954) with other people's clients, and what it changes.</summary>
public sealed class AuthenticationTests : FreshFixture
{
    /// <summary>What is read by the API here is about mail; who may read it is another matter.</summary>
    public AuthenticationTests() => Configuration.Web["auth"] = "off";

    private const string Right = "AHRlc3RlcgBzZWNyZXQ=";
    private const string Wrong = "AHRlc3RlcgB3cm9uZw==";

    private async Task<SmtpdProcess> StartWithTesterAsync(string? mode = null, bool insecure = false, params string[] more)
    {
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        if (mode is not null) Configuration.Smtp["auth"] = mode;
        Configuration.Smtp["auth.insecure"] = insecure;
        await Users.AddAsync(Configuration, "tester", "secret", more);
        return await StartAsync();
    }

    [Test]
    public async Task Swaks_signs_in_by_every_mechanism_that_it_knows_and_may_send_anywhere()
    {
        await using SmtpdProcess server = await StartWithTesterAsync(null, false, "--cram");
        foreach (string mechanism in (string[])["PLAIN", "LOGIN", "CRAM-MD5"])
        {
            CommandRun run = await CommandRun.OfAsync("swaks", ["--server", "127.0.0.1", "--port", $"{Configuration.SmtpPort}", "--helo", "swaks.test", "--tls", "--auth", mechanism,
                "--auth-user", "tester", "--auth-password", "secret", "--from", "a@remote.test", "--to", "nobody@elsewhere.test"]);
            Assert.That(run.ExitCode, Is.Zero, run.Everything);
            Assert.That(run.Output, Does.Contain($"AUTH {mechanism}").And.Contain("235 2.7.0"));
            JsonElement message = await server.Api.JsonAsync("api/v1/message/latest");
            Assert.That(message.GetProperty("Username").GetString(), Is.EqualTo("tester"));
            Assert.That(Encoding.ASCII.GetString(await server.Api.RawAsync(message.GetProperty("ID").GetString()!)), Does.Contain(" with ESMTPSA id "));

            CommandRun wrong = await CommandRun.OfAsync("swaks", ["--server", "127.0.0.1", "--port", $"{Configuration.SmtpPort}", "--tls", "--auth", mechanism,
                "--auth-user", "tester", "--auth-password", "wrong", "--from", "a@remote.test", "--to", "nobody@elsewhere.test"]);
            Assert.That(wrong.Output, Does.Contain("535 5.7.8"), wrong.Everything);
        }
        Assert.That(await server.Api.TotalAsync(), Is.EqualTo(3));
        Assert.That((await server.Api.JsonAsync("api/v1/messages")).GetProperty("messages")[0].GetProperty("Username").GetString(), Is.EqualTo("tester"));
    }

    [Test]
    public async Task Python_signs_in_behind_starttls()
    {
        await using SmtpdProcess server = await StartWithTesterAsync();
        CommandRun run = await CommandRun.OfAsync("python3", ["-c", """
            import smtplib, ssl, sys
            smtp = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20)
            smtp.starttls(context=ssl.create_default_context(cafile=sys.argv[2]))
            try:
                smtp.login("tester", "wrong")
            except smtplib.SMTPAuthenticationError as refused:
                assert refused.smtp_code == 535, refused
            assert smtp.login("tester", "secret")[0] == 235
            assert smtp.sendmail("a@remote.test", ["x@elsewhere.test"], "Subject: x\r\n\r\nx") == {}
            """, $"{Configuration.SmtpPort}", Folder.File("server.pem")]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
    }

    [Test]
    public async Task Outside_tls_auth_is_neither_offered_nor_taken()
    {
        await using SmtpdProcess server = await StartWithTesterAsync();
        await using SmtpDialogue dialogue = await server.ConnectAsync();
        Assert.That((await dialogue.ExpectAsync("EHLO client.test", 250)).ToString(), Does.Not.Contain("AUTH").And.Contain("STARTTLS"));
        Assert.That((await dialogue.ExpectAsync($"AUTH PLAIN {Right}", 538)).Enhanced, Is.EqualTo("5.7.11"));
        await dialogue.StartTlsAsync();
        SmtpReply inside = await dialogue.ExpectAsync("EHLO client.test", 250);
        Assert.That(inside.Lines, Does.Contain("250-AUTH SCRAM-SHA-256 PLAIN LOGIN"));
        await dialogue.ExpectAsync($"AUTH PLAIN {Right}", 235);
        Assert.That((await dialogue.ExpectAsync("EHLO client.test", 250)).ToString(), Does.Not.Contain("AUTH"), "once is enough");
    }

    [Test]
    public async Task Without_users_auth_is_not_offered_until_there_are_some()
    {
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.StartTlsAsync();
        Assert.That((await dialogue.ExpectAsync("EHLO client.test", 250)).ToString(), Does.Not.Contain("AUTH"));
        await Users.AddAsync(Configuration, "tester", "secret");
        Assert.That((await dialogue.ExpectAsync("EHLO client.test", 250)).ToString(), Does.Contain("AUTH"));
        await dialogue.ExpectAsync($"AUTH PLAIN {Right}", 235);
    }

    [Test]
    public async Task Each_mistake_has_its_reply()
    {
        await using SmtpdProcess server = await StartWithTesterAsync(insecure: true);
        foreach ((string command, string response, string reply) in ((string, string, string)[])
        [
            ("AUTH", "", "501 5.5.4"),
            ("AUTH PLAIN a b", "", "501 5.5.4"),
            ("AUTH PLAIN ====", "", "501 5.5.2"),
            ("AUTH PLAIN AHRlc3RlcgBzZWNyZXQ", "", "501 5.5.2"),
            ("AUTH PLAIN =", "", "501 5.5.2"),
            ("AUTH PLAIN", "AHRl c3Rl", "501 5.5.2"),
            ("AUTH PLAIN", "*", "501 5.7.0"),
            ("AUTH PLAIN", "", "501 5.5.2"),
            ("AUTH PLAIN b3RoZXIAdGVzdGVyAHNlY3JldA==", "", "535 5.7.8"),
            ("AUTH PLAIN dGVzdGVyAHRlc3RlcgBzZWNyZXQ=", "", "235 2.7.0"),
            ("auth plain " + Right, "", "235 2.7.0"),
            ("AUTH LOGIN dGVzdGVy", "c2VjcmV0", "235 2.7.0"),
            ("AUTH LOGIN", "/w==", "501 5.5.2"),
            ("AUTH DIGEST-MD5", "", "504 5.5.4"),
            ("AUTH EXTERNAL =", "", "504 5.5.4"),
            ("AUTH SCRAM-SHA-256-PLUS", "", "504 5.5.4"),
            ("AUTH CRAM-MD5", "", "534 5.7.9"),
            ("AUTH PLAIN " + new string('A', 12288), "", "500 5.5.6"),
            ("AUTH PLAIN", new string('A', 12288), "500 5.5.6"),
            // The longest line that is one: its octets are no name and password, but they are read.
            ("AUTH PLAIN " + new string('A', 12272), "", "501 5.5.2"),
        ])
        {
            await using SmtpDialogue dialogue = await IntroducedAsync();
            SmtpReply got = await dialogue.SayAsync(command);
            if (got.Code == 334) got = await dialogue.SayAsync(response);
            Assert.That(got.ToString(), Does.StartWith(reply), command[..Math.Min(60, command.Length)]);
            await dialogue.ExpectAsync("NOOP", 250);
        }
    }

    [Test]
    public async Task Cram_md5_takes_no_initial_response()
    {
        await using SmtpdProcess server = await StartWithTesterAsync(null, true, "--cram");
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.ExpectAsync($"AUTH CRAM-MD5 {Right}", 501)).Enhanced, Is.EqualTo("5.7.0"));
    }

    [Test]
    public async Task Auth_has_its_place()
    {
        await using SmtpdProcess server = await StartWithTesterAsync(insecure: true);
        await using SmtpDialogue dialogue = await server.ConnectAsync();
        await dialogue.ExpectAsync($"AUTH PLAIN {Right}", 503);
        await dialogue.ExpectAsync("HELO client.test", 250);
        await dialogue.ExpectAsync($"AUTH PLAIN {Right}", 503);
        await dialogue.ExpectAsync("EHLO client.test", 250);
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test>", 503);
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test> AUTH=a+3Db@remote.test", 250);
        await dialogue.ExpectAsync("RCPT TO:<a@elsewhere.test>", 550);
        await dialogue.ExpectAsync($"AUTH PLAIN {Right}", 503);
        await dialogue.ExpectAsync("RSET", 250);
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test> AUTH=<x>", 501);
        await dialogue.ExpectAsync($"AUTH PLAIN {Right}", 235);
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test> AUTH=<>", 250);
        await dialogue.ExpectAsync("RCPT TO:<a@elsewhere.test>", 250);
    }

    [Test]
    public async Task Where_sign_in_is_required_mail_waits_for_it()
    {
        await using SmtpdProcess server = await StartWithTesterAsync("required", insecure: true);
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 530)).Enhanced, Is.EqualTo("5.7.0"));
        await dialogue.ExpectAsync($"AUTH PLAIN {Right}", 235);
        string id = (await dialogue.DeliverAsync("Subject: x\r\n\r\nx\r\n")).QueuedAs!;
        Assert.That(Encoding.ASCII.GetString(await server.Api.RawAsync(id)), Does.Contain(" with ESMTPA id "));
    }

    [Test]
    public async Task Guessing_is_slow_and_ends_the_connection()
    {
        await using SmtpdProcess server = await StartWithTesterAsync(insecure: true);
        await using SmtpDialogue dialogue = await IntroducedAsync();
        var since = System.Diagnostics.Stopwatch.StartNew();
        for (int i = 0; i < 4; i++) await dialogue.ExpectAsync($"AUTH PLAIN {Wrong}", 535);
        Assert.That(since.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(7)));
        await dialogue.ExpectAsync($"AUTH PLAIN {Wrong}", 421);
        Assert.That(await dialogue.ReadOrEndAsync(), Is.Null);
    }

    [TestCase(false, 454)]
    [TestCase(true, 535)]
    public async Task An_address_that_has_failed_too_often_waits_and_a_trusted_one_does_not(bool isTrusted, int code)
    {
        IPAddress? own = NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address)
            .FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(one));
        if (own is null) Assert.Ignore("needs an address that is not loopback");
        Configuration.Smtp["listen"] = new JsonArray($"0.0.0.0:{Configuration.SmtpPort}");
        Configuration.Smtp["limit.failed.signins"] = 2;
        if (isTrusted) Configuration.Smtp["trusted.hosts"] = own.ToString();
        await using SmtpdProcess server = await StartWithTesterAsync(insecure: true);
        CommandRun run = await CommandRun.OfAsync("python3", ["-c", """
            import smtplib, sys
            for _ in range(3):
                smtp = smtplib.SMTP(sys.argv[1], int(sys.argv[2]), timeout=20)
                smtp.ehlo()
                print(smtp.docmd("AUTH", "PLAIN " + sys.argv[3])[0])
            """, own.ToString(), $"{Configuration.SmtpPort}", Wrong]);
        Assert.That(run.Output.Split(), Is.EqualTo(new[] { "535", "535", $"{code}", "" }), run.Everything);
        await using SmtpDialogue here = await IntroducedAsync();
        await here.ExpectAsync($"AUTH PLAIN {Right}", 235);
    }

    [Test]
    public async Task Credentials_never_reach_the_log()
    {
        Configuration.Logging["level"] = "TRACE";
        await using SmtpdProcess server = await StartWithTesterAsync();
        await using (SmtpDialogue clear = await IntroducedAsync())
        {
            await clear.ExpectAsync($"AUTH PLAIN {Right}", 538);
            // What a client that does not wait sends next.
            await clear.SendAsync("AUTH LOGIN\r\ndGVzdGVy\r\nc2VjcmV0\r\n");
            Assert.That((await clear.ReadAsync()).Code, Is.EqualTo(538));
            for (int i = 0; i < 2; i++) Assert.That((await clear.ReadAsync()).ToString(), Does.StartWith("500 ").And.Not.Contain("dGVzdGVy").And.Not.Contain("c2VjcmV0"));
            await clear.ExpectAsync($"AUTHPLAIN {Right}", 500);
            await clear.ExpectAsync($" AUTH\tPLAIN {Right}", 500);
            await clear.ExpectAsync($"AUTH=PLAIN {Right}\0", 500);
        }
        await using (SmtpDialogue inside = await IntroducedAsync())
        {
            await inside.StartTlsAsync();
            await inside.ExpectAsync($"AUTH NOSUCH {Right}", 504);
            await inside.ExpectAsync($"AUTH PLAIN {Right} {Right}", 501);
            await inside.ExpectAsync($"AUTH PLAIN {Wrong}", 535);
            await inside.ExpectAsync("AUTH LOGIN", 334);
            await inside.ExpectAsync("dGVzdGVy", 334);
            await inside.ExpectAsync("c2VjcmV0!", 501);
            await inside.ExpectAsync("c2VjcmV0", 500);
            await inside.ExpectAsync("AUTH LOGIN dGVzdGVy", 334);
            await inside.ExpectAsync("c2VjcmV0", 235);
        }
        await server.StopAsync();
        Assert.That(server.Log, Does.Contain("C: AUTH").And.Contain("signed in as tester by LOGIN").And.Contain("235 2.7.0"), "the dialogue is there");
        foreach (string secret in (string[])["secret", "wrong", Right, Wrong, "c2VjcmV0", "dGVzdGVy", Right[..8]]) Assert.That(server.Log, Does.Not.Contain(secret));
    }

    [Test]
    public async Task Any_takes_every_password_and_only_on_this_machine_unless_confirmed()
    {
        Configuration.Smtp["auth"] = "any";
        Configuration.Smtp["auth.insecure"] = true;
        await using (SmtpdProcess server = await StartAsync())
        {
            await using SmtpDialogue dialogue = await server.ConnectAsync();
            Assert.That((await dialogue.ExpectAsync("EHLO client.test", 250)).Lines, Does.Contain("250-AUTH PLAIN LOGIN"));
            await dialogue.ExpectAsync("AUTH PLAIN AGFueWJvZHkAd2hhdGV2ZXI=", 235);
            await server.StopAsync();
        }
        Configuration.Smtp["listen"] = new JsonArray($"0.0.0.0:{Configuration.SmtpPort}");
        CommandRun refused = await CommandRun.OfAsync(Places.Binary, [$"-config={Configuration.Write()}"]);
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("smtp.auth.any.public"));
        Configuration.Smtp["auth.any.public"] = true;
        await using SmtpdProcess open = await StartAsync();
        await open.StopAsync();
    }
}
