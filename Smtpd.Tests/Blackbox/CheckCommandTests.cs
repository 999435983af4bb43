using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary><c>smtpd check</c>: what would be used, and everything that is wrong.</summary>
public sealed class CheckCommandTests : FreshFixture
{
    [Test]
    public async Task Good_configuration_prints_every_setting_with_where_it_came_from()
    {
        Configuration.Smtp["max.clients"] = 321;
        Configuration.Smtp.Remove("max.recipients");
        CommandRun run = await CheckAsync(Configuration.Write());
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        string[] lines = run.Output.Split('\n');
        Assert.That(lines, Has.One.StartsWith("smtp.max.clients = 321").And.Contains("smtpd.conf"));
        Assert.That(lines, Has.One.StartsWith("smtp.max.recipients = ").And.Contains("default"));
    }

    [Test]
    public async Task Sample_configuration_is_good()
    {
        CommandRun run = await CheckAsync(Path.Combine(Places.Project, "etc", "smtpd.conf"));
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(run.Output, Does.Contain("25000").And.Contain("10025").And.Contain("sqlite"));
    }

    [Test]
    public async Task Every_error_is_told_at_once()
    {
        Configuration.Smtp["max.clients"] = "many";
        Configuration.Smtp["max.message.bytes"] = -5;
        Configuration.Smtp["bare.lf"] = "perhaps";
        Configuration.Smtp["max.idel.seconds"] = 10;
        Configuration.Datastore["storage"] = "papyrus";
        CommandRun run = await CheckAsync(Configuration.Write());
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Everything);
        foreach (string key in (string[])["smtp.max.clients", "smtp.max.message.bytes", "smtp.bare.lf", "datastore.storage"])
            Assert.That(run.ErrorLines, Has.Some.Contains(key), run.Everything);
        Assert.That(run.ErrorLines, Has.Some.Contains("max.idel.seconds").And.Contains("max.idle.seconds"), "an unknown key with the nearest known one");
    }

    [Test]
    public async Task Broken_file_is_told_with_the_line()
    {
        await File.WriteAllTextAsync(Folder.File("broken.conf"), "{\n  \"smtp\": { \"max.clients\": 5,\n  ???\n}\n");
        CommandRun run = await CheckAsync(Folder.File("broken.conf"));
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Everything);
        Assert.That(run.Error, Does.Contain("broken.conf").And.Match(@"\b3\b"));
    }

    [Test]
    public async Task Comments_and_trailing_commas_are_allowed()
    {
        await File.WriteAllTextAsync(Folder.File("relaxed.conf"), "// what we use\n{ \"smtp\": { /* few */ \"max.clients\": \"7\", }, }\n");
        CommandRun run = await CheckAsync(Folder.File("relaxed.conf"));
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(run.Output.Split('\n'), Has.One.StartsWith("smtp.max.clients = 7"));
    }

    private static Task<CommandRun> CheckAsync(string file) => CommandRun.OfAsync(Places.Binary, ["check", "-config=" + file]);
}
