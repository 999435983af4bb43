using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>STARTTLS (RFC 3207), and the certificate.</summary>
public sealed class TlsTests : FreshFixture
{
    /// <summary>What is read by the API here is about mail; who may read it is another matter.</summary>
    public TlsTests() => Configuration.Web["auth"] = "off";

    private const string Deliver = """
        import smtplib, ssl, sys
        smtp = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20)
        smtp.ehlo()
        assert smtp.has_extn("starttls")
        assert smtp.starttls(context=ssl.create_default_context(cafile=sys.argv[2]))[0] == 220
        smtp.ehlo()
        assert not smtp.has_extn("starttls")
        assert smtp.docmd("STARTTLS")[0] == 503
        smtp.sendmail("a@remote.test", ["alice@local.test"], "Subject: inside\r\n\r\n" + "x" * 300000)
        smtp.quit()
        """;

    [Test]
    public async Task Mail_comes_in_behind_starttls_and_the_envelope_says_so()
    {
        (string certificate, _) = await TestCertificate.ConfigureAsync(Configuration, Folder);
        await using SmtpdProcess server = await StartAsync();
        CommandRun run = await CommandRun.OfAsync("python3", ["-c", Deliver, $"{Configuration.SmtpPort}", certificate]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        JsonElement message = await server.Api.JsonAsync("api/v1/message/latest");
        Assert.That(message.GetProperty("Envelope").GetProperty("TLS").GetString(), Does.Match("^TLSv1\\.[23] TLS_[A-Z0-9_]+$"));
        string source = Encoding.ASCII.GetString(await server.Api.RawAsync(message.GetProperty("ID").GetString()!));
        Assert.That(source, Does.Match("\\(using TLSv1\\.[23] with cipher TLS_[A-Z0-9_]+\\)\r\n\tby mx\\.local\\.test \\(Smtpd\\) with ESMTPS id "));
    }

    private const string ReadToTheEnd = """
        import socket, ssl, sys
        context = ssl.create_default_context(cafile=sys.argv[2])
        plain = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 60)
        plain.recv(4096)
        plain.sendall(b"EHLO client.test\r\n")
        while b"250 SIZE" not in plain.recv(4096): pass
        plain.sendall(b"STARTTLS\r\n")
        plain.recv(4096)
        # Raises an error where the connection ends and nobody has said that it would.
        inside = context.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False)
        inside.sendall(sys.argv[3].encode("ascii") + b"\r\n")
        said = b""
        while more := inside.recv(4096): said += more
        sys.stdout.write(said.decode("ascii"))
        """;

    [TestCase("QUIT", "221 ")]
    [TestCase("BDAT 9999999999999999999", "552 ")]
    public async Task Last_reply_inside_tls_is_said_to_be_the_last(string command, string last)
    {
        (string certificate, _) = await TestCertificate.ConfigureAsync(Configuration, Folder);
        await using SmtpdProcess server = await StartAsync();
        CommandRun run = await CommandRun.OfAsync("python3", ["-c", ReadToTheEnd, $"{Configuration.SmtpPort}", certificate, command]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(run.Output, Does.StartWith(last));
        await server.StopAsync();
    }

    [Test]
    public async Task Without_a_certificate_there_is_no_starttls()
    {
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await server.ConnectAsync();
        Assert.That((await dialogue.ExpectAsync("EHLO client.test", 250)).ToString(), Does.Not.Contain("STARTTLS"));
        await dialogue.ExpectAsync("STARTTLS", 502);
    }

    [Test]
    public async Task Nothing_that_was_said_in_clear_counts_inside()
    {
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        Configuration.Smtp["auth.insecure"] = true;
        await Users.AddAsync(Configuration, "tester", "secret");
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("STARTTLS now", 501);
        await dialogue.ExpectAsync("AUTH PLAIN AHRlc3RlcgBzZWNyZXQ=", 235);
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
        await dialogue.ExpectAsync("STARTTLS", 220);
        await dialogue.HandshakeAsync();
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test>", 503);
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 503);
        await dialogue.ExpectAsync("EHLO client.test", 250);
        await dialogue.ExpectAsync("AUTH PLAIN AHRlc3RlcgBzZWNyZXQ=", 235);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(20)]
    public async Task Plaintext_behind_starttls_is_dropped(int milliseconds)
    {
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await InjectAsync(milliseconds);
        SmtpReply reply = await dialogue.SayAsync("MAIL FROM:<a@remote.test>");
        Assert.That(reply.Code, Is.EqualTo(503), "the first reply inside is to the first command inside, and no EHLO came before it");
        await dialogue.ExpectAsync("EHLO client.test", 250);
        Assert.That(await server.Api.TotalAsync(), Is.Zero);
    }

    /// <summary>Sends commands behind STARTTLS, and has its handshake nevertheless. It must begin soon; where the machine stood still for too long, it is done again.</summary>
    private async Task<SmtpDialogue> InjectAsync(int milliseconds)
    {
        const string Injected = "EHLO evil.test\r\nMAIL FROM:<evil@remote.test>\r\nRCPT TO:<alice@local.test>\r\nDATA\r\nevil\r\n.\r\n";
        for (int attempt = 1; ; attempt++)
        {
            SmtpDialogue dialogue = await IntroducedAsync();
            if (milliseconds == 0) await dialogue.SendAsync("STARTTLS\r\n" + Injected);
            else
            {
                // On its way behind the command, in packets of its own.
                await dialogue.SendAsync("STARTTLS\r\n");
                foreach (string line in Injected.Split('\n'))
                {
                    await dialogue.SendAsync(line);
                    await Task.Delay(milliseconds);
                }
            }
            Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(220));
            try
            {
                await dialogue.HandshakeAsync();
                return dialogue;
            }
            catch (IOException) when (attempt < 5)
            {
                await dialogue.DisposeAsync();
            }
        }
    }

