using System.Net;
using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

/// <summary>go-guerrilla's file: one JSON object without sections.</summary>
public sealed class FlatDialectTests
{
    private const string Listen = "\"GSTMP_LISTEN_INTERFACE\": \"127.0.0.1:2525\"";

    [Test]
    public void The_sample_starts_the_server_as_it_stands()
    {
        ConfigurationReading reading = Configure.From(Samples.GoGuerrilla);
        Assert.That(reading.Errors, Is.Empty);
        Settings settings = reading.Settings!;
        Assert.Multiple(() =>
        {
            Assert.That(settings.Smtp.Listen, Is.EqualTo((ListenAddress[])[new(IPEndPoint.Parse("33.1.2.133:25"), false)]));
            Assert.That(settings.Smtp.Domain, Is.EqualTo("mail.example.com"));
            Assert.That(settings.Smtp.AllowedHosts, Is.EqualTo((string[])["example.com", "sample.com", "foo.com", "bar.com"]));
            Assert.That(settings.Smtp.TrustedHosts, Is.Empty);
            Assert.That(settings.Smtp.CertificateFile, Is.EqualTo("/etc/ssl/certs/example.com.crt"));
            Assert.That(settings.Smtp.PrivateKeyFile, Is.EqualTo("/etc/ssl/private/example.com.key"));
            Assert.That(settings.Smtp.MaxMessageBytes, Is.EqualTo(15_728_640));
            Assert.That(settings.Smtp.MaxIdle, Is.EqualTo(TimeSpan.FromSeconds(100)));
            Assert.That(settings.Smtp.MaxClients, Is.EqualTo(500));
            Assert.That(settings.Datastore.Storage, Is.EqualTo(StorageKind.Sqlite));
            Assert.That(settings.LogFile, Is.Null);
            Assert.That(settings.PidFile, Is.EqualTo("/var/run/go-guerrilla.pid"));
            Assert.That(settings.PidFileIsRequired, Is.False);
            Assert.That(settings.Web.Listen, Is.EqualTo((ListenAddress[])[new(IPEndPoint.Parse("127.0.0.1:10025"), false)]));
        });
    }

    [Test]
    public void The_sample_has_each_key_without_meaning_named_once()
    {
        ConfigurationReading reading = Configure.From(Samples.GoGuerrilla);
        Assert.That(reading.Notices, Is.EqualTo((Notice[])
        [
            new(LogLevel.Warn, $"smtpd.conf:3: GM_MAIL_TABLE, MYSQL_DB, MYSQL_HOST, MYSQL_PASS, MYSQL_USER: this version writes to neither MySQL nor Redis; mail is kept in the SQLite file {Path.GetFullPath(MailFile.Default())} and does not expire"),
            new(LogLevel.Info, "smtpd.conf:4: GM_PRIMARY_MAIL_HOST, GSMTP_VERBOSE, MAX_SMTP_CLIENTS, NGINX_AUTH_ENABLED, NGINX_AUTH: without effect in this program"),
        ]));
        Assert.That(ConfigurationReport.Describe(reading), Does.Not.Contain("hush"));
    }

    [Test]
    public void The_report_names_lines_and_keys()
    {
        string[] lines = ConfigurationReport.Describe(Configure.From(Samples.GoGuerrilla, new SettingsOverrides(PidFile: "none"))).Split('\n');
        Assert.That(lines, Does.Contain("smtp.max.message.bytes = 15728640  (smtpd.conf:7, GSMTP_MAX_SIZE)"));
        Assert.That(lines, Does.Contain("smtp.listen = 33.1.2.133:25  (smtpd.conf:12, GSTMP_LISTEN_INTERFACE)"));
        Assert.That(lines, Does.Contain("smtp.max.recipients = 100  (default)"));
        Assert.That(lines, Does.Contain("pidfile = none  (command line)"));
        Assert.That(lines, Does.Contain("logfile = stderr  (default)"));
    }

    [Test]
    public void The_command_line_comes_before_the_file()
    {
        const string Text = """{ "GSTMP_LISTEN_INTERFACE": "0.0.0.0:25", "GSMTP_LOG_FILE": "/var/log/guerrilla.log", "PID_FILE": "/run/g.pid" }""";
        Settings file = Configure.Good(Text);
        Assert.That(file.LogFile, Is.EqualTo("/var/log/guerrilla.log"));

        Settings flags = Configure.Good(Text, new SettingsOverrides(LogFile: "stderr", PidFile: "/run/x.pid", Listen: "127.0.0.1:2525"));
        Assert.That(flags.LogFile, Is.Null);
        Assert.That(flags.PidFile, Is.EqualTo("/run/x.pid"));
        Assert.That(flags.PidFileIsRequired, Is.True);
        Assert.That(flags.Smtp.Listen.Single().EndPoint, Is.EqualTo(IPEndPoint.Parse("127.0.0.1:2525")));
        Assert.That(Configure.Good(Text, new SettingsOverrides(PidFile: "none")).PidFile, Is.Null);
        Assert.That(Configure.Good(Text, new SettingsOverrides(Verbose: true)).LogFile, Is.EqualTo("stdout"), "-v y shows everything, as it did there");
    }

