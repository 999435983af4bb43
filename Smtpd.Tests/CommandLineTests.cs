using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests;

public sealed class CommandLineTests
{
    private static CommandLine Parse(string arguments) => CommandLine.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Test]
    public void Nothing_means_run_with_what_the_settings_say() => Assert.That(Parse(""), Is.EqualTo(new CommandLine(Request.Run, new SettingsOverrides())));

    [TestCase("-config a.conf -logfile b.log -pidfile c.pid -if 127.0.0.1:25 -v y")]
    [TestCase("--config a.conf --logfile b.log --pidfile c.pid --if 127.0.0.1:25 --v y")]
    [TestCase("-config=a.conf -logfile=b.log -pidfile=c.pid -if=127.0.0.1:25 -v=Y")]
    [TestCase("-config=z -config a.conf --logfile=b.log -pidfile c.pid -if 127.0.0.1:25 -v n -v=y")]
    public void Every_flag_is_understood_in_each_of_gos_ways(string arguments) =>
        Assert.That(Parse(arguments), Is.EqualTo(new CommandLine(Request.Run, new SettingsOverrides("a.conf", "b.log", "c.pid", "127.0.0.1:25", true))));

    [Test]
    public void A_value_may_hold_equals_signs_colons_and_at_signs() =>
        Assert.That(Parse("-config=a=b:c -logfile @d -if [::1]:25").Overrides, Is.EqualTo(new SettingsOverrides("a=b:c", "@d", Listen: "[::1]:25")));

    [Test]
    public void A_value_may_look_like_a_flag_as_it_may_for_go() => Assert.That(Parse("-logfile -x").Overrides.LogFile, Is.EqualTo("-x"));

    [TestCase("-v n")]
    [TestCase("-v N")]
    public void Not_verbose_leaves_the_settings_alone(string arguments) => Assert.That(Parse(arguments).Overrides.Verbose, Is.False);

    [TestCase("-help")]
    [TestCase("--help")]
    [TestCase("-h")]
    [TestCase("-help=true")]
    [TestCase("-help=1")]
    [TestCase("-config x -help")]
    [TestCase("-help check")]
    [TestCase("check -help")]
    [TestCase("-help whatever -nonsense")]
    public void Help_shows_the_usage(string arguments) => Assert.That(Parse(arguments).Request, Is.EqualTo(Request.ShowUsage));

    [TestCase("-help=false")]
    [TestCase("-help=F -version=0")]
    public void A_switch_can_be_off(string arguments) => Assert.That(Parse(arguments).Request, Is.EqualTo(Request.Run));

    [TestCase("-version")]
    [TestCase("--version")]
    public void The_version_is_shown(string arguments) => Assert.That(Parse(arguments).Request, Is.EqualTo(Request.ShowVersion));

    [TestCase("check")]
    [TestCase("check -config a.conf")]
    [TestCase("-config=a.conf check")]
    public void Check_is_a_command(string arguments) => Assert.That(Parse(arguments).Request, Is.EqualTo(Request.Check));

    [Test]
    public void Check_takes_the_file_on_either_side()
    {
        Assert.That(Parse("check -config a.conf").Overrides.ConfigFile, Is.EqualTo("a.conf"));
        Assert.That(Parse("-config a.conf check").Overrides.ConfigFile, Is.EqualTo("a.conf"));
    }

    [TestCase("whatever -nonsense")]
    [TestCase("-- -nonsense")]
    [TestCase("- -nonsense")]
    [TestCase("[diagram]")]
    [TestCase("@whatever")]
    public void The_first_other_word_ends_the_flags(string arguments) => Assert.That(Parse(arguments), Is.EqualTo(new CommandLine(Request.Run, new SettingsOverrides())));

    [TestCase("-nonsense", "flag provided but not defined: -nonsense")]
    [TestCase("-nonsense=3", "flag provided but not defined: -nonsense=3")]
    [TestCase("-config a -vy", "flag provided but not defined: -vy")]
    [TestCase("check --nonsense", "flag provided but not defined: --nonsense")]
    [TestCase("-config", "flag needs an argument: -config")]
    [TestCase("-config a -config", "flag needs an argument: -config")]
    [TestCase("--logfile=", "flag needs an argument: -logfile")]
    [TestCase("-v maybe", "invalid value \"maybe\" for flag -v: use y or n")]
    [TestCase("-help=maybe", "invalid value \"maybe\" for flag -help: use y or n")]
    public void What_is_wrong_is_named(string arguments, string problem)
    {
        CommandLine commandLine = Parse(arguments);
        Assert.That(commandLine.Request, Is.EqualTo(Request.Refuse));
        Assert.That(commandLine.Problem, Is.EqualTo(problem));
    }

    [Test]
    public void The_usage_starts_as_gos_does_and_names_every_flag()
    {
        Assert.That(CommandLine.Usage, Does.StartWith("Usage of smtpd [options]:\n"));
        foreach (string flag in (string[])["-config FILE", "-logfile FILE", "-pidfile FILE", "-if HOST:PORT", "-v y|n", "-help", "-version", "smtpd check"])
            Assert.That(CommandLine.Usage, Does.Contain(flag));
    }

    [Test]
    public void The_version_names_what_is_inside()
    {
        Assert.That(ProgramVersion.Describe(), Does.StartWith("smtpd 2.0.0\nOpenSSL "));
        Assert.That(ProgramVersion.Describe(), Does.Match("\nSQLite 3\\.[0-9.]+\n").And.EndWith("needs glibc 2.34 or newer\n"));
        Assert.That(ProgramVersion.OpenSslNumber(0x30000130), Is.EqualTo("3.0.19"));
    }
}
