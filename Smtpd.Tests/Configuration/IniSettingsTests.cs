using System.Net;
using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

/// <summary>What INI files mean: the original's sample, its habits, and names that it did not know.</summary>
public sealed class IniSettingsTests
{
    [Test]
    public void The_originals_sample_starts_the_server_as_it_stands()
    {
        ConfigurationReading reading = Configure.From(Samples.Original);
        Assert.That(reading.Errors, Is.Empty);
        Settings settings = reading.Settings!;
        Assert.Multiple(() =>
        {
            Assert.That(settings.Smtp.Listen, Is.EqualTo((ListenAddress[])[new(IPEndPoint.Parse("0.0.0.0:25000"), false)]));
            Assert.That(settings.Web.Listen, Is.EqualTo((ListenAddress[])[new(IPEndPoint.Parse("0.0.0.0:10025"), false)]));
            Assert.That(settings.Pop3.Listen, Is.EqualTo((ListenAddress[])[new(IPEndPoint.Parse("0.0.0.0:11000"), false)]));
            Assert.That(settings.Smtp.Domain, Is.EqualTo("smtpd.local"));
            Assert.That(settings.Smtp.AllowedHosts, Is.EqualTo((string[])["localhost"]));
            Assert.That(settings.Smtp.TrustedHosts, Is.EqualTo((IPNetwork[])[IPNetwork.Parse("127.0.0.1/32")]));
            Assert.That(settings.Smtp.CertificateFile, Is.Null);
            Assert.That(settings.Smtp.MaxClients, Is.EqualTo(500));
            Assert.That(settings.Smtp.MaxRecipients, Is.EqualTo(100));
            Assert.That(settings.Smtp.MaxIdle, Is.EqualTo(TimeSpan.FromSeconds(300)));
            Assert.That(settings.Smtp.MaxMessageBytes, Is.EqualTo(20_480_000));
            Assert.That(settings.Smtp.StoreMessages, Is.True);
            Assert.That(settings.Logging.Level, Is.EqualTo(LogLevel.Trace));
            Assert.That(settings.Datastore.Storage, Is.EqualTo(StorageKind.Mongo));
        });
    }

    [Test]
    public void The_originals_sample_has_each_setting_without_meaning_named_once()
    {
        Notice[] notices = [.. Configure.From(Samples.Original).Notices];
        Assert.That(notices, Is.EqualTo((Notice[])
        [
            new(LogLevel.Info, "smtpd.conf:23: smtp: this version does not act on debug.path"),
            new(LogLevel.Info, "smtpd.conf:38: web: this version does not act on theme, template.dir, public.dir, cookie.secret, client.broadcasts, redis.host, redis.channel"),
            new(LogLevel.Info, "smtpd.conf:30: pop3: this version has no POP3 server; the section has no effect"),
        ]));
    }

    [Test]
    public void The_report_names_the_lines_what_really_holds_and_no_secret()
    {
        string[] lines = ConfigurationReport.Describe(Configure.From(Samples.Original, new SettingsOverrides(LogFile: "/tmp/x.log"))).Split('\n');
        Assert.That(lines, Does.Contain("smtp.ip4.port = 25000  (smtpd.conf:10)"));
        Assert.That(lines, Does.Contain("web.template.dir = ./themes/cerber/templates  (smtpd.conf:39)"));
        Assert.That(lines, Does.Contain("web.cookie.secret = (not shown)  (smtpd.conf:43)"));
        Assert.That(lines, Does.Contain("datastore.storage = mongodb  (smtpd.conf:52)"));
        Assert.That(lines, Does.Contain($"datastore.path = {MailFile.Default()}  (default)"));
        Assert.That(lines, Does.Contain("logfile = /tmp/x.log  (command line)"));
        Assert.That(lines, Does.Contain("pidfile = none  (default)"));
        Assert.That(lines, Does.Contain("datastore.mongo.uri = mongodb://127.0.0.1:27017  (smtpd.conf:53)"));
        Assert.That(lines, Does.Contain("datastore.mongo.coll = Messages  (smtpd.conf:55)"));
        Assert.That(lines, Does.Contain("datastore.mongo.spool = true  (default)"));
    }

    [Test]
    public void The_memory_store_stays_the_memory_store() =>
        Assert.That(Configure.Good("[datastore]\nstorage=memory").Datastore.Storage, Is.EqualTo(StorageKind.Memory));

    [Test]
    public void A_store_that_nobody_knows_is_an_error() =>
        Assert.That(Configure.From("[datastore]\nstorage=papyrus").Errors, Is.EqualTo((string[])["smtpd.conf:2: datastore.storage: \"papyrus\" is not one of sqlite, memory, mongodb"]));

    [Test]
    public void The_command_line_comes_before_the_file()
    {
        Settings settings = Configure.Good(Samples.Original.Replace("TRACE", "ERROR", StringComparison.Ordinal), new SettingsOverrides(Listen: "127.0.0.1:2525", Verbose: true));
        Assert.That(settings.Smtp.Listen.Single().EndPoint, Is.EqualTo(IPEndPoint.Parse("127.0.0.1:2525")));
        Assert.That(settings.Logging.Level, Is.EqualTo(LogLevel.Trace));
        Assert.That(settings.LogFile, Is.EqualTo("stdout"));
    }

