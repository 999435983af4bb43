using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Several listeners at once: IPv4, IPv6, and TLS from the first octet.</summary>
public sealed class ListenerTests : FreshFixture
{
    private const string Deliver = """
        import smtplib, ssl, sys
        host, port, tls = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "tls"
        message = "Subject: by " + sys.argv[3] + "\r\n\r\nhello\r\n"
        if tls:
            context = ssl.create_default_context(cafile=sys.argv[4])
            context.check_hostname = False
            smtp = smtplib.SMTP_SSL(host, port, timeout=20, context=context)
            assert smtp.sock.version() in ("TLSv1.2", "TLSv1.3"), smtp.sock.version()
        else:
            smtp = smtplib.SMTP(host, port, timeout=20)
        for _ in range(3):
            smtp.sendmail("a@remote.test", ["alice@local.test"], message + "x" * 300000)
        smtp.quit()
        """;

    [Test]
    public async Task Mail_comes_in_over_IPv4_IPv6_and_implicit_TLS_at_once()
    {
        string certificate = Folder.File("cert.pem"), key = Folder.File("key.pem");
        CommandRun made = await CommandRun.OfAsync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=smtpd.test", "-days", "2",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]);
        Assert.That(made.ExitCode, Is.Zero, made.Everything);
        int six = Posix.FreePort(), tls = Posix.FreePort();
        Configuration.Smtp["listen"] = new JsonArray($"127.0.0.1:{Configuration.SmtpPort}", $"[::1]:{six}", new JsonObject { ["address"] = $"127.0.0.1:{tls}", ["tls"] = true });
        Configuration.Smtp["public.key"] = certificate;
        Configuration.Smtp["private.key"] = key;
        await using SmtpdProcess server = await StartAsync();

        foreach ((string host, int port, string how) in ((string, int, string)[])[("127.0.0.1", Configuration.SmtpPort, "IPv4"), ("::1", six, "IPv6"), ("127.0.0.1", tls, "tls")])
        {
            CommandRun run = await CommandRun.OfAsync("python3", ["-c", Deliver, host, $"{port}", how, certificate]);
            Assert.That(run.ExitCode, Is.Zero, $"{how}: {run.Everything}");
            string id = (await server.Api.JsonAsync("api/v1/message/latest")).GetProperty("ID").GetString()!;
            string source = Encoding.ASCII.GetString(await server.Api.RawAsync(id));
            Assert.That(source, Does.Contain($"Subject: by {how}\r\n"));
            Assert.That(source, Does.Contain(how switch { "IPv6" => "([IPv6:::1])", "tls" => "with ESMTPS id", _ => "([127.0.0.1])" }));
        }
        Assert.That(await server.Api.TotalAsync(), Is.EqualTo(9));

        // Who does not speak TLS is closed and nobody else is the worse for it.
        using (var garbage = new TcpClient())
        {
            await garbage.ConnectAsync(IPAddress.Loopback, tls);
            await garbage.GetStream().WriteAsync("EHLO no-tls.test\r\nMAIL FROM:<a@b.test>\r\n"u8.ToArray());
            using var answer = new MemoryStream();
            await garbage.GetStream().CopyToAsync(answer);
            Assert.That(Encoding.Latin1.GetString(answer.ToArray()), Does.Not.Contain("250"), "a TLS alert at most, then the end");
        }
        CommandRun client = await CommandRun.OfAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{tls}", "-quiet", "-CAfile", certificate], input: "QUIT\r\n");
        Assert.That(client.Output, Does.StartWith("220 ").And.Contain("221 2.0.0"), client.Everything);
        await server.StopAsync();
    }

    [Test]
    public async Task A_certificate_that_cannot_be_read_is_named_and_the_exit_code_is_1()
    {
        Configuration.Smtp["listen"] = new JsonArray($"127.0.0.1:{Configuration.SmtpPort} tls");
        Configuration.Smtp["public.key"] = Folder.File("missing.pem");
        Configuration.Smtp["private.key"] = Folder.File("missing.key");
        CommandRun run = await CommandRun.OfAsync(Places.Binary, [$"-config={Configuration.Write()}"]);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Everything);
        Assert.That(run.Error, Does.Contain("missing.pem"));
    }
}
