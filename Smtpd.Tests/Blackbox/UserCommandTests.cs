using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary><c>smtpd user</c>, beside a running server and without one.</summary>
public sealed class UserCommandTests : FreshFixture
{
    private const string Tester = "AUTH PLAIN AHRlc3RlcgBzZWNyZXQ=";

    private Task<CommandRun> RunAsync(string password, params string[] arguments) => Users.RunAsync(Configuration, password, arguments);

    private async Task ExpectAsync(string password, int exitCode, string text, params string[] arguments)
    {
        CommandRun run = await RunAsync(password, arguments);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Everything);
        Assert.That(run.Output + run.Error, Does.Contain(text));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Users_are_looked_after_with_and_without_a_server(bool running)
    {
        await using SmtpdProcess? server = running ? await StartAsync() : null;
        await ExpectAsync("", 0, "", "list");
        await ExpectAsync("secret", 0, "", "add", "tester");
        await ExpectAsync("secret", 1, "tester: there is such a user already", "add", "tester");
        await ExpectAsync("secret", 0, "", "add", "boss", "--superuser", "--cram", "--mailbox", "Boss+x@Local.Test", "--mailbox", "post@local.test", "--domain", "Local.Test.");
        await ExpectAsync("deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8", 0, "", "add", "old", "--hash");
        await ExpectAsync("", 0, "", "disable", "tester");
        CommandRun list = await RunAsync("", "list");
        Assert.That(list.Output, Is.EqualTo("boss\tenabled,superuser,cram\tboss+x@local.test\tpost@local.test\t@local.test\nold\tenabled,hash\ntester\tdisabled\n"));
        await ExpectAsync("", 0, "", "enable", "tester");
        await ExpectAsync("other", 0, "", "passwd", "tester");
        await ExpectAsync("", 0, "", "delete", "boss");
        await ExpectAsync("", 1, "boss: there is no such user", "delete", "boss");
        await ExpectAsync("x", 1, "nobody: there is no such user", "passwd", "nobody");
        await ExpectAsync("", 1, "password", "add", "empty");
        await ExpectAsync("x", 1, "not an address", "add", "three", "--mailbox", "nonsense");
        await ExpectAsync("x", 1, "not a domain", "add", "three", "--domain", "a@b");
        await ExpectAsync("x", 1, "not a hash", "add", "three", "--hash");
        Assert.That((await RunAsync("", "list")).Output, Is.EqualTo("old\tenabled,hash\ntester\tenabled\n"));
        Assert.That(File.GetUnixFileMode(Configuration.StorePath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        if (server is null) return;
        Assert.That(File.GetUnixFileMode(Configuration.StorePath + ".socket"), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        await server.StopAsync();
        Assert.That(File.Exists(Configuration.StorePath + ".socket"), Is.False);
        Assert.That((await RunAsync("", "list")).Output, Does.Contain("tester\tenabled"), "kept");
    }

    [Test]
    public async Task A_running_server_hears_of_changes_at_once()
    {
        Configuration.Smtp["auth.insecure"] = true;
        await using SmtpdProcess server = await StartAsync();
        await ExpectAsync("secret", 0, "", "add", "tester");
        await SignInAsync(235);
        await SignInAsync(235);
        await ExpectAsync("", 0, "", "disable", "tester");
        await SignInAsync(535);
        await ExpectAsync("", 0, "", "enable", "tester");
        await SignInAsync(235);
        await ExpectAsync("other", 0, "", "passwd", "tester");
        await SignInAsync(535);
        await ExpectAsync("deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8", 0, "", "passwd", "tester", "--hash");
        Assert.That((await RunAsync("", "list")).Output, Does.Contain("hash"));
        await SignInAsync(235);
        Assert.That((await RunAsync("", "list")).Output, Does.Not.Contain("hash"), "replaced at the sign-in");

        async Task SignInAsync(int code)
        {
            await using SmtpDialogue dialogue = await IntroducedAsync();
            await dialogue.ExpectAsync(Tester, code);
        }
    }

    [Test]
    public async Task The_memory_store_has_users_while_the_server_runs()
    {
        Configuration.Smtp["auth.insecure"] = true;
        Configuration.Datastore["storage"] = "memory";
        await ExpectAsync("secret", 1, "memory store", "add", "tester");
        await using SmtpdProcess server = await StartAsync();
        await ExpectAsync("secret", 0, "", "add", "tester");
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync(Tester, 235);
    }

    [TestCase]
    [TestCase("add")]
    [TestCase("add", "one", "two")]
    [TestCase("nonsense")]
    [TestCase("list", "--superuser")]
    [TestCase("add", "tester", "--nonsense")]
    [TestCase("add", "tester", "--mailbox")]
    public async Task A_wrong_command_line_is_2(params string[] arguments)
    {
        CommandRun run = await RunAsync("secret", arguments);
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Everything);
        Assert.That(run.Error, Does.StartWith("smtpd user: ").And.Contain("user add NAME"));
    }

    [Test]
    public async Task The_file_may_be_named_behind_the_command_too()
    {
        CommandRun run = await CommandRun.OfAsync(Places.Binary, ["user", "add", "tester", $"--config={Configuration.Write()}"], input: "secret\n");
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That((await RunAsync("", "list")).Output, Is.EqualTo("tester\tenabled\n"));
    }

    [Test]
    public async Task The_terminal_does_not_show_the_password()
    {
        CommandRun run = await CommandRun.OfAsync("python3", ["-c", """
            import os, pty, sys, time
            child, terminal = pty.fork()
            if child == 0:
                os.execv(sys.argv[1], [sys.argv[1], "-config", sys.argv[2], "user", "add", "tester"])
            shown = b""
            for prompt in (b"Password for tester: ", b"Once more: "):
                while prompt not in shown:
                    shown += os.read(terminal, 1000)
                time.sleep(0.3)
                os.write(terminal, b"secret\n")
            try:
                while more := os.read(terminal, 1000):
                    shown += more
            except OSError:
                pass
            sys.stdout.write(shown.decode())
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            """, Places.Binary, Configuration.Write()]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(run.Output, Does.Contain("Once more: ").And.Not.Contain("secret"));
        Assert.That((await RunAsync("", "list")).Output, Is.EqualTo("tester\tenabled\n"));
    }
}
