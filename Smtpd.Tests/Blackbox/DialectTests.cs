using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Configuration;

namespace Smtpd.Tests.Blackbox;

/// <summary>Files of the programs before this one start it. Their samples are changed only in ports and places, which a test must choose.</summary>
public sealed class DialectTests : FreshFixture
{
    /// <summary>go-guerrilla's file has no key for it.</summary>
    private const int UsualWebPort = 10025;

    [Test]
    public async Task Originals_sample_starts_the_server_which_spools_while_there_is_no_mongodb_and_says_so()
    {
        string file = await WriteAsync(Samples.Original
            .Replace("ip4.port=25000", $"ip4.port={Configuration.SmtpPort}", StringComparison.Ordinal)
            .Replace("ip4.port=10025", $"ip4.port={Configuration.WebPort}", StringComparison.Ordinal)
            .Replace("level=TRACE", "level=WARN", StringComparison.Ordinal)
            // Where nobody listens.
            .Replace("mongo.uri=127.0.0.1:27017", "mongo.uri=127.0.0.1:1", StringComparison.Ordinal) + $"\npath={Configuration.StorePath}\n");
        await using SmtpdProcess server = await StartAsync($"-config={file}");
        await using (SmtpDialogue client = await IntroducedAsync())
        {
            SmtpReply reply = await client.DeliverAsync("Subject: a drop-in\r\n\r\nhello\r\n", to: "anybody@localhost");
            Assert.That(reply.QueuedAs, Is.Not.Null, () => $"{reply}");
        }
        await server.StopAsync();
        string spool = Path.Combine(Configuration.StoreFolder, "spool.db");
        Assert.That(File.Exists(spool), Is.True);
        Assert.That(server.Log.Split('\n'), Has.One.Contains("[WARN ]").And.Contains("mail goes to").And.Contains(spool));
    }

    [Test]
    public async Task Go_guerrillas_file_starts_the_server_even_where_its_pid_file_cannot_be_written()
    {
        string pidFile = Folder.File("absent/guerrilla.pid");
        string file = await WriteAsync($$"""
            {
                "GSTMP_LISTEN_INTERFACE":"127.0.0.1:1",
                "GM_ALLOWED_HOSTS":"local.test",
                "GSMTP_HOST_NAME":"mail.example.com",
                "GSMTP_LOG_FILE":"{{Folder.File("guerrilla.log")}}",
                "MYSQL_PASS":"hush-hush",
                "PID_FILE":"{{pidFile}}",
            }
            """);
        CommandRun check = await CommandRun.OfAsync(Places.Binary, ["check", "-config=" + file]);
        Assert.That(check.ExitCode, Is.Zero, check.Everything);
        Assert.That(check.Output.Split('\n'), Does.Contain($"smtp.domain = mail.example.com  ({file}:4, GSMTP_HOST_NAME)"));
        Assert.That(check.Everything, Does.Not.Contain("hush"));

        SkipWhenTaken(UsualWebPort);
        await using SmtpdProcess server = await SmtpdProcess.StartAsync(Configuration, [$"-config={file}", $"-if=127.0.0.1:{Configuration.SmtpPort}"], tracer: ["/usr/bin/env", "-C", Folder.Path]);
        await using (SmtpDialogue client = await IntroducedAsync())
            Assert.That(client.Greeting.Lines[0], Does.Contain("mail.example.com"));
        await server.StopAsync();
        string log = await File.ReadAllTextAsync(Folder.File("guerrilla.log"));
        Assert.That(log.Split('\n'), Has.One.Contains("[WARN ]").And.Contains("MYSQL_PASS"));
        Assert.That(log.Split('\n'), Has.One.Contains("[WARN ]").And.Contains(pidFile));
    }

    private static void SkipWhenTaken(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            Assert.Ignore($"another program has port {port}");
        }
    }

    private async Task<string> WriteAsync(string text)
    {
        string file = Folder.File("dropped-in.conf");
        await File.WriteAllTextAsync(file, text);
        return file;
    }
}
