using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>The command line, as the original had it (docs: Go's flag syntax), and what a start that cannot succeed says.</summary>
public sealed class CommandLineTests : FreshFixture
{
    [TestCase("-help")]
    [TestCase("--help")]
    public async Task Help_prints_the_usage_to_stderr_and_succeeds(string flag)
    {
        CommandRun run = await RunAsync(flag);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(run.Error, Does.StartWith("Usage of smtpd [options]:"));
        foreach (string name in (string[])["-config", "-logfile", "-pidfile", "-help", "-version", "check"]) Assert.That(run.Error, Does.Contain(name));
        Assert.That(run.Output, Is.Empty);
    }

    [TestCase("-nonsense")]
    [TestCase("--nonsense=1")]
    public async Task Unknown_flag_prints_the_usage_to_stderr_and_exits_2(string flag)
    {
        CommandRun run = await RunAsync(flag);
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Everything);
        Assert.That(run.Error, Does.Contain("nonsense").And.Contain("Usage of smtpd [options]:"));
        Assert.That(run.Output, Is.Empty);
    }

    [TestCase("-version")]
    [TestCase("--version")]
    public async Task Version_says_what_is_inside_and_what_is_needed(string flag)
    {
        CommandRun run = await RunAsync(flag);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(run.Output, Does.Match(@"^Smtpd \d+\.\d+").IgnoreCase);
        Assert.That(run.Output, Does.Contain("SQLite").And.Contain("OpenSSL").And.Contain("glibc"));
    }

    [Test]
    public async Task Flags_take_one_dash_or_two_and_their_value_after_a_sign_or_a_blank()
    {
        string file = Configuration.Write();
        foreach (string[] flags in (string[][])[["-config=" + file], ["--config=" + file], ["-config", file], ["--config", file]])
        {
            CommandRun run = await RunAsync(["check", .. flags]);
            Assert.That(run.ExitCode, Is.Zero, run.Everything);
            Assert.That(run.Output, Does.Contain($"smtp.ip4.port = {Configuration.SmtpPort}").Or.Contain($"127.0.0.1:{Configuration.SmtpPort}"));
        }
    }

    [Test]
    public async Task Unreadable_configuration_is_one_clear_line()
    {
        string file = Folder.File("absent.conf");
        CommandRun run = await RunAsync("-config=" + file);
        ExpectOneClearLine(run, "absent.conf");
    }

    [Test]
    public async Task Bad_value_is_named_with_its_key()
    {
        Configuration.Smtp["max.clients"] = "many";
        CommandRun run = await RunAsync("-config=" + Configuration.Write());
        ExpectOneClearLine(run, "smtp.max.clients");
        Assert.That(run.Error, Does.Contain("\"many\""));
    }

    [Test]
    public async Task Smtp_port_in_use_is_one_clear_line()
    {
        using Socket taken = Occupy(Configuration.SmtpPort);
        CommandRun run = await RunAsync("-config=" + Configuration.Write());
        ExpectOneClearLine(run, $"127.0.0.1:{Configuration.SmtpPort}");
        Assert.That(run.Error, Does.Contain("in use"));
    }

    [Test]
    public async Task Web_port_in_use_is_one_clear_line()
    {
        using Socket taken = Occupy(Configuration.WebPort);
        CommandRun run = await RunAsync("-config=" + Configuration.Write());
        ExpectOneClearLine(run, $"127.0.0.1:{Configuration.WebPort}");
        Assert.That(run.Error, Does.Contain("in use"));
    }

    [TestCase("-logfile")]
    [TestCase("-pidfile")]
    public async Task File_that_cannot_be_created_is_one_clear_line(string flag)
    {
        string file = Folder.File("no/such/folder/file");
        CommandRun run = await RunAsync("-config=" + Configuration.Write(), $"{flag}={file}");
        ExpectOneClearLine(run, file);
    }

    [Test]
    public async Task Log_file_and_pid_file_are_written_and_the_pid_file_goes_with_the_process()
    {
        string log = Folder.File("smtpd.log"), pid = Folder.File("smtpd.pid");
        await using SmtpdProcess server = await StartAsync(["-logfile=" + log, "-pidfile=" + pid]);
        Assert.That(await File.ReadAllTextAsync(pid), Is.EqualTo($"{server.Id}\n"));
        await Eventually.HoldsAsync(() => File.ReadAllText(log).Contains("starting", StringComparison.Ordinal), "the log file's first line");
        Assert.That(File.ReadLines(log).First(), Does.Match(@"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[INFO \] Smtpd "));
        await server.StopAsync();
        Assert.That(pid, Does.Not.Exist);
        Assert.That(server.Log, Is.Empty);
    }

    [Test]
    public async Task Second_process_on_one_store_ends_at_once_and_names_the_first()
    {
        await using SmtpdProcess first = await StartAsync();
        var second = new SmtpdConfiguration(Folder);
        string file = Folder.File("second.conf");
        File.Copy(second.Write(), file);
        CommandRun run = await RunAsync("-config=" + file);
        ExpectOneClearLine(run, "mail.db");
        Assert.That(run.Error, Does.Match($@"\b{first.Id}\b"));
        await first.StopAsync();
    }

    private static Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.OfAsync(Places.Binary, arguments);

    private static void ExpectOneClearLine(CommandRun run, string named)
    {
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Everything);
        Assert.That(run.ErrorLines.Count(line => line.Contains(named, StringComparison.Ordinal)), Is.EqualTo(1), run.Everything);
        Assert.That(run.Error, Does.Not.Contain("Unhandled").And.Not.Contain("   at ").And.Not.Contain("Exception"));
    }

    private static Socket Occupy(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
        return socket;
    }
}
