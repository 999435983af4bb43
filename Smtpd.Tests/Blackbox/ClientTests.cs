using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Programs that others wrote deliver their mail, and it can be read.</summary>
public sealed class ClientTests : ServerFixture
{
    private const string Python = """
        import smtplib, sys
        from email.message import EmailMessage
        message = EmailMessage()
        message["From"], message["To"], message["Cc"] = "Python <py@remote.test>", "Alice <alice@local.test>", "bob@local.test"
        message["Subject"] = "from smtplib, gr\u00fc\u00df dich"
        message.set_content("hello\n.a line that starts with a dot\n..and two\n")
        message.add_attachment(bytes(range(256)) * 100, maintype="application", subtype="octet-stream", filename="all.bin")
        with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20) as smtp:
            smtp.ehlo()
            assert smtp.has_extn("pipelining") and smtp.has_extn("8bitmime") and int(smtp.esmtp_features["size"]) == 20480000
            assert smtp.verify("alice")[0] == 252 and smtp.noop()[0] == 250
            refused = smtp.send_message(message, to_addrs=["alice@local.test", "bob@local.test", "nobody@elsewhere.test"])
            assert list(refused) == ["nobody@elsewhere.test"] and refused["nobody@elsewhere.test"][0] == 550, refused
            try:
                smtp.send_message(message, to_addrs=["nobody@elsewhere.test"])
            except smtplib.SMTPRecipientsRefused:
                pass
            else:
                raise AssertionError("taken for another host")
            smtp.send_message(message, to_addrs=["alice@local.test"])
        """;

    [Test]
    public async Task Python_delivers_several_messages_over_one_connection()
    {
        int before = await Server.Api.TotalAsync();
        CommandRun run = await CommandRun.OfAsync("python3", ["-c", Python, $"{Server.Configuration.SmtpPort}"]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + 2));

        JsonElement message = await Server.Api.JsonAsync("api/v1/message/latest");
        Assert.That(message.GetProperty("Subject").GetString(), Is.EqualTo("from smtplib, gr\u00fc\u00df dich"));
        Assert.That(message.GetProperty("From").GetProperty("Name").GetString(), Is.EqualTo("Python"));
        Assert.That(message.GetProperty("To")[0].GetProperty("Address").GetString(), Is.EqualTo("alice@local.test"));
    }

    [Test]
    public async Task Swaks_delivers_with_and_without_pipelining()
    {
        foreach (string[] option in (string[][])[[], ["--pipeline"]])
        {
            CommandRun run = await CommandRun.OfAsync("swaks", ["--server", "127.0.0.1", "--port", $"{Server.Configuration.SmtpPort}", "--helo", "swaks.test",
                "--from", "swaks@remote.test", "--to", "alice@local.test,bob@local.test", "--header", "Subject: from swaks", "--body", "hello from swaks", .. option]);
            Assert.That(run.ExitCode, Is.Zero, run.Everything);
            string id = QueuedId(run.Output);
            Assert.That((await Server.Api.SourceAsync(id)).OriginalText, Does.Contain("Subject: from swaks").And.Contain("hello from swaks"));
        }
    }

    [TestCase(1, 500, true)]
    [TestCase(20, 2000, true)]
    [TestCase(20, 500, false)]
    public async Task Smtp_source_delivers_every_message(int sessions, int messages, bool keepsConnections)
    {
        int before = await Server.Api.TotalAsync();
        CommandRun run = await CommandRun.OfAsync("smtp-source", ["-s", $"{sessions}", "-m", $"{messages}", "-l", "4096", .. keepsConnections ? (string[])["-d"] : [],
            "-f", "source@remote.test", "-t", "alice@local.test", $"127.0.0.1:{Server.Configuration.SmtpPort}"], TimeSpan.FromMinutes(2));
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + messages));
    }

    [Test]
    public async Task Curl_delivers_by_smtp_and_reads_by_http()
    {
        const string Mail = "From: curl <curl@remote.test>\r\nTo: alice@local.test\r\nSubject: from curl\r\n\r\nhello from curl\r\n.a dot\r\n";
        CommandRun send = await CommandRun.OfAsync("curl", ["-sS", "-v", $"smtp://127.0.0.1:{Server.Configuration.SmtpPort}/curl.test",
            "--mail-from", "curl@remote.test", "--mail-rcpt", "alice@local.test", "--upload-file", "-"], input: Mail);
        Assert.That(send.ExitCode, Is.Zero, send.Everything);
        string id = QueuedId(send.Error);

        string address = $"http://127.0.0.1:{Server.Configuration.WebPort}/api/v1";
        CommandRun raw = await CommandRun.OfAsync("curl", ["-sS", "--fail", $"{address}/message/{id}/raw"]);
        Assert.That(raw.ExitCode, Is.Zero, raw.Everything);
        Assert.That(StoredSource.Parse(Encoding.Latin1.GetBytes(raw.Output)).OriginalText, Is.EqualTo(Mail));
        CommandRun list = await CommandRun.OfAsync("curl", ["-sS", "--fail", $"{address}/messages?limit=1"]);
        Assert.That(JsonDocument.Parse(list.Output).RootElement.GetProperty("messages")[0].GetProperty("ID").GetString(), Is.EqualTo(id));
        CommandRun head = await CommandRun.OfAsync("curl", ["-sS", "--fail", "--head", $"{address}/messages"]);
        Assert.That(head.Output, Does.StartWith("HTTP/1.1 200").And.Contain("application/json"), head.Everything);
    }

    private static string QueuedId(string transcript) =>
        System.Text.RegularExpressions.Regex.Match(transcript, "queued as ([0-9a-f]{24})") is { Success: true } found
            ? found.Groups[1].Value
            : throw new AssertionException("no id in: " + transcript);
}
