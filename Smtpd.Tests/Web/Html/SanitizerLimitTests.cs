using System.Diagnostics;
using NUnit.Framework;
using Smtpd.Web.Html;

namespace Smtpd.Tests.Web.Html;

/// <summary>HTML that is made to take long, or to go deep: it ends early, with a part of it and a note.</summary>
public sealed class SanitizerLimitTests
{
    /// <summary>Many times what it takes; without the limits most of these take minutes or overflow the stack.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static string Many(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static IEnumerable<TestCaseData> Endless()
    {
        yield return new TestCaseData(Many("<div>", 100_000)).SetArgDisplayNames("divisions in divisions");
        yield return new TestCaseData(Many("<b>", 100_000)).SetArgDisplayNames("formats in formats");
        yield return new TestCaseData(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"<font size={i}><p>"))).SetArgDisplayNames("formats that begin again");
        yield return new TestCaseData("<table>" + Many("<b></b>", 300_000)).SetArgDisplayNames("misplaced in a table");
        yield return new TestCaseData(Many("<a><div>", 50_000)).SetArgDisplayNames("wrongly nested");
        yield return new TestCaseData("<b><div>" + Many("<br>", 90_000) + "</b>" + Many("<b></div></b>", 1000)).SetArgDisplayNames("adopted children");
        yield return new TestCaseData(Many("<span>x</span>", 500_000)).SetArgDisplayNames("very many elements");
        yield return new TestCaseData(Many("<template>", 100_000)).SetArgDisplayNames("templates");
        yield return new TestCaseData(Many("<svg><desc>", 100_000)).SetArgDisplayNames("foreign elements");
        yield return new TestCaseData(Many("x", HtmlLimits.Characters + 1)).SetArgDisplayNames("text");
    }

    [TestCaseSource(nameof(Endless))]
    public void What_would_take_long_ends_early_and_says_so(string html)
    {
        var clock = Stopwatch.StartNew();
        SanitizedHtml safe = HtmlSanitizer.Sanitize(html, allowsRemote: false);
        Assert.That(safe.IsWhole, Is.False);
        Assert.That(safe.Text, Does.Contain("html::before{content:'The end of this message is not shown here").And.EndsWith("</body></html>"), "where no selector of the mail reaches");
        Assert.That(clock.Elapsed, Is.LessThan(s_patience));
    }

    /// <summary>The parser loses its way in cells within a template, and would take what is in it for a part of the table around it.</summary>
    [TestCase("a<template><td>b</td></template>c", "a")]
    [TestCase("<table><tr><td>a<template><td>b</template>c</table>", "<table><tbody><tr><td>a</td></tr></tbody></table>")]
    [TestCase("a<template><template><caption>b", "a")]
    public void Cells_in_a_template_end_the_message(string html, string expected)
    {
        SanitizedHtml safe = HtmlSanitizer.Sanitize(html, allowsRemote: false);
        Assert.That(safe.IsWhole, Is.False);
        Assert.That(Sanitized.Body(safe.Text), Is.EqualTo(expected));
    }

    [TestCase("<template><tr><td>a</td></tr></template>b", "b")]
    [TestCase("<template><table><tr><td>a</table></template>b<template></template>c", "bc")]
    public void Other_templates_are_left_away_alone(string html, string expected)
    {
        SanitizedHtml safe = HtmlSanitizer.Sanitize(html, allowsRemote: false);
        Assert.That((safe.IsWhole, Sanitized.Body(safe.Text)), Is.EqualTo((true, expected)));
    }

    private static IEnumerable<TestCaseData> Long()
    {
        yield return new TestCaseData("<a " + string.Concat(Enumerable.Range(0, 300_000).Select(i => $"a{i}=1 ")) + ">").SetArgDisplayNames("attributes");
        yield return new TestCaseData($"<style>{new string('{', 500_000)}</style>").SetArgDisplayNames("open blocks");
        yield return new TestCaseData($"<style>{Many("@media x{", 100_000)}</style>").SetArgDisplayNames("open queries");
        yield return new TestCaseData($"<style>p{{width:{new string('(', 500_000)}}}</style>").SetArgDisplayNames("open brackets");
        yield return new TestCaseData($"<style>{Many("p,", 100_000)}p{{margin:0}}</style>").SetArgDisplayNames("selectors");
        yield return new TestCaseData($"<style>{Many("html ", 200_000)}p{{margin:0}}</style>").SetArgDisplayNames("roots within roots");
        yield return new TestCaseData(new string('<', 1_000_000)).SetArgDisplayNames("brackets");
        yield return new TestCaseData(Many("<!--", 500_000)).SetArgDisplayNames("comments");
        yield return new TestCaseData("<svg>" + Many("<![CDATA[", 200_000)).SetArgDisplayNames("sections");
        yield return new TestCaseData(Many("&#x", 500_000)).SetArgDisplayNames("references");
    }

    [TestCaseSource(nameof(Long))]
    public void What_is_only_long_is_read_to_its_end(string html)
    {
        var clock = Stopwatch.StartNew();
        Assert.That(HtmlSanitizer.Sanitize(html, allowsRemote: false).IsWhole, Is.True);
        Assert.That(clock.Elapsed, Is.LessThan(s_patience));
    }
}
