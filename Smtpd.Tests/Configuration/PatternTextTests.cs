using System.Diagnostics;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

/// <summary><c>smtp.spam.regex</c>, written for RE2 and read by another engine of the same kind.</summary>
public sealed class PatternTextTests
{
    // DEFECTS row 2: an empty pattern matched everything.
    [TestCase("")]
    [TestCase("  ")]
    public void Nothing_is_no_pattern(string text)
    {
        Assert.That(PatternText.TryCompile(text, out Regex? pattern, out _), Is.True);
        Assert.That(pattern, Is.Null);
    }

    [TestCase(@"email(.*?)@yandex.ru|my profile is here:", "write to email me@yandex.ru", true)]
    [TestCase(@"(?i)casino", "The CASINO", true)]
    [TestCase(@"(?P<what>casino)", "casino", true)]
    [TestCase(@"[[:upper:]]{3}[[:digit:]]+", "ABC1", true)]
    [TestCase(@"^[[:alpha:][:space:]]+$", "two words", true)]
    [TestCase(@"^[^[:space:]]+$", "two words", false)]
    [TestCase(@"\[[:alpha:]", "[a", true)]
    [TestCase(@"\(?P", "P", true)]
    [TestCase(@"[(?P<]x", "Px", true)]
    [TestCase("лотерея", "наша лотерея", true)]
    public void A_pattern_means_what_it_meant_in_the_original(string text, string subject, bool matches)
    {
        Assert.That(PatternText.TryCompile(text, out Regex? pattern, out string? problem), Is.True, problem);
        Assert.That(pattern!.IsMatch(subject), Is.EqualTo(matches));
    }

    // DEFECTS row 3: an invalid pattern ended the process at the first mail.
    [TestCase("(")]
    [TestCase("[a-")]
    [TestCase("a{2,1}")]
    [TestCase(@"(a)\1")]
    [TestCase("(?<=a)b")]
    public void What_is_no_pattern_is_told(string text)
    {
        Assert.That(PatternText.TryCompile(text, out _, out string? problem), Is.False);
        Assert.That(problem, Does.StartWith($"\"{text}\" "));
    }

    [Test]
    public void No_text_makes_a_pattern_slow()
    {
        PatternText.TryCompile("(a+)+$|(x?){30}y|(.*)*z", out Regex? pattern, out _);
        var watch = Stopwatch.StartNew();
        Assert.That(pattern!.IsMatch(new string('a', 200_000) + "!"), Is.False);
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void Spam_is_thrown_away_where_an_ini_file_says_nothing_else_and_refused_elsewhere()
    {
        Assert.That(Configure.Good("[smtp]\nspam.regex=casino\n").Smtp.SpamAction, Is.EqualTo(SpamAction.Discard));
        Assert.That(Configure.Good("[smtp]\nspam.regex=casino\nspam.action=tag\n").Smtp.SpamAction, Is.EqualTo(SpamAction.Tag));
        Assert.That(Configure.Good("""{ "smtp": { "spam.regex": "casino" } }""").Smtp.SpamAction, Is.EqualTo(SpamAction.Reject));
        Assert.That(Configure.Good("[smtp]\ndomain=a.example\n").Smtp.SpamAction, Is.EqualTo(SpamAction.Reject));
    }
}
