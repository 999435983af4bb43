using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>nginx and HAProxy in front of the server. Clients come from 127.0.0.2 and ::1; only the proxies at 127.0.0.1 are trusted.</summary>
public sealed class RealProxyTests : FreshFixture
{
    private const string StartTls = """
        import smtplib, sys
        with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20, source_address=("127.0.0.2", 0)) as smtp:
            smtp.starttls()
            smtp.sendmail("a@remote.test", ["alice@local.test"], "Subject: by STARTTLS\r\n\r\nhello\r\n")
        """;

    private const string ImplicitTls = """
        import smtplib, ssl, sys
        context = ssl._create_unverified_context()
        with smtplib.SMTP_SSL("127.0.0.1", int(sys.argv[1]), timeout=20, context=context, source_address=("127.0.0.2", 0)) as smtp:
            smtp.sendmail("a@remote.test", ["alice@local.test"], "Subject: by TLS\r\n\r\nhello\r\n")
        """;

    private static readonly IPAddress Client = IPAddress.Parse("127.0.0.2");

    private readonly int _port = Posix.FreePort();
    private readonly int _tlsPort = Posix.FreePort();

    private string Certificate => Folder.File("cert.pem");

    private string Key => Folder.File("key.pem");

    private async Task MakeCertificateAsync()
    {
        CommandRun made = await CommandRun.OfAsync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=smtpd.test", "-days", "2", "-keyout", Key, "-out", Certificate]);
        Assert.That(made.ExitCode, Is.Zero, made.Everything);
    }

    [TestCase("auth-smtp")]
    [TestCase("")]
    [TestCase("of its own")]
    public async Task Nginx_hands_its_clients_on_by_xclient(string auth)
    {
        await MakeCertificateAsync();
        Configuration.Smtp["trusted.hosts"] = "127.0.0.1";
        Configuration.Smtp["xclient"] = true;
        // nginx must be told an address that can be connected to.
        Configuration.Smtp["ip4.address"] = "0.0.0.0";
        int own = Posix.FreePort();
        if (auth == "of its own") Configuration.Web["nginx.listen"] = $"127.0.0.1:{own}";
        string question = auth == "of its own" ? $"127.0.0.1:{own}/any/path" : $"127.0.0.1:{Configuration.WebPort}/{auth}";
        await using SmtpdProcess server = await StartAsync();
        await using ProxyServer nginx = await ProxyServer.NginxAsync(Folder, $$"""
            server_name mx.proxy.test;
            auth_http {{question}};
            proxy_pass_error_message on;
            smtp_capabilities "SIZE 20480000" 8BITMIME;
            server {
                listen 127.0.0.1:{{_port}};
                listen [::1]:{{_port}};
                protocol smtp;
                smtp_auth none;
                xclient on;
                starttls on;
                ssl_certificate {{Certificate}};
                ssl_certificate_key {{Key}};
            }
            """, _port);
        await CheckClientsAsync(server, _port);

        CommandRun run = await CommandRun.OfAsync("python3", ["-c", StartTls, $"{_port}"]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(await NewestAsync(server), Does.Contain("Subject: by STARTTLS").And.Contain("([127.0.0.2])"));
        await server.StopAsync();
    }

    [TestCase("send-proxy")]
    [TestCase("send-proxy-v2")]
    [TestCase("send-proxy-v2 proxy-v2-options crc32c,unique-id")]
    public async Task Haproxy_hands_its_clients_on_by_its_header(string how)
    {
        await MakeCertificateAsync();
        int plain = Posix.FreePort(), tls = Posix.FreePort(), page = Posix.FreePort(), pageBehind = Posix.FreePort();
        Configuration.Smtp["trusted.hosts"] = "127.0.0.1";
        Configuration.Smtp["listen"] = new JsonArray($"127.0.0.1:{Configuration.SmtpPort}", $"127.0.0.1:{plain} proxy", new JsonObject { ["address"] = $"127.0.0.1:{tls}", ["tls"] = true, ["proxy"] = true });
        Configuration.Smtp["public.key"] = Certificate;
        Configuration.Smtp["private.key"] = Key;
        Configuration.Web["listen"] = new JsonArray($"127.0.0.1:{Configuration.WebPort}", $"127.0.0.1:{pageBehind} proxy");
        await using SmtpdProcess server = await StartAsync();
        await using ProxyServer haproxy = await ProxyServer.HaproxyAsync(Folder, $"""
            frontend mail
                bind 127.0.0.1:{_port}
                bind [::1]:{_port}
                unique-id-format %[uuid()]
                default_backend mail
            backend mail
                option smtpchk EHLO check.test
                server one 127.0.0.1:{plain} check inter 200ms {how} check-send-proxy
            frontend tls
                bind 127.0.0.1:{_tlsPort}
                default_backend tls
            backend tls
                server one 127.0.0.1:{tls} {how}
            frontend page
                bind 127.0.0.1:{page}
                default_backend page
            backend page
                server one 127.0.0.1:{pageBehind} {how}
            """, _port, _tlsPort, page);
        await CheckClientsAsync(server, _port);

        CommandRun run = await CommandRun.OfAsync("python3", ["-c", ImplicitTls, $"{_tlsPort}"]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(await NewestAsync(server), Does.Contain("Subject: by TLS").And.Contain("([127.0.0.2])").And.Contain("with ESMTPS"));

        using var api = new ApiClient(page);
        Assert.That(await api.TotalAsync(), Is.EqualTo(3));
        await server.StopAsync();
    }

    /// <summary>One client by IPv4, one by IPv6: each is seen as itself, and is not trusted because the proxy is.</summary>
    private static async Task CheckClientsAsync(SmtpdProcess server, int port)
    {
        foreach ((IPAddress to, IPAddress from, string literal) in ((IPAddress, IPAddress, string)[])[(IPAddress.Loopback, Client, "[127.0.0.2]"), (IPAddress.IPv6Loopback, IPAddress.IPv6Loopback, "[IPv6:::1]")])
        {
            await using SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(new IPEndPoint(to, port), from: from);
            await dialogue.ExpectAsync("EHLO real.test", 250);
            Assert.That((await dialogue.DeliverAsync($"Subject: from {from}\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
            Assert.That(await NewestAsync(server), Does.Contain($"Received: from real.test ({literal})\r\n").And.Contain($"Subject: from {from}\r\n"));
            await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
            await dialogue.ExpectAsync("RCPT TO:<b@elsewhere.test>", 550);
            await dialogue.ExpectAsync("QUIT", 221);
        }
    }

    private static async Task<string> NewestAsync(SmtpdProcess server)
    {
        JsonElement newest = await server.Api.JsonAsync("api/v1/messages?limit=1");
        return Encoding.Latin1.GetString(await server.Api.RawAsync(newest.GetProperty("messages")[0].GetProperty("ID").GetString()!));
    }
}
