using System.Diagnostics;
using System.Text;
using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

/// <summary>Files that are wrong in size or kind: an answer comes soon, it is short, and nothing in it obeys the file.</summary>
public sealed class HostileConfigurationTests
{
    private const int Whole = ConfigurationFile.MaxOctets;

    /// <summary>Far above what each takes; quadratic work would need minutes.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static IEnumerable<TestCaseData> Files()
    {
        yield return Named("one line of letters", new string('x', Whole));
        yield return Named("one value", Filled("[smtp]\nspam.regex=", "x"));
        yield return Named("one value of open references", Filled("[smtp]\nspam.regex=", "%("));
        yield return Named("one value of open variables", Filled("[smtp]\nspam.regex=", "${a"));
        yield return Named("one value of references to nothing", Filled("[smtp]\nspam.regex=", "%(a)s"));
        yield return Named("one value of references to text", Filled("[smtp]\na=x\nspam.regex=", "%(a)s"));
        yield return Named("one value of comment signs", Filled("[smtp]\nspam.regex=", "#;"));
        yield return Named("one value of blanks", Filled("[smtp]\nspam.regex=", " "));
        yield return Named("one list of wrong hosts", Filled("[smtp]\nallowed.hosts=", "a b,"));
        yield return Named("one list of wrong addresses", Filled("[smtp]\ntrusted.hosts=", "a b,"));
        yield return Named("many lines that are none", Filled("[smtp]\n", "oops\n"));
        yield return Named("many unknown names", "[smtp]\n" + string.Concat(Enumerable.Range(0, 100_000).Select(number => $"n{number}=\n")));
        yield return Named("many unknown sections", string.Concat(Enumerable.Range(0, 100_000).Select(number => $"[{number}]\n")));
        yield return Named("many continued lines", Filled("[smtp]\nspam.regex=a\n", " b\n"));
        yield return Named("many continued lines of a number", Filled("[smtp]\nmax.clients=1\n", " 2\n"));
        yield return Named("many values of one name", Filled("[smtp]\n", "max.clients=1\n"));
        yield return Named("many sections of one name", Filled("", "[smtp]\n"));
        yield return Named("a digit without end", Filled("[smtp]\nmax.clients=", "9"));
        yield return Named("every option refers to one big text", "[DEFAULT]\nbig=" + new string('x', 900_000) + "\n" + References("%(big)s"));
        yield return Named("every option refers to itself", References("%(domain)s %(level)s"));
        yield return Named("flat: many unknown keys", "{ \"GM_X\": 1" + string.Concat(Enumerable.Range(0, 60_000).Select(number => $",\"n{number}\": 1")) + "}");
        yield return Named("flat: many equal keys", "{" + Repeated("\"NGINX_AUTH\": 1,", 900_000) + "\"GM_X\": 1 }");
        yield return Named("flat: many values of one key", "{" + Repeated("\"GSMTP_TIMEOUT\": \"x\",", 900_000) + "\"GM_X\": 1 }");
        yield return Named("flat: deep nesting", "{ \"GM_X\": " + new string('[', 900_000));
        yield return Named("flat: one value", "{ \"GSMTP_HOST_NAME\": \"" + new string('x', 900_000) + "\" }");
        yield return Named("terminal commands", "[smtp]\n\u001b[2J=1\n\u001b]0;x\u0007\n[\u009b31m]\ndomain=\u001b[2J\nmax.clients=\u2028\ntrusted.hosts=\u0085x\n");
        yield return Named("half of a surrogate pair", "{ \"GM_X\": 1,\n\"GSMTP_HOST_NAME\": \"\\ud800\" }");
    }

    [TestCaseSource(nameof(Files))]
    public void The_answer_is_soon_short_and_harmless(string text)
    {
        var clock = Stopwatch.StartNew();
        ConfigurationReading reading = Configure.From(text);
        Assert.That(clock.Elapsed, Is.LessThan(Soon));
        Assert.That(reading.Errors, Has.Count.LessThan(100));
        Assert.That(reading.Notices, Has.Count.LessThan(100));
        string said = string.Concat([.. reading.Errors, .. reading.Notices.Select(notice => notice.Text)]);
        Assert.That(said.Length, Is.LessThan(100_000));
        Assert.That(said, Does.Not.Match("[\u0000-\u001f\u007f-\u009f\u2028]"));
    }

    [Test]
    public void Noise_of_any_kind_is_read_without_an_exception()
    {
        var random = new Random(20180925);
        string[] starts = ["", "[smtp]\n", "{ \"GSMTP_TIMEOUT\": ", "[smtp]\ndomain=", "\uFEFF"];
        for (int round = 0; round < 2000; round++)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            byte[] text = [.. Encoding.UTF8.GetBytes(starts[round % starts.Length]), .. noise];
            Assert.That(() => Configure.From(text), Throws.Nothing, () => Convert.ToHexString(text));
        }
    }

    [Test]
    public void Noise_of_the_dialects_own_signs_is_read_without_an_exception()
    {
        var random = new Random(20120313);
        string[] words = ["[", "]", "smtp", "DEFAULT", "domain", "=", ":", "\n", "\n ", "\r", "\t", " #", " ;", "%(", ")s", "domain)s", "${", "}", "PATH", "a.example", "{", "\"GSMTP_TIMEOUT\"", ",", "\""];
        for (int round = 0; round < 5_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => words[random.Next(words.Length)]));
            Assert.That(() => Configure.From(text), Throws.Nothing, () => text);
        }
    }

    private static TestCaseData Named(string name, string text) => new TestCaseData(text).SetArgDisplayNames(name);

    private static string Filled(string start, string part) => start + Repeated(part, Whole - start.Length);

    private static string Repeated(string part, int characters) => string.Concat(Enumerable.Repeat(part, characters / part.Length));

    private static string References(string value) =>
        string.Concat(OptionTable.Sections.Select(section => $"[{section}]\n" + string.Concat(OptionTable.KeysOf(section).Select(key => $"{key}={value}\n"))));
}
