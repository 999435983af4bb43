using System.Net;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Configuration;

public sealed class DefaultSettingsTests
{
    private static readonly RawConfiguration NoFile = new(null);

    [Test]
    public void Without_a_file_everything_has_a_default_and_mail_for_every_domain_is_taken_on_loopback()
    {
        ConfigurationReading reading = SettingsReader.Read(NoFile, new SettingsOverrides());

        Assert.That(reading.Errors, Is.Empty);
        Assert.That(reading.Notices, Is.Empty);
        Assert.That(reading.Source, Is.EqualTo("built-in defaults"));
        Settings settings = reading.Settings!;
        Assert.Multiple(() =>
        {
            Assert.That(settings.Smtp.Listen, Is.EqualTo((ListenAddress[])[new ListenAddress(new IPEndPoint(IPAddress.Loopback, 25000), false)]));
            Assert.That(settings.Web.Listen, Is.EqualTo((ListenAddress[])[new ListenAddress(new IPEndPoint(IPAddress.Loopback, 10025), false)]));
            Assert.That(settings.Pop3.Listen, Is.EqualTo((ListenAddress[])[new ListenAddress(new IPEndPoint(IPAddress.Loopback, 11000), false)]));
            Assert.That(settings.Smtp.AllowedHosts, Is.EqualTo((string[])["*"]));
            Assert.That(settings.Smtp.TrustedHosts, Is.Empty);
            Assert.That(settings.Smtp.Domain, Is.EqualTo("smtpd.local"));
            Assert.That(settings.Smtp.CertificateFile, Is.Null);
            Assert.That(settings.Smtp.PrivateKeyFile, Is.Null);
            Assert.That(settings.Smtp.MaxClients, Is.EqualTo(500));
            Assert.That(settings.Smtp.MaxRecipients, Is.EqualTo(100));
            Assert.That(settings.Smtp.MaxIdle, Is.EqualTo(TimeSpan.FromMinutes(5)));
            Assert.That(settings.Smtp.MaxMessageBytes, Is.EqualTo(20_480_000));
            Assert.That(settings.Smtp.StoreMessages, Is.True);
            Assert.That(settings.Smtp.BareLineFeeds, Is.EqualTo(BareLineFeeds.Reject));
            Assert.That(settings.Smtp.Tls, Is.EqualTo(new TlsSettings()));
            Assert.That(settings.Smtp.SignIn, Is.EqualTo(new SignInSettings(SignInMode.Optional)));
            Assert.That(settings.Web.BasePath, Is.Empty);
            Assert.That(settings.Web.Authentication, Is.EqualTo(WebAuthentication.Auto));
            Assert.That(settings.Web.MaxConnections, Is.EqualTo(256));
            Assert.That(settings.Datastore.Storage, Is.EqualTo(StorageKind.Sqlite));
            Assert.That(settings.Datastore.Path, Is.EqualTo(MailFile.Default()));
            Assert.That(settings.Datastore.MinFreeBytes, Is.EqualTo(268_435_456));
            Assert.That(settings.Datastore.MemoryMaxBytes, Is.EqualTo(268_435_456));
            Assert.That(settings.Logging.Level, Is.EqualTo(LogLevel.Info));
            Assert.That(settings.LogFile, Is.Null);
            Assert.That(settings.PidFile, Is.Null);
        });
    }

    [Test]
    public void In_a_file_absent_allowed_hosts_mean_trusted_hosts_only()
    {
        Settings settings = Configure.Good("""{ "smtp": { "trusted.hosts": "127.0.0.1" } }""");
        Assert.That(settings.Smtp.AllowedHosts, Is.Empty);
    }

    [Test]
    public void Every_default_in_the_table_is_of_the_form_that_is_demanded_of_a_file()
    {
        foreach (OptionDefinition option in OptionTable.All)
        {
            foreach (string standard in (string[])[option.Default, option.DefaultWithoutFile])
            {
                IReadOnlyList<string> items = option.IsList ? OptionText.Entries([standard], isList: false) : [standard];
                foreach (string item in items) Assert.That(OptionText.Problem(option, item), Is.Null, option.Name);
            }
            Assert.That(OptionTable.Sections, Does.Contain(option.Section));
        }
    }

    [Test]
    public void The_mail_file_is_in_the_state_folder_when_that_can_be_written()
    {
        using var folder = new TemporaryFolder();
        Assert.That(MailFile.Default(folder["mail.db"]), Is.EqualTo(folder["mail.db"]));
        Assert.That(MailFile.Default(folder["absent/mail.db"]), Is.EqualTo("./smtpd.db"));
    }

    [Test]
    public void The_sample_file_is_read_without_error_or_notice_and_names_every_option_that_is_acted_on()
    {
        string sample = Path.Combine(Configure.RepositoryRoot(), "etc", "smtpd.conf");
        ConfigurationReading reading = SettingsReader.Read(new SettingsOverrides(ConfigFile: sample));

        Assert.That(reading.Errors, Is.Empty);
        Assert.That(reading.Notices, Is.Empty);
        Assert.That(reading.Settings!.Smtp.AllowedHosts, Does.Contain("localhost"));
        Assert.That(reading.Settings!.Smtp.TrustedHosts, Does.Contain(IPNetwork.Parse("127.0.0.1/32")));
        string text = File.ReadAllText(sample);
        foreach (OptionDefinition option in OptionTable.All.Where(option => option.IsActedOn)) Assert.That(text, Does.Contain($"\"{option.Key}\":"), option.Name);
    }

    [Test]
    public void The_sample_file_shows_the_defaults_but_for_who_may_send()
    {
        ConfigurationReading sample = SettingsReader.Read(new SettingsOverrides(ConfigFile: Path.Combine(Configure.RepositoryRoot(), "etc", "smtpd.conf")));
        Settings standard = SettingsReader.Read(NoFile, new SettingsOverrides()).Settings!;

        Assert.That(sample.Settings!.Datastore, Is.EqualTo(standard.Datastore));
        Assert.That(sample.Settings.Web with { Listen = [], TrustedProxies = [] }, Is.EqualTo(standard.Web with { Listen = [], TrustedProxies = [] }));
        Assert.That(sample.Settings.Smtp with { Listen = [], AllowedHosts = [], TrustedHosts = [] }, Is.EqualTo(standard.Smtp with { Listen = [], AllowedHosts = [], TrustedHosts = [] }));
        Assert.That(sample.Settings.Web.TrustedProxies, Is.EqualTo(standard.Web.TrustedProxies).And.Empty);
        Assert.That(sample.Settings.Smtp.Listen, Is.EqualTo(standard.Smtp.Listen));
        Assert.That(sample.Settings.Web.Listen, Is.EqualTo(standard.Web.Listen));
        Assert.That(sample.Settings.Logging, Is.EqualTo(standard.Logging));
    }
}