    [Test]
    public void Either_spelling_of_the_listener_is_known()
    {
        foreach (string key in (string[])["GSTMP_LISTEN_INTERFACE", "GSMTP_LISTEN_INTERFACE"])
            Assert.That(Configure.Good($$"""{ "{{key}}": "127.0.0.1:2525" }""").Smtp.Listen.Single().EndPoint.Port, Is.EqualTo(2525));

        ConfigurationReading both = Configure.From("{ \"GSTMP_LISTEN_INTERFACE\": \"127.0.0.1:1\",\n \"GSMTP_LISTEN_INTERFACE\": \"127.0.0.1:2\" }");
        Assert.That(both.Settings!.Smtp.Listen.Single().EndPoint.Port, Is.EqualTo(2));
        Assert.That(both.Notices[0].Text, Is.EqualTo("smtpd.conf:2: GSMTP_LISTEN_INTERFACE: replaces GSTMP_LISTEN_INTERFACE on line 1; leave one of them out"));
    }

    [Test]
    public void Absent_keys_have_our_defaults_which_are_named()
    {
        ConfigurationReading reading = Configure.From("""{ "GM_SAVE_WORKERS": "3" }""");
        Settings standard = SettingsReader.Read(new RawConfiguration(null), new SettingsOverrides()).Settings!;
        Assert.That(reading.Settings!.Smtp.Listen, Is.EqualTo(standard.Smtp.Listen));
        Assert.That(reading.Settings.Smtp.AllowedHosts, Is.Empty);
        Assert.That(reading.Settings.Smtp.CertificateFile, Is.Null);
        Assert.That(reading.Settings.PidFile, Is.Null);
        Assert.That(reading.Notices.Select(notice => notice.Text), Is.EqualTo((string[])
        [
            "smtpd.conf:1: GM_SAVE_WORKERS: without effect in this program",
            "absent keys have this program's defaults, not go-guerrilla's: GSTMP_LISTEN_INTERFACE (127.0.0.1:25000), GSMTP_HOST_NAME (smtpd.local), GM_ALLOWED_HOSTS (none), "
                + "GSMTP_MAX_SIZE (20480000), GSMTP_TIMEOUT (300), GSMTP_PUB_KEY (none), GSMTP_PRV_KEY (none), PID_FILE (none)",
            "GM_ALLOWED_HOSTS is absent or empty: no recipient will be accepted; name the domains, or * for all",
        ]));
    }

    [Test]
    public void Values_may_be_native_and_comments_are_welcome()
    {
        Settings settings = Configure.Good($$"""{ /* c */ "GSMTP_MAX_SIZE": 1000, "GM_MAX_CLIENTS": 7, "GSMTP_VERBOSE": true, {{Listen}}, } // end""");
        Assert.That(settings.Smtp.MaxMessageBytes, Is.EqualTo(1000));
        Assert.That(settings.Smtp.MaxClients, Is.EqualTo(7));
    }

    [TestCase("GM_MAX_CLIENTS", "50")]
    [TestCase("GSMTP_TIMEOUT", "10")]
    [TestCase("GSMTP_MAX_SIZE", "131072")]
    public void What_is_no_number_is_what_go_guerrilla_took_instead(string key, string instead)
    {
        ConfigurationReading reading = Configure.From($$"""{ "{{key}}": "many" }""");
        Assert.That(reading.Errors, Is.Empty);
        Assert.That(reading.Notices[0], Is.EqualTo(new Notice(LogLevel.Warn, $"smtpd.conf:1: {key}: \"many\" is not a whole number; {instead} is taken instead, as the original did")));
        Assert.That(reading.Effective.Single(setting => setting.WrittenAs == key).Text, Is.EqualTo(instead));
    }

