using System.Text;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Configuration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ConfigurationFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    public void The_named_file_is_read_and_its_name_is_in_messages()
    {
        string path = _folder.Write("my.conf", "{ \"smtp\":\n { \"max.clients\": \"many\" } }");
        Assert.That(Errors(path), Is.EqualTo((string[])[$"{path}:2: smtp.max.clients: \"many\" is not a whole number"]));
    }

    [Test]
    public void Without_a_named_file_the_first_that_exists_is_read()
    {
        string second = _folder.Write("second", """{ "smtp": { "domain": "two.example" } }""");
        RawConfiguration found = ConfigurationFile.Load(null, [_folder["first"], second]);
        Assert.That(found.Description, Is.EqualTo(second));

        string first = _folder.Write("first", "{}");
        Assert.That(ConfigurationFile.Load(null, [first, second]).Description, Is.EqualTo(first));
        Assert.That(ConfigurationFile.Load(null, [_folder["absent"]]).Source, Is.Null);
    }

    [Test]
    public void A_usual_place_that_cannot_be_read_is_an_error_not_a_reason_to_go_on()
    {
        RawConfiguration found = ConfigurationFile.Load(null, [_folder.Root, _folder.Write("second", "{}")]);
        Assert.That(found.Errors, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_missing_file_is_named() => Assert.That(Errors(_folder["absent.conf"]), Is.EqualTo((string[])[$"{_folder["absent.conf"]}: there is no such file"]));

    [Test]
    public void A_folder_is_no_configuration_file() => Assert.That(Errors(_folder.Root), Is.EqualTo((string[])[$"{_folder.Root}: this is a folder, not a configuration file"]));

    [Test]
    public void A_file_that_cannot_be_read_says_so() => Assert.That(Errors("/proc/self/mem"), Has.One.StartsWith("/proc/self/mem: the file cannot be read: "));

    [Test]
    public void A_file_of_a_mebibyte_is_read_and_one_octet_more_is_refused()
    {
        string path = _folder.Write("big.conf", "{}".PadRight(ConfigurationFile.MaxOctets));
        Assert.That(Errors(path), Is.Empty);
        File.AppendAllText(path, " ");
        Assert.That(Errors(path), Is.EqualTo((string[])[$"{path}: the file is larger than 1048576 octets; this cannot be a configuration file"]));
    }

    [Test]
    public void A_file_that_does_not_end_is_refused_all_the_same() => Assert.That(Errors("/dev/zero"), Has.Count.EqualTo(1));

    [Test]
    public void An_empty_file_leaves_every_option_its_default() => Assert.That(Errors(_folder.Write("empty.conf", "\n// nothing\n")), Is.Empty);

    [Test]
    public void Text_that_is_not_utf8_is_refused_with_the_line()
    {
        ConfigurationReading reading = Configure.From([.. "{\n// caf"u8, 0xE9, .. "\n}"u8]);
        Assert.That(reading.Errors, Is.EqualTo((string[])["smtpd.conf:2: the text is not UTF-8; save the file in that encoding"]));
        Assert.That(Configure.From(Encoding.Unicode.GetPreamble()).Errors, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_byte_order_mark_is_passed_over() => Assert.That(Configure.From([0xEF, 0xBB, 0xBF, .. "{}"u8]).Errors, Is.Empty);

    [TestCase("{ \"smtp\": { \"domain\": \"json.example\" } }", "json.example")]
    [TestCase(" // c\n/* d */ { \"smtp\": { \"domain\": \"json.example\" } }", "json.example")]
    [TestCase("{ \"GSMTP_HOST_NAME\": \"flat.example\" }", "flat.example")]
    [TestCase("// c\n{ \"Comment\": \"x\", \"GSMTP_HOST_NAME\": \"flat.example\" }", "flat.example")]
    [TestCase("[smtp]\ndomain=ini.example\n", "ini.example")]
    [TestCase("\r\n# a {\n ; b {\n\t[DEFAULT]\n", null)]
    [TestCase("# a\r\n\r\n; b\r\n[smtp]\r\ndomain = ini.example\r\n", "ini.example")]
    [TestCase("\uFEFF[smtp]\ndomain: ini.example", "ini.example")]
    public void The_first_octet_that_is_neither_blank_nor_comment_tells_the_dialect(string text, string? domain) =>
        Assert.That(Configure.From(text).Settings?.Smtp.Domain, Is.EqualTo(domain));

    [TestCase("fffe5b00730000000d")]
    [TestCase("feff005b")]
    public void A_file_in_utf16_is_told_how_to_be_saved(string octets) =>
        Assert.That(Configure.From(Convert.FromHexString(octets)).Errors, Is.EqualTo((string[])["smtpd.conf:1: the text is not UTF-8; save the file in that encoding"]));

    [TestCase("[smtp]\ndomain=a.example\n\0")]
    [TestCase("{ \"smtp\":\n\n\"\0\" }")]
    public void A_zero_octet_is_in_no_configuration(string text)
    {
        ConfigurationReading reading = Configure.From(text);
        Assert.That(reading.Errors, Is.EqualTo((string[])["smtpd.conf:3: there is a zero octet, which no text has; name another file, or save this one as UTF-8"]));
    }

    [Test]
    public void Comments_of_ini_in_front_of_json_are_pointed_at() =>
        Assert.That(Configure.From("# settings\n{}").Errors, Is.EqualTo((string[])["smtpd.conf:1: comments in JSON start with //, not with # or ;"]));

    [TestCase("/* one */ // two\n /* three\n */ { /* four */ }")]
    [TestCase("{ \"smtp\": { \"domain\": \"a.example\", /* c */ }, } // end")]
    public void Comments_and_trailing_commas_are_welcome(string text) => Assert.That(Configure.From(text).Errors, Is.Empty);

    private static IReadOnlyList<string> Errors(string path) => SettingsReader.Read(new SettingsOverrides(ConfigFile: path)).Errors;
}