    [Test]
    public async Task Plaintext_instead_of_a_handshake_ends_the_connection()
    {
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("STARTTLS", 220);
        await dialogue.SendAsync("NOOP\r\n");
        Assert.That(await dialogue.ReadOrEndAsync(), Is.Null);
        Assert.That(server.IsRunning, Is.True);
    }

    [Test]
    public async Task Old_versions_of_tls_are_refused()
    {
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        await using SmtpdProcess server = await StartAsync();
        foreach ((string version, bool isTaken) in ((string, bool)[])[("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)])
        {
            CommandRun run = await CommandRun.OfAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{Configuration.SmtpPort}", "-starttls", "smtp", "-quiet", version, .. isTaken ? (string[])[] : ["-cipher", "DEFAULT@SECLEVEL=0"]], input: "QUIT\r\n");
            Assert.That(run.Output.Contains("221 ", StringComparison.Ordinal), Is.EqualTo(isTaken), $"{version}: {run.Everything}");
        }
    }

    [Test]
    public async Task Where_tls_is_required_mail_waits_for_it()
    {
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        Configuration.Smtp["tls.required"] = true;
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 530)).Enhanced, Is.EqualTo("5.7.0"));
        await dialogue.StartTlsAsync();
        Assert.That((await dialogue.DeliverAsync("Subject: x\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_new_certificate_is_taken_and_a_bad_one_is_not(bool byHangUp)
    {
        (string certificate, string key) = await TestCertificate.ConfigureAsync(Configuration, Folder);
        await using SmtpdProcess server = await StartAsync();
        Assert.That(await SubjectAsync(), Does.Contain("mx.local.test"));

        (string newCertificate, string newKey) = await TestCertificate.MakeAsync(Folder, "new", "new.local.test");
        File.Move(newCertificate, certificate, overwrite: true);
        if (byHangUp) server.Send(Signal.Hangup);
        await Eventually.HoldsAsync(() => server.Log.Contains("the one before stays in force", StringComparison.Ordinal), "the new certificate does not go with the old key");
        Assert.That(await SubjectAsync(), Does.Contain("mx.local.test"));

        File.Move(newKey, key, overwrite: true);
        if (byHangUp) server.Send(Signal.Hangup);
        await Eventually.HoldsAsync(() => server.Log.Contains("was loaded", StringComparison.Ordinal), "the new certificate goes with the new key");
        Assert.That(await SubjectAsync(), Does.Contain("new.local.test"));

        File.Delete(certificate);
        if (byHangUp) server.Send(Signal.Hangup);
        await Eventually.HoldsAsync(() => server.Log.Split("the one before stays in force").Length == 3, "no certificate at all");
        Assert.That(await SubjectAsync(), Does.Contain("new.local.test"));
        await server.StopAsync();

        async Task<string> SubjectAsync() =>
            (await CommandRun.OfAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{Configuration.SmtpPort}", "-starttls", "smtp"], input: "QUIT\r\n")).Output;
    }

    [Test]
    public async Task A_file_of_the_originals_with_a_bad_certificate_starts_without_tls()
    {
        string file = Folder.File("original.conf");
        Configuration.Write();
        await File.WriteAllTextAsync(file, $"[smtp]\nip4.address=127.0.0.1\nip4.port={Configuration.SmtpPort}\npublic.key=/nowhere/cert.pem\nprivate.key=/nowhere/key.pem\n"
            + $"[web]\nip4.port={Configuration.WebPort}\n[datastore]\npath={Configuration.StorePath}\n");
        await using SmtpdProcess server = await StartAsync($"-config={file}");
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.ExpectAsync("EHLO client.test", 250)).ToString(), Does.Not.Contain("STARTTLS"));
        Assert.That((await dialogue.ExpectAsync("STARTTLS", 454)).Enhanced, Is.EqualTo("4.7.0"));
        await server.StopAsync();
        Assert.That(server.Log, Does.Contain("[ERROR]").And.Contain("/nowhere/cert.pem"));
    }
}