    [TestCase("\"GSMTP_MAX_SIZE\": \"0\"", "GSMTP_MAX_SIZE: 0 is out of bounds; it must be from 1 to 2147483647")]
    [TestCase("\"GSTMP_LISTEN_INTERFACE\": \"25\"", "GSTMP_LISTEN_INTERFACE: \"25\" is not address:port, such as 127.0.0.1:25000 or [::1]:25000, with or without tls or proxy behind it")]
    [TestCase("\"GSTMP_LISTEN_INTERFACE\": \"\"", "GSTMP_LISTEN_INTERFACE: the list is empty; leave the option out to have its default")]
    [TestCase("\"GSMTP_HOST_NAME\": \"my host\"", "GSMTP_HOST_NAME: \"my host\" is not a domain name")]
    [TestCase("\"GM_ALLOWED_HOSTS\": \"a.example,b b\"", "GM_ALLOWED_HOSTS: \"b b\" is not a domain name; *.example.com stands for those below it, * for all")]
    [TestCase("\"GSMTP_PUB_KEY\": \"c.pem\"", "GSMTP_PUB_KEY: GSMTP_PRV_KEY is needed too; TLS wants a certificate and its key")]
    [TestCase("\"GSMTP_PRV_KEY\": \"k.pem\"", "GSMTP_PRV_KEY: GSMTP_PUB_KEY is needed too; TLS wants a certificate and its key")]
    [TestCase("\"GSMTP_TIMEOUT\": null", "GSMTP_TIMEOUT: null is no value; leave the option out to have its default")]
    [TestCase("\"GSMTP_TIMEOUT\": [1]", "GSMTP_TIMEOUT: a single value is needed here, not a list")]
    [TestCase("\"GSMTP_TIMEOUT\": {}", "GSMTP_TIMEOUT: a single value is needed here, not an object")]
    [TestCase("\"GSMTP_TIMEOUT\": 1, \"smtp\": {}", "smtp: sections do not go with go-guerrilla's keys; write all settings the one way or the other")]
    [TestCase("\"GSMTP_TIMEOUT\": 1 } {", "there is text behind the closing }")]
    public void A_wrong_value_is_named_by_its_key(string members, string error) =>
        Assert.That(Configure.From($"{{ {members} }}").Errors, Is.EqualTo((string[])[$"smtpd.conf:1: {error}"]));

    [Test]
    public void What_is_not_json_is_refused_with_its_line() =>
        Assert.That(Configure.From("{ \"GSMTP_TIMEOUT\": \"1\",\n oops }").Errors, Has.One.StartsWith("smtpd.conf:2: this is not JSON: "));

    [TestCase("\"SUID\": \"1008\", \"SGID\": \"1008\", \"GUID\": \"504\"", "SUID, SGID, GUID: this version does not change its user or group; start it as the user that it shall run as")]
    [TestCase("\"GSMTP_USER\": \"mail\", \"GSMTP_UID\": 1, \"GSMTP_GID\": 1", "GSMTP_USER, GSMTP_UID, GSMTP_GID: this version does not change its user or group; start it as the user that it shall run as")]
    [TestCase("\"GSMTP_MAIL_EXPIRE_SECONDS\": \"72000\", \"REDIS_HOST\": \"x\"", "GSMTP_MAIL_EXPIRE_SECONDS, REDIS_HOST: this version writes to neither MySQL nor Redis; mail is kept in the SQLite file ")]
    [TestCase("\"GM_ALOWED_HOSTS\": \"x\", \"Comment\": {}", "unknown here, and without effect as in the original: GM_ALOWED_HOSTS on line 1 (did you mean GM_ALLOWED_HOSTS?); Comment on line 1")]
    public void What_is_less_than_was_asked_for_is_one_warning(string members, string warning)
    {
        ConfigurationReading reading = Configure.From($"{{ {members} }}");
        Notice notice = reading.Notices.Where(notice => notice.Text.StartsWith("smtpd.conf:1: ", StringComparison.Ordinal)).Single();
        Assert.That(notice.Level, Is.EqualTo(LogLevel.Warn));
        Assert.That(notice.Text, Does.StartWith($"smtpd.conf:1: {warning}"));
    }

    [TestCase("\"NGINX_AUTH_ENABLED\": \"Y\", \"NGINX_AUTH\": \"127.0.0.1:9025\"", "127.0.0.1:9025")]
    [TestCase("\"NGINX_AUTH\": \"127.0.0.1:9025\", \"NGINX_AUTH_ENABLED\": \"Y\"", "127.0.0.1:9025")]
    [TestCase("\"NGINX_AUTH_ENABLED\": \"Y\"", "127.0.0.1:8025")]
    [TestCase("\"NGINX_AUTH_ENABLED\": \"y\", \"NGINX_AUTH\": \"127.0.0.1:9025\"", "")]
    [TestCase("\"NGINX_AUTH\": \"127.0.0.1:9025\"", "")]
    public void Nginx_is_answered_where_the_file_says_so(string members, string address)
    {
        ConfigurationReading reading = Configure.From($"{{ {members} }}");
        Assert.That(reading.Errors, Is.Empty);
        Assert.That(string.Join(',', reading.Settings!.Web.NginxListen.Select(listen => listen.EndPoint)), Is.EqualTo(address));
        Assert.That(reading.Notices.Any(notice => notice.Text.Contains("NGINX_AUTH", StringComparison.Ordinal)), Is.EqualTo(address.Length == 0));
    }

    [Test]
    public void Every_key_tells_the_dialect()
    {
        foreach (FlatKey key in FlatKeys.All)
        {
            var raw = new RawConfiguration("x");
            ConfigurationFile.Read(System.Text.Encoding.UTF8.GetBytes($"{{ \"{key.Name}\": \"1\" }}"), raw);
            Assert.That(raw.Dialect, Is.EqualTo(Dialect.Flat), key.Name);
        }
    }
}
