using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

/// <summary>How the lines of an INI file are read. The domain of [smtp] stands for any text, the pattern for text of any form.</summary>
public sealed class IniTextTests
{
    [TestCase("domain=a.example", "a.example")]
    [TestCase("domain: a.example", "a.example")]
    [TestCase("domain \t = \t a.example \t", "a.example")]
    [TestCase("domain=a.example # why", "a.example")]
    [TestCase("domain=a.example\t#why", "a.example")]
    [TestCase("domain=a.example ;why", "a.example")]
    [TestCase("domain=a.example\t; why # why", "a.example")]
    [TestCase("domain=old.example\ndomain=a.example", "a.example")]
    [TestCase("domain=a.example\n#domain=b.example\n;domain=c.example", "a.example")]
    [TestCase("domain=a.example\n  # an indented comment", "a.example")]
    [TestCase("domain=a.example\n\n\t\n", "a.example")]
    [TestCase("domain=a.example\r\n", "a.example")]
    [TestCase("domain=a.example\u00A0", "a.example")]
    [TestCase("domain=a.example\n[web]\nip4.port=1\n[smtp]\nmax.clients=7", "a.example")]
    [TestCase("max.clients=7\n[ smtp ] # again\ndomain=a.example", "a.example")]
    public void A_line_is_name_and_text(string lines, string domain)
    {
        ConfigurationReading reading = Configure.From($"[smtp]\n{lines}");
        Assert.That(reading.Errors, Is.Empty);
        Assert.That(reading.Settings!.Smtp.Domain, Is.EqualTo(domain));
    }

    [TestCase("spam.regex=a=b:c", "a=b:c")]
    [TestCase("spam.regex:a=b:c", "a=b:c")]
    [TestCase("spam.regex=a#b;c", "a#b;c")]
    [TestCase("spam.regex=#a", "#a")]
    [TestCase("spam.regex= #a", "")]
    [TestCase("spam.regex=a #b|c", "a")]
    [TestCase("spam.regex=\"a\"", "\"a\"")]
    [TestCase("spam.regex=a\\nb", "a\\nb")]
    [TestCase("spam.regex=100%", "100%")]
    [TestCase("spam.regex=%(two words)s %()s %(a)d ${b c} ${} $x", "%(two words)s %()s %(a)d ${b c} ${} $x")]
    [TestCase("spam.regex=a\n  b\n\tc=d\n", "a\nb\nc=d")]
    [TestCase("spam.regex=a\n\n  # no\n  b # yes\n", "a\nb")]
    [TestCase("spam.regex=a\nspam.regex=b\n c", "b\nc")]
    [TestCase("spam.regex=\n  a", "\na")]
    public void A_text_is_what_the_originals_rules_make_of_it(string lines, string text) => Assert.That(Value($"[smtp]\n{lines}", "smtp.spam.regex"), Is.EqualTo(text));

    [TestCase("[smtp]\nDomain=a.example")]
    [TestCase("[SMTP]\ndomain=a.example")]
    [TestCase("[smtp]\nDOMAIN=a.example")]
    public void Names_are_case_sensitive(string text) => Assert.That(Configure.From(text).Settings!.Smtp.Domain, Is.EqualTo("smtpd.local"));

    [TestCase("domain=a.example\n[smtp]\nmax.clients=1")]
    [TestCase("[DEFAULT]\ndomain=a.example")]
    [TestCase("[]\ndomain=a.example")]
    [TestCase("[web]\nip4.port=1\n[DEFAULT]\ndomain=a.example\n[smtp]\n")]
    public void What_a_section_lacks_is_looked_for_in_default(string text)
    {
        Settings settings = Configure.Good(text);
        Assert.That(settings.Smtp.Domain, Is.EqualTo("a.example"));
        Assert.That(settings.Pop3.Domain, Is.EqualTo("a.example"));
    }

    [Test]
    public void A_section_comes_before_default() =>
        Assert.That(Configure.Good("[smtp]\ndomain=a.example\n[DEFAULT]\ndomain=b.example").Smtp.Domain, Is.EqualTo("a.example"));

    [Test]
    public void Options_that_the_original_did_not_have_stand_in_their_section_only()
    {
        Settings settings = Configure.Good("[DEFAULT]\npath=/srv/smtpd\nauth=off\n[smtp]\nbare.lf=keep\nlisten=127.0.0.1:2525, [::1]:2525\n[web]\nauth=required\ntemplate.dir=%(path)s/t\n");
        Assert.That(settings.Datastore.Path, Is.EqualTo(MailFile.Default()));
        Assert.That(settings.Web.Authentication, Is.EqualTo(WebAuthentication.Required));
        Assert.That(settings.Smtp.BareLineFeeds, Is.EqualTo(BareLineFeeds.Keep));
        Assert.That(settings.Smtp.Listen, Has.Count.EqualTo(2));
    }

