using System.Text;
using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

/// <summary><c>%(name)s</c> and <c>${NAME}</c> in INI files.</summary>
public sealed class IniReferencesTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["NAME"] = "env.example",
        ["EMPTY"] = "",
        ["NESTED"] = "${NAME}",
        ["SELF"] = "${SELF}",
        ["A.b-C_1"] = "odd.example",
        ["PERCENT"] = "%(host)s",
    };

    [TestCase("host=a\n[smtp]\ndomain=%(host)s.example", "a.example")]
    [TestCase("[smtp]\nhost=a\ndomain=%(host)s.%(host)s.example", "a.a.example")]
    [TestCase("[DEFAULT]\nhost=b\n[smtp]\nhost=a\ndomain=%(host)s.example", "a.example")]
    [TestCase("[web]\nip4.port=1\n[DEFAULT]\nhost=b\n[smtp]\ndomain=%(host)s.example", "b.example")]
    [TestCase("[smtp]\na=%(b)s\nb=%(c)s.d\nc=x\ndomain=%(a)s.example", "x.d.example")]
    [TestCase("[DEFAULT]\ndomain=%(host)s.example\n[pop3]\nhost=b\n[smtp]\nhost=a", "a.example")]
    [TestCase("[smtp]\nA.b-C_1=a\ndomain=%(A.b-C_1)s.example", "a.example")]
    [TestCase("[smtp]\na=%(b\nb=x\ndomain=%(a)s)s.example", "x.example")]
    [TestCase("[smtp]\ndomain=${NAME}", "env.example")]
    [TestCase("[smtp]\ndomain=mx.${NAME}", "mx.env.example")]
    [TestCase("[smtp]\ndomain=${NESTED}", "env.example")]
    [TestCase("[smtp]\ndomain=${A.b-C_1}", "odd.example")]
    [TestCase("[smtp]\nv=${NAME}\ndomain=%(v)s", "env.example")]
    public void A_reference_is_replaced_by_what_it_names(string text, string domain)
    {
        ConfigurationReading reading = Read(text);
        Assert.That(reading.Errors, Is.Empty);
        Assert.That(reading.Settings!.Smtp.Domain, Is.EqualTo(domain));
        Assert.That(reading.Notices.Select(notice => notice.Text), Has.None.Contains("unknown"), "what is referred to is known");
    }

    [TestCase("[smtp]\n\ndomain=%(host)s", "\"%(host)s\" refers to a name that neither this section nor [DEFAULT] has a text for")]
    [TestCase("host=\n[smtp]\ndomain=%(host)s", "\"%(host)s\" refers to a name that neither this section nor [DEFAULT] has a text for")]
    [TestCase("host=a\n[smtp]\n\nhost=\ndomain=%(host)s", "\"%(host)s\" refers to a name that neither this section nor [DEFAULT] has a text for")]
    [TestCase("[smtp]\nHost=a\ndomain=%(host)s", "\"%(host)s\" refers to a name that neither this section nor [DEFAULT] has a text for")]
    [TestCase("[web]\nhost=a\n[smtp]\ndomain=%(host)s", "\"%(host)s\" refers to a name that neither this section nor [DEFAULT] has a text for")]
    [TestCase("[smtp]\n\ndomain=${ABSENT}", "\"${ABSENT}\" refers to an environment variable that is not set, or empty")]
    [TestCase("[smtp]\n\ndomain=${EMPTY}", "\"${EMPTY}\" refers to an environment variable that is not set, or empty")]
    [TestCase("[smtp]\n\ndomain=%(domain)s", "200 references were replaced and there are still more; does one of them lead back to itself?")]
    [TestCase("[smtp]\na=%(domain)s.\ndomain=%(a)s.", "200 references were replaced and there are still more; does one of them lead back to itself?")]
    [TestCase("[smtp]\n\ndomain=${SELF}", "200 references were replaced and there are still more; does one of them lead back to itself?")]
    public void A_reference_to_nothing_or_without_end_is_an_error(string text, string problem)
    {
        IReadOnlyList<string> errors = Read(text).Errors;
        Assert.That(errors, Has.Count.EqualTo(1));
        Assert.That(errors[0], Does.Match("^smtpd.conf:[345]: smtp.domain: ").And.EndsWith(problem));
    }

    [Test]
    public void What_the_environment_says_is_not_looked_through_for_names() =>
        Assert.That(Read("[smtp]\nhost=a\ndomain=${PERCENT}").Errors, Is.EqualTo((string[])["smtpd.conf:3: smtp.domain: \"%(host)s\" is not a domain name"]));

    [Test]
    public void References_that_nobody_follows_may_be_wrong() => Assert.That(Read("[DEFAULT]\na=%(nothing)s\nb=${ABSENT}\n[smtp]\ndomain=a.example").Errors, Is.Empty);

    [TestCase(199, true)]
    [TestCase(200, false)]
    public void References_may_be_199_deep(int depth, bool isGood)
    {
        var text = new StringBuilder("[smtp]\ndomain=%(n1)s\n");
        for (int level = 1; level < depth; level++) text.Append($"n{level}=%(n{level + 1})s\n");
        text.Append($"n{depth}=deep.example\n");
        Assert.That(Read(text.ToString()).Settings?.Smtp.Domain, isGood ? Is.EqualTo("deep.example") : Is.Null);
    }

    [Test]
    public void Texts_that_multiply_are_stopped()
    {
        var text = new StringBuilder("[smtp]\nspam.regex=%(n0)s\n");
        for (int level = 0; level < 30; level++) text.Append($"n{level}=%(n{level + 1})s%(n{level + 1})s\n");
        text.Append($"n30={new string('x', 60_000)}\n");
        Assert.That(Read(text.ToString()).Errors, Is.EqualTo((string[])["smtpd.conf:2: smtp.spam.regex: with \"%(n30)s\" replaced the text would be longer than 65536 characters"]));
    }

    private static ConfigurationReading Read(string text)
    {
        var raw = new RawConfiguration("smtpd.conf") { Dialect = Dialect.Ini };
        new IniDialect(Variables.GetValueOrDefault).Read(Encoding.UTF8.GetBytes(text), raw);
        return SettingsReader.Read(raw, new SettingsOverrides());
    }
}
