using NUnit.Framework;
using Smtpd.Mail.Unicode;

namespace Smtpd.Tests.Mail.Unicode;

/// <summary>UAX 15. Texts beyond ASCII are escaped where their code points matter.</summary>
public sealed class NormalizationTests
{
    [TestCase("", "", "", "", "")]
    [TestCase("plain", "plain", "plain", "plain", "plain")]
    [TestCase("\u00E9", "\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [TestCase("e\u0301", "\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [TestCase("\u212B", "\u00C5", "A\u030A", "\u00C5", "A\u030A")]
    [TestCase("\uFB01", "\uFB01", "\uFB01", "fi", "fi")]
    [TestCase("q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [TestCase("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [TestCase("\uAC01", "\uAC01", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8")]
    [TestCase("\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8")]
    [TestCase("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [TestCase("\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    [TestCase("\uFF21\u3000", "\uFF21\u3000", "\uFF21\u3000", "A ", "A ")]
    [TestCase("\u00A0", "\u00A0", "\u00A0", " ", " ")]
    [TestCase("\u0301", "\u0301", "\u0301", "\u0301", "\u0301")]
    public void Every_form_is_as_the_standard_says(string text, string c, string d, string kc, string kd) => Assert.That(
        (Normalization.Nfc(text), Normalization.Nfd(text), Normalization.Nfkc(text), Normalization.Nfkd(text)), Is.EqualTo((c, d, kc, kd)));

    [Test]
    public void Half_of_a_pair_is_kept()
    {
        foreach (string text in (string[])["\uD800", "a\uDC00b", "\uD800\u0301", "\u00E9\uDBFF"])
            Assert.That(Normalization.Nfkc(text).Length, Is.EqualTo(text.Length));
    }

    [Test, CancelAfter(20_000)]
    public void Very_many_marks_cost_no_quadratic_time()
    {
        string marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 200_000));
        Assert.That(Normalization.Nfd("a" + marks), Is.EqualTo("a" + new string('\u0323', 200_000) + new string('\u0301', 200_000)));
    }

    [Test]
    public void The_standards_own_cases_hold()
    {
        int count = 0;
        foreach (string[] row in UnicodeFiles.Rows("NormalizationTest.txt"))
        {
            string[] texts = [.. row[..5].Select(UnicodeFiles.Text)];
            foreach (string text in texts[..3]) Assert.That((Normalization.Nfc(text), Normalization.Nfd(text)), Is.EqualTo((texts[1], texts[2])), row[0]);
            foreach (string text in texts[3..]) Assert.That((Normalization.Nfc(text), Normalization.Nfd(text)), Is.EqualTo((texts[3], texts[4])), row[0]);
            foreach (string text in texts) Assert.That((Normalization.Nfkc(text), Normalization.Nfkd(text)), Is.EqualTo((texts[3], texts[4])), row[0]);
            count++;
        }
        Assert.That(count, Is.GreaterThan(10_000));
    }
}
