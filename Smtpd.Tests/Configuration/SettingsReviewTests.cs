using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

public sealed class SettingsReviewTests
{
    private const string Reachable = "\"allowed.hosts\": \"*\"";

    [Test]
    public void Options_of_later_versions_are_named_once_for_each_section()
    {
        ConfigurationReading reading = Configure.From($$"""
            { "smtp": { {{Reachable}}, "debug": true,
                        "debug.path": "/tmp/mails" },
              "web": { "theme": "cerber", "redis.host": "localhost", "cookie.secret": "abc" } }
            """);
        Assert.That(reading.Notices, Is.EqualTo((Notice[])
        [
            new(LogLevel.Info, "smtpd.conf:1: smtp: this version does not act on debug, debug.path"),
            new(LogLevel.Info, "smtpd.conf:3: web: this version does not act on theme, cookie.secret, redis.host"),
        ]));
    }

    [Test]
    public void Options_of_later_versions_that_ask_for_what_happens_anyway_are_not_worth_a_word()
    {
        ConfigurationReading reading = Configure.From($$"""
            { "smtp": { {{Reachable}}, "xclient": "no", "debug": false, "spam.regex": "", "greylist.host": false },
              "web": { "redis.enabled": "false", "connection.timeout": "0" }, "datastore": { "mime.parser": "on" } }
            """);
        Assert.That(reading.Notices, Is.Empty);
    }

    [TestCase("\"max.recipients\": 99", "smtp.max.recipients: 99 is below the 100 that every server should accept (RFC 5321 §4.5.3.1.8); senders may give up")]
    public void Less_than_was_asked_for_is_a_warning(string option, string warning)
    {
        ConfigurationReading reading = Configure.From($$"""{ "smtp": { {{Reachable}}, {{option}} } }""");
        Assert.That(reading.Settings, Is.Not.Null);
        Assert.That(reading.Notices, Is.EqualTo((Notice[])[new(LogLevel.Warn, $"smtpd.conf:1: {warning}")]));
    }

    [Test]
    public void A_server_to_which_nobody_may_send_is_a_warning() =>
        Assert.That(Configure.From("{}").Notices, Is.EqualTo((Notice[])[new(LogLevel.Warn, "smtp.allowed.hosts and smtp.trusted.hosts are both empty: no recipient will be accepted")]));

    [Test]
    public void The_pop3_section_gets_one_notice()
    {
        ConfigurationReading reading = Configure.From($$"""{ "smtp": { {{Reachable}} }, "pop3": { "ip4.address": "0.0.0.0", "ip4.port": 11000, "domain": "smtpd.local", "max.idle.seconds": 600 } }""");
        Assert.That(reading.Notices, Is.EqualTo((Notice[])[new(LogLevel.Info, "smtpd.conf:1: pop3: this version has no POP3 server; the section has no effect")]));
    }

    [Test]
    public void An_address_that_a_list_replaces_gets_a_notice()
    {
        ConfigurationReading reading = Configure.From($$"""{ "smtp": { {{Reachable}}, "listen": "127.0.0.1:25", "ip4.port": 26 } }""");
        Assert.That(reading.Notices, Is.EqualTo((Notice[])[new(LogLevel.Info, "smtpd.conf:1: smtp.ip4.port: has no effect, smtp.listen replaces it")]));
    }

    [Test]
    public void The_command_line_overrides_the_file()
    {
        const string Text = """{ "logging": { "level": "ERROR" }, "smtp": { "allowed.hosts": "*", "listen": "127.0.0.1:1", "ip4.port": 2 } }""";
        Settings settings = Configure.Good(Text, new SettingsOverrides(Listen: "127.0.0.1:3", Verbose: true, PidFile: "/run/x.pid"));
        Assert.That(settings.Smtp.Listen.Single().EndPoint.Port, Is.EqualTo(3));
        Assert.That(settings.Logging.Level, Is.EqualTo(LogLevel.Trace));
        Assert.That(settings.LogFile, Is.EqualTo("stdout"));
        Assert.That(settings.PidFile, Is.EqualTo("/run/x.pid"));

        settings = Configure.Good(Text, new SettingsOverrides(LogFile: "/tmp/x.log", Verbose: true, PidFile: "none"));
        Assert.That(settings.LogFile, Is.EqualTo("/tmp/x.log"));
        Assert.That(settings.PidFile, Is.Null);
        Assert.That(Configure.Good(Text, new SettingsOverrides(LogFile: "stderr", Verbose: true)).LogFile, Is.Null);
    }

    [TestCase("2525")]
    [TestCase("")]
    public void A_wrong_listener_of_the_command_line_is_named_as_such(string text)
    {
        IReadOnlyList<string> errors = Configure.From("{}", new SettingsOverrides(Listen: text)).Errors;
        Assert.That(errors, Has.One.StartsWith("command line: -if: "));
    }

    [Test]
    public void The_report_names_each_setting_with_its_origin_and_no_secret()
    {
        ConfigurationReading reading = Configure.From("""
            { "smtp": { "max.clients": "7",
                        "allowed.hosts": ["a.example", "b.example"], "bare.lf": "KEEP" },
              "web": { "cookie.secret": "hush-hush" },
              "datastore": { "mongo.uri": "user:hush-hush@db.example", "path": "/srv/mail.db" } }
            """, new SettingsOverrides(Listen: "[::1]:2525"));
        string[] lines = ConfigurationReport.Describe(reading).Split('\n');

        Assert.That(lines[0], Is.EqualTo("settings from smtpd.conf"));
        Assert.That(lines, Does.Contain("smtp.listen = [::1]:2525  (command line)"));
        Assert.That(lines, Does.Contain("smtp.max.clients = 7  (smtpd.conf:1)"));
        Assert.That(lines, Does.Contain("smtp.allowed.hosts = a.example, b.example  (smtpd.conf:2)"));
        Assert.That(lines, Does.Contain("smtp.bare.lf = keep  (smtpd.conf:2)"));
        Assert.That(lines, Does.Contain("smtp.domain = smtpd.local  (default)"));
        Assert.That(lines, Does.Contain("web.cookie.secret = (not shown)  (smtpd.conf:3)"));
        Assert.That(lines, Does.Contain("datastore.path = /srv/mail.db  (smtpd.conf:4)"));
        Assert.That(lines, Does.Contain("note: smtpd.conf:3: web: this version does not act on cookie.secret"));
        Assert.That(lines, Has.None.StartsWith("smtp.ip4."));
        Assert.That(string.Concat(lines), Does.Not.Contain("hush"));
    }

    [Test]
    public void The_report_names_every_option_that_is_acted_on()
    {
        string report = ConfigurationReport.Describe(SettingsReader.Read(new RawConfiguration(null), new SettingsOverrides()));
        foreach (OptionDefinition option in OptionTable.All.Where(option => option.IsActedOn && option.Key != "listen"))
            Assert.That(report, Does.Contain($"\n{option.Name} ="));
    }
}
