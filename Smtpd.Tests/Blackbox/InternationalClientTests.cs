using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Programs that others wrote deliver mail between addresses beyond ASCII.</summary>
public sealed class InternationalClientTests : ServerFixture
{
    private const string Python = """
        import smtplib, sys
        from email.message import EmailMessage
        from email.policy import SMTPUTF8
        message = EmailMessage(policy=SMTPUTF8)
        message["From"], message["To"], message["Subject"] = "J\u00fcrgen <j\u00fcrgen@remote.test>", "\u7528\u6237@b\u00fccher.example", "gr\u00fc\u00df dich"
        message.set_content("hello\n.a line that starts with a dot\n")
        with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20) as smtp:
            assert smtp.send_message(message, mail_options=["RET=HDRS", "ENVID=one"], rcpt_options=["NOTIFY=FAILURE"]) == {}
        """;

    private readonly TemporaryFolder _keys = new();

    internal override void Configure(SmtpdConfiguration configuration)
    {
        configuration.Smtp["allowed.hosts"] = "xn--bcher-kva.example";
        TestCertificate.ConfigureAsync(configuration, _keys).GetAwaiter().GetResult();
        // What is read by the API here is about mail; who may read it is another matter.
        configuration.Web["auth"] = "off";
    }

    [OneTimeTearDown]
    public void DeleteKeys() => _keys.Dispose();

    [Test]
    public async Task Python_delivers_to_an_address_beyond_ASCII()
    {
        await RunAsync(Server.Configuration.SmtpPort);
        await AssertDeliveredAsync("client of smtplib", orcpt: "", "UTF8SMTP");
    }

    [TestCase("none", "UTF8SMTP")]
    [TestCase("encrypt", "UTF8SMTPS")]
    public async Task Postfix_delivers_to_an_address_beyond_ASCII(string tls, string protocol)
    {
        if (Environment.UserName != "root" || !Directory.Exists("/usr/lib/postfix/sbin")) Assert.Ignore("needs root and Debian's Postfix, whose daemons change their user");
        using var folder = new TemporaryFolder();
        int port = Posix.FreePort();
        string configuration = WriteConfiguration(folder, port, tls);
        try
        {
            CommandRun start = await CommandRun.OfAsync("/usr/sbin/postfix", ["-c", configuration, "start"]);
            if (start.ExitCode != 0) Assert.Ignore("Postfix does not start here: " + start.Everything);
            int before = await Server.Api.TotalAsync();
            await RunAsync(port);
            await Eventually.HoldsAsync(async () => await Server.Api.TotalAsync() > before, "the message from Postfix");
            await AssertDeliveredAsync("Postfix", orcpt: "rfc822;用户@bücher.example", protocol);
        }
        finally
        {
            await CommandRun.OfAsync("/usr/sbin/postfix", ["-c", configuration, "stop"]);
        }
    }

    private static async Task RunAsync(int port)
    {
        CommandRun run = await CommandRun.OfAsync("python3", ["-c", Python, $"{port}"]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
    }

    private async Task AssertDeliveredAsync(string sender, string orcpt, string protocol)
    {
        JsonElement message = await Server.Api.JsonAsync("api/v1/message/latest");
        JsonElement envelope = message.GetProperty("Envelope");
        JsonElement asked = envelope.GetProperty("DSN");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(message.GetProperty("Subject").GetString(), Is.EqualTo("grüß dich"), sender);
            Assert.That(envelope.GetProperty("From").GetString(), Is.EqualTo("jürgen@remote.test"), sender);
            Assert.That(envelope.GetProperty("To")[0].GetString(), Is.EqualTo("用户@bücher.example"), sender);
            Assert.That((asked.GetProperty("Ret").GetString(), asked.GetProperty("EnvID").GetString()), Is.EqualTo(("HDRS", "one")), sender);
            Assert.That(asked.GetProperty("Recipients")[0].GetProperty("Notify").GetString(), Is.EqualTo("FAILURE"), sender);
            Assert.That(asked.GetProperty("Recipients")[0].GetProperty("ORcpt").GetString(), Is.EqualTo(orcpt), sender);
            Assert.That(Encoding.UTF8.GetString(await Server.Api.RawAsync("latest")), Does.Contain($" with {protocol} id ").And.Contain("\r\n.a line that starts with a dot\r\n"), sender);
        }
    }

    /// <summary>A Postfix of its own on loopback, with its queue in the folder, that relays everything to the server.</summary>
    private string WriteConfiguration(TemporaryFolder folder, int port, string tls)
    {
        string configuration = folder.File("postfix"), queue = folder.File("queue"), data = folder.File("data");
        foreach (string path in (string[])[configuration, queue, data]) Directory.CreateDirectory(path);
        // Postfix's daemons are other users: they must reach the folder, and one of them own its data.
        foreach (string path in (string[])[Path.GetDirectoryName(configuration)!, configuration, queue, data])
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        CommandRun owner = CommandRun.OfAsync("chown", ["postfix", data]).GetAwaiter().GetResult();
        Assert.That(owner.ExitCode, Is.Zero, owner.Everything);
        File.WriteAllText(Path.Combine(configuration, "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {queue}
            data_directory = {data}
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            mail_owner = postfix
            setgid_group = postdrop
            myhostname = relay.remote.test
            mydestination =
            alias_maps =
            local_recipient_maps =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            smtp_dns_support_level = disabled
            smtp_host_lookup = native
            relayhost = [127.0.0.1]:{Server.Configuration.SmtpPort}
            smtp_tls_security_level = {tls}
            maillog_file = {folder.File("postfix.log")}
            maillog_file_prefixes = {Path.GetDirectoryName(configuration)}

            """);
        File.WriteAllText(Path.Combine(configuration, "master.cf"), $"""
            {port} inet n - n - - smtpd
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            smtp unix - - n - - smtp
            tlsmgr unix - - n 1000? 1 tlsmgr
            error unix - - n - - error
            retry unix - - n - - error
            proxymap unix - - n - - proxymap
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            showq unix n - n - - showq
            postlog unix-dgram n - n - 1 postlogd

            """);
        return configuration;
    }
}