    [TestCase("t"), TestCase("TRUE"), TestCase("y"), TestCase("Yes"), TestCase("ON"), TestCase("1")]
    public void These_words_are_yes(string word) => Assert.That(Configure.Good($"[smtp]\nstore.messages={word}").Smtp.StoreMessages, Is.True);

    [TestCase("f"), TestCase("False"), TestCase("N"), TestCase("no"), TestCase("off"), TestCase("0")]
    public void These_words_are_no(string word) => Assert.That(Configure.Good($"[smtp]\nstore.messages={word}").Smtp.StoreMessages, Is.False);

    [TestCase("store.messages=maybe", "smtp.store.messages: \"maybe\" is neither true nor false")]
    [TestCase("store.messages=", "smtp.store.messages: \"\" is neither true nor false")]
    [TestCase("max.recipients=0x64", "smtp.max.recipients: \"0x64\" is not a whole number")]
    [TestCase("max.recipients=1_000", "smtp.max.recipients: \"1_000\" is not a whole number")]
    [TestCase("max.clients=0", "smtp.max.clients: 0 is out of bounds; it must be from 1 to 1000000")]
    [TestCase("allowed.hosts=a b", "smtp.allowed.hosts: \"a b\" is not a domain name; *.example.com stands for those below it, * for all")]
    [TestCase("public.key=c.pem", "smtp.public.key: smtp.private.key is needed too; TLS wants a certificate and its key")]
    public void A_wrong_value_is_named(string line, string error) => Assert.That(Configure.From($"[smtp]\n{line}").Errors, Is.EqualTo((string[])[$"smtpd.conf:2: {error}"]));

    [TestCase("+7", 7), TestCase("007", 7)]
    public void Numbers_are_decimal(string text, int value) => Assert.That(Configure.Good($"[smtp]\nmax.clients={text}").Smtp.MaxClients, Is.EqualTo(value));

    [Test]
    public void What_the_original_lived_with_is_a_warning()
    {
        ConfigurationReading reading = Configure.From("[logging]\nlevel=LOUD\n[smtp]\nmax.clients=many\ntrusted.hosts= 127.0.0.1 , localhost,, ::1,x y\nallowed.hosts=a.example\n");
        Assert.That(reading.Errors, Is.Empty);
        Assert.That(reading.Settings!.Logging.Level, Is.EqualTo(LogLevel.Trace));
        Assert.That(reading.Settings.Smtp.MaxClients, Is.EqualTo(50));
        Assert.That(reading.Settings.Smtp.TrustedHosts, Is.EqualTo((IPNetwork[])[IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("::1/128")]));
        Assert.That(reading.Notices, Is.EqualTo((Notice[])
        [
            new(LogLevel.Warn, "smtpd.conf:2: logging.level: \"LOUD\" is not one of ERROR, WARN, INFO, TRACE; TRACE is taken instead, as the original did"),
            new(LogLevel.Warn, "smtpd.conf:5: smtp.trusted.hosts: \"localhost\" is neither an IP address nor a network such as 192.0.2.0/24; such an entry trusts nobody, as in the original, and 1 more like it"),
            new(LogLevel.Warn, "smtpd.conf:4: smtp.max.clients: \"many\" is not a whole number; 50 is taken instead, as the original did"),
        ]));
    }

    [Test]
    public void Unknown_names_are_passed_over_and_named_in_one_warning()
    {
        ConfigurationReading reading = Configure.From("""
            [DEFAULT]
            install.dir=.
            prefix=/srv
            unused=x
            [smtp]
            allowed.hosts=*
            max.client=3
            theme=cerber
            private.dir=%(prefix)s
            [smpt]
            max.clients=3
            [web]
            plugh=1
            template.dir=%(prefix)s/t
            """);
        Assert.That(reading.Errors, Is.Empty);
        Assert.That(reading.Notices.Where(notice => notice.Text.Contains("unknown", StringComparison.Ordinal)), Is.EqualTo((Notice[])
        [
            new(LogLevel.Warn, "smtpd.conf:4: unknown here, and without effect as in the original: "
                + "DEFAULT.unused on line 4; smtp.max.client on line 7 (did you mean max.clients?); smtp.theme on line 8 (it belongs to [web]); "
                + "smtp.private.dir on line 9 (did you mean private.key?); [smpt] on line 10 (did you mean smtp?); web.plugh on line 13"),
        ]));
    }

    [Test]
    public void Of_many_unknown_names_the_first_are_named()
    {
        string text = "[smtp]\nallowed.hosts=*\n" + string.Concat(Enumerable.Range(0, 100).Select(number => $"zzzzzzzzzzzz{number}=1\n"));
        Assert.That(Configure.From(text).Notices.Single().Text, Does.Contain("zzzzzzzzzzzz9 on line 12; and 90 more").And.Not.Contain("zzzzzzzzzzzz10"));
    }
}
