using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

public sealed class JsonDialectTests
{
    [Test]
    public void Everything_that_is_wrong_is_said_at_once_with_its_line()
    {
        ConfigurationReading reading = Configure.From("""
            {
              "logging": { "level": "LOUD" },
              "smtpp": {},
              "smtp": {
                "max.client": 3,
                "max.clients": "many",
                "ip4.port": 70000,
                "trusted.hosts": ["127.0.0.1",
                  "localhost"],
                "domain": null
              },
              "web": 7
            }
            """);

        Assert.That(reading.Settings, Is.Null);
        Assert.That(reading.Errors, Is.EqualTo((string[])
        [
            "smtpd.conf:2: logging.level: \"LOUD\" is not one of ERROR, WARN, INFO, TRACE",
            "smtpd.conf:3: smtpp: unknown section; did you mean smtp?",
            "smtpd.conf:5: smtp.max.client: unknown option; did you mean max.clients?",
            "smtpd.conf:6: smtp.max.clients: \"many\" is not a whole number",
            "smtpd.conf:7: smtp.ip4.port: 70000 is out of bounds; it must be from 0 to 65535",
            "smtpd.conf:8: smtp.trusted.hosts: \"localhost\" is neither an IP address nor a network such as 192.0.2.0/24",
            "smtpd.conf:10: smtp.domain: null is no value; leave the option out to have its default",
            "smtpd.conf:12: web: a section is an object: \"web\": { ... }",
        ]));
    }

    [TestCase("""{ "smtp": { "xyzzy": 1 } }""", "smtp.xyzzy: unknown option; etc/smtpd.conf names those of smtp")]
    [TestCase("""{ "plugh": {} }""", "plugh: unknown section; the sections are logging, smtp, pop3, web and datastore")]
    [TestCase("""{ "web": { "max.clients": 1 } }""", "web.max.clients: unknown option; max.clients belongs to the section smtp")]
    [TestCase("""{ "smtp.domain": "a.example" }""", "smtp.domain: options stand inside their section: \"smtp\": { \"domain\": ... }")]
    [TestCase("""{ "smtp": { "Max.Clients": 1 } }""", "smtp.Max.Clients: unknown option; did you mean max.clients?")]
    [TestCase("""{ "smtp": { "max.clients": 1, "max.clients": 2 } }""", "smtp.max.clients: the option is given twice, first on line 1")]
    [TestCase("""{ "smtp": {}, "smtp": {} }""", "smtp: the section is given twice; it starts on line 1")]
    [TestCase("""{ "smtp": { "max.clients": [1] } }""", "smtp.max.clients: a single value is needed here, not a list")]
    [TestCase("""{ "smtp": { "max.clients": { "a": [1, {}] } } }""", "smtp.max.clients: a single value is needed here, not an object")]
    [TestCase("""{ "smtp": { "allowed.hosts": [["a.example"]] } }""", "smtp.allowed.hosts: an entry of this list is text, not a list or an object")]
    [TestCase("""{ "smtp": { "allowed.hosts": [null] } }""", "smtp.allowed.hosts: null is no value; leave the option out to have its default")]
    [TestCase("""{ "smtp": { "listen": [{ "address": "[::]:465", "tsl": true }] } }""", "smtp.listen: a listener is { \"address\": \"127.0.0.1:25000\", \"tls\": false, \"proxy\": false } or \"127.0.0.1:25000\"")]
    [TestCase("""{ "smtp": { "listen": { "tls": true } } }""", "smtp.listen: a listener is { \"address\": \"127.0.0.1:25000\", \"tls\": false, \"proxy\": false } or \"127.0.0.1:25000\"")]
    [TestCase("""{ "smtp": { "listen": [{ "address": ["127.0.0.1:1"] }] } }""", "smtp.listen: a listener is { \"address\": \"127.0.0.1:25000\", \"tls\": false, \"proxy\": false } or \"127.0.0.1:25000\"")]
    [TestCase("""{} {}""", "there is text behind the closing }")]
    public void A_wrong_shape_is_named(string text, string problem) => Assert.That(Configure.From(text).Errors, Is.EqualTo((string[])[$"smtpd.conf:1: {problem}"]));

    [TestCase("{ \"smtp\": {\n \"domain\": a.example } }", 2)]
    [TestCase("{ \"smtp\": {\n\n", 3)]
    [TestCase("{ \"smtp\": { \"domain\": \"a\nb\" } }", 1)]
    [TestCase("{\n\"smtp\": { \"domain\": \"\\ud800\" } }", 2)]
    [TestCase("{\n\"\\udc00\": {} }", 2)]
    public void What_is_not_json_is_refused_with_its_line(string text, int line)
    {
        ConfigurationReading reading = Configure.From(text);
        Assert.That(reading.Errors, Has.Count.EqualTo(1));
        Assert.That(reading.Errors[0], Does.StartWith($"smtpd.conf:{line}: this is not JSON: ").And.Not.Contain("LineNumber"));
    }

    [Test]
    public void What_was_wrong_before_a_syntax_error_is_said_too()
    {
        ConfigurationReading reading = Configure.From("{ \"smtp\": { \"max.clients\": -1,\n oops");
        Assert.That(reading.Errors, Has.Count.EqualTo(2));
        Assert.That(reading.Errors[0], Does.StartWith("smtpd.conf:1: smtp.max.clients: -1 is out of bounds"));
    }

    [Test]
    public void Deep_nesting_is_refused_and_no_danger() => Assert.That(Configure.From("{ \"smtp\": " + new string('[', 100_000)).Errors, Is.Not.Empty);

    [Test]
    public void Values_may_be_native_or_text_and_lists_arrays_or_text_with_commas()
    {
        Settings native = Configure.Good("""{ "smtp": { "max.clients": 7, "store.messages": false, "allowed.hosts": ["a.example", " b.example "], "trusted.hosts": ["::1"] } }""");
        Settings text = Configure.Good("""{ "smtp": { "max.clients": "7", "store.messages": "No", "allowed.hosts": "a.example, ,b.example", "trusted.hosts": " ::1 " } }""");
        foreach (SmtpSettings smtp in (SmtpSettings[])[native.Smtp, text.Smtp])
        {
            Assert.That(smtp.MaxClients, Is.EqualTo(7));
            Assert.That(smtp.StoreMessages, Is.False);
            Assert.That(smtp.AllowedHosts, Is.EqualTo((string[])["a.example", "b.example"]));
            Assert.That(smtp.TrustedHosts, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public void Control_characters_of_a_file_never_reach_the_terminal()
    {
        ConfigurationReading reading = Configure.From("""{ "smtp": { "domain": "a\u001b[2Jb", "\u0007\u0085bell\u2028": 1 } }""");
        Assert.That(string.Concat(reading.Errors), Does.Not.Match("[\u0000-\u001f\u007f-\u009f\u2028]"));
        Assert.That(reading.Errors, Has.Count.EqualTo(2));
    }
}
