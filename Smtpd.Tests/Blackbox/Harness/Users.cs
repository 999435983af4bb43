using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>The command <c>smtpd user</c> with a test's configuration.</summary>
internal static class Users
{
    /// <param name="password">What is on standard input.</param>
    public static Task<CommandRun> RunAsync(SmtpdConfiguration configuration, string password, params string[] arguments) =>
        CommandRun.OfAsync(Places.Binary, ["-config", configuration.Write(), "user", .. arguments], input: password + "\n");

    public static async Task AddAsync(SmtpdConfiguration configuration, string name, string password, params string[] more)
    {
        CommandRun run = await RunAsync(configuration, password, ["add", name, .. more]);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
    }
}
