using NUnit.Framework;
using Smtpd.Storage.Search;

namespace Smtpd.Tests.Storage.Search;

/// <summary>Words of many scripts. Texts beyond ASCII are escaped where their code points matter.</summary>
public sealed class SearchWordsTests
{
    [TestCase("", "")]
    [TestCase(" \t\r\n", "")]
    [TestCase("Hello, World!", "hello world ")]
    [TestCase("foo@bar.example.com", "foo bar example com ")]
    [TestCase("don't stop_it", "don t stop it ")]
    [TestCase("RFC-5321 \u00A74.5.2", "rfc 5321 4 5 2 ")]
    [TestCase("Caf\u00E9 CAFE\u0301", "cafe cafe ")]
    [TestCase("Stra\u00DFe STRASSE", "strasse strasse ")]
    [TestCase("\u0141\u00F3d\u017A \u00D8re \u00C6r\u00F8 \u0153uvre", "lodz ore aero oeuvre ")]
    [TestCase("\u0130stanbul \u0131rmak", "istanbul irmak ")]
    [TestCase("\uFF28\uFF45\uFF4C\uFF4C\uFF4F \uFB01ne \u2460", "hello fine 1 ")]
    [TestCase("\u1F08\u03B8\u03AE\u03BD\u03B1 \u03A3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C2", "\u03B1\u03B8\u03B7\u03BD\u03B1 \u03C3\u03B9\u03C3\u03C5\u03C6\u03BF\u03C3 ")]
    [TestCase("\u0401\u043B\u043A\u0430", "\u0435\u043B\u043A\u0430 ")]
    [TestCase("\u05E9\u05B8\u05C1\u05DC\u05D5\u05B9\u05DD", "\u05E9\u05DC\u05D5\u05DD ")]
    [TestCase("\u0623\u064E\u0647\u0652\u0644\u064B\u0627 \u0645\u0640\u0640\u0631\u062D\u0628\u0627", "\u0627\u0647\u0644\u0627 \u0645\u0631\u062D\u0628\u0627 ")]
    [TestCase("so\u00ADft za\u200Cb", "soft zab ")]
    [TestCase("\u65E5\u672C\u8A9E", "\u65E5\u672C \u672C\u8A9E \u8A9E ")]
    [TestCase("\u98DF\u3079\u308B\u3001\u98F2\u3080", "\u98DF\u3079 \u3079\u308B \u308B \u98F2\u3080 \u3080 ")]
    [TestCase("\uFF76\uFF9E\uFF77", "\u30AC\u30AD \u30AD ")]
    [TestCase("\uB300\uD559\uAD50", "\uB300\uD559 \uD559\uAD50 \uAD50 ")]
    [TestCase("\u1112\u1161\u11AB\u1100\u1173\u11AF", "\uD55C\uAE00 \uAE00 ")]
    [TestCase("\u0E20\u0E32\u0E29\u0E32", "\u0E20\u0E32 \u0E32\u0E29 \u0E29\u0E32 \u0E32 ")]
    [TestCase("\u0E53 \u0E2512", "3 \u0E25 12 ")]
    [TestCase("\u65E5x\u672C", "\u65E5 x \u672C ")]
    [TestCase("\u0939\u093F\u0928\u094D\u0926\u0940", "\u0939\u093F\u0928\u094D\u0926\u0940 ")]
    [TestCase("Party \U0001F389\U0001F3FD now\u2764\uFE0F", "party \U0001F389 now \u2764 ")]
    [TestCase("\U00020000\U00020001", "\U00020000\U00020001 \U00020001 ")]
    [TestCase("a\uE000b\uE001c\uFFFDd", "a b c d ")]
    [TestCase("\u0661\u0662\u0663", "123 ")]
    [TestCase("a\0b\u0001c", "a b c ")]
    public void Text_becomes_words(string text, string words) => Assert.That(SearchWords.Of(text), Is.EqualTo(words));

    [Test]
    public void Half_of_a_pair_divides_words() => Assert.That(SearchWords.Of("a\uD800b \uDC00\uD800c"), Is.EqualTo("a b c "));

    [Test]
    public void Long_words_are_cut_alike_in_ASCII_and_beyond()
    {
        Assert.That(SearchWords.Of(new string('A', 1000)), Is.EqualTo(new string('a', SearchWords.MostLetters) + " "));
        Assert.That(SearchWords.Of("\u00E9" + new string('a', 1000)), Is.EqualTo("e" + new string('a', SearchWords.MostLetters - 1) + " "));
    }

    [Test]
    public void Words_of_words_are_the_same_words()
    {
        // An index divides at every octet of ASCII that is neither letter nor digit, and keeps all others.
        for (int point = 0; point < 0x30000; point++)
        {
            if (point is >= 0xD800 and <= 0xDFFF) continue;
            string words = SearchWords.Of("x" + char.ConvertFromUtf32(point) + "y");
            if (words.Any(letter => letter < 0x80 && letter != ' ' && !char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter))) Assert.Fail($"U+{point:X4}: {words}");
            string one = SearchWords.Of(char.ConvertFromUtf32(point));
            if (!one.TrimEnd(' ').Contains(' ', StringComparison.Ordinal) && SearchWords.Of(one) != one) Assert.Fail($"U+{point:X4}: {one} becomes {SearchWords.Of(one)}");
        }
    }

    [TestCase("hello", false, "hello ", true)]
    [TestCase("hello", true, "hello ", false)]
    [TestCase("foo@bar.com", false, "foo bar com ", true)]
    [TestCase("\u65E5\u672C", false, "\u65E5\u672C ", false)]
    [TestCase("\u65E5\u672C\u8A9E", true, "\u65E5\u672C \u672C\u8A9E ", false)]
    [TestCase("\u65E5", true, "\u65E5 ", true)]
    [TestCase("\u65E5\u672Cx", false, "\u65E5\u672C \u672C x ", true)]
    [TestCase("\u65E5\u672C \u672C", true, "\u65E5\u672C \u672C \u672C ", true)]
    [TestCase("-.", false, "", false)]
    public void Words_looked_for_may_end_inside_of_words(string text, bool isWhole, string words, bool isBeginning) =>
        Assert.That(SearchQueryWords.Of(text, isWhole), Is.EqualTo((words, isBeginning)));

    [Test, CancelAfter(20_000)]
    public void Text_without_any_space_takes_no_quadratic_time()
    {
        string marks = new('\u0301', 1_000_000), han = new('\u65E5', 1_000_000);
        Assert.That(SearchWords.Of("e" + marks), Is.EqualTo("e "));
        Assert.That(SearchWords.Of(han).Length, Is.EqualTo((3 * 999_999) + 2));
    }
}