    [TestCase("[smtp]\nwhatever", "2: \"whatever\" is neither a [section], nor name=value, nor a comment; comments start with # or ;")]
    [TestCase("[smtp]\n// no comment here", "2: \"// no comment here\" is neither a [section], nor name=value, nor a comment; comments start with # or ;")]
    [TestCase("[smtp]\n=a", "2: \"=a\" is neither a [section], nor name=value, nor a comment; comments start with # or ;")]
    [TestCase("[smtp\ndomain=a.example", "1: a section's name ends with ] and stands alone on its line")]
    [TestCase("[smtp] domain", "1: a section's name ends with ] and stands alone on its line")]
    [TestCase("[smtp]\n domain=a.example", "2: an indented line continues the value of the line before it, and there is none; take the blanks away")]
    [TestCase("[web]\nip4.port=1\n\t[smtp]\n", "2: web.ip4.port: the indented lines below belong to this value, which takes one line; take the blanks away")]
    [TestCase("domain=a.example\n continued", "2: an indented line continues the value of the line before it, and there is none; take the blanks away")]
    [TestCase("[smtp]\nmax.clients=1\n  max.recipients=100", "2: smtp.max.clients: the indented lines below belong to this value, which takes one line; take the blanks away")]
    [TestCase("[smtp]\nallowed.hosts=a.example\n  b.example", "2: smtp.allowed.hosts: the indented lines below belong to this list; put a comma between its entries, or take the blanks away")]
    [TestCase("[smtp]\rdomain=a.example\r", "1: the lines end with carriage returns alone; save the file with line feeds")]
    public void A_line_that_cannot_be_read_is_an_error(string text, string error) => Assert.That(Configure.From(text).Errors, Is.EqualTo((string[])[$"smtpd.conf:{error}"]));

    [Test]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        ConfigurationReading reading = Configure.From("[smtp]\nmax.recipients=many\noops\nip4.port=70000\n[web]\nip4.address=here\n");
        Assert.That(reading.Errors, Is.EqualTo((string[])
        [
            "smtpd.conf:2: smtp.max.recipients: \"many\" is not a whole number",
            "smtpd.conf:3: \"oops\" is neither a [section], nor name=value, nor a comment; comments start with # or ;",
            "smtpd.conf:4: smtp.ip4.port: 70000 is out of bounds; it must be from 0 to 65535",
            "smtpd.conf:6: web.ip4.address: \"here\" is not an IP address",
        ]));
    }

    [Test]
    public void Lists_may_go_on_over_indented_lines_with_commas() =>
        Assert.That(Configure.Good("[smtp]\nallowed.hosts=a.example,\n  b.example,\n  *.c.example").Smtp.AllowedHosts, Is.EqualTo((string[])["a.example", "b.example", "*.c.example"]));

    [Test]
    public void Comments_may_be_in_any_encoding_but_values_may_not()
    {
        Assert.That(Configure.From([.. "# caf"u8, 0xE9, .. "\n[smtp]\ndomain=a.example ; caf"u8, 0xE9]).Settings?.Smtp.Domain, Is.EqualTo("a.example"));
        Assert.That(Configure.From([.. "[smtp]\ndomain=caf"u8, 0xE9]).Errors, Is.EqualTo((string[])["smtpd.conf:2: the text is not UTF-8; save the file in that encoding"]));
    }

    [TestCase("# nothing"), TestCase("\n;"), TestCase("[smtp]"), TestCase("[DEFAULT]\ninstall.dir=.")]
    public void No_option_is_required(string text)
    {
        ConfigurationReading reading = Configure.From(text);
        Assert.That(reading.Errors, Is.Empty);
        Assert.That(reading.Settings!.Smtp.AllowedHosts, Is.Empty);
        Assert.That(reading.Notices.Select(notice => notice.Text), Is.EqualTo((string[])["smtp.allowed.hosts and smtp.trusted.hosts are both empty: no recipient will be accepted"]));
    }

    private static string Value(string text, string option)
    {
        var raw = new RawConfiguration("smtpd.conf");
        ConfigurationFile.Read(System.Text.Encoding.UTF8.GetBytes(text), raw);
        Assert.That(raw.Errors, Is.Empty);
        Assert.That(SettingsReader.Read(raw, new SettingsOverrides()).Errors, Is.Empty);
        return raw.Options.Single(one => one.Definition.Name == option).Items.Single();
    }
}
