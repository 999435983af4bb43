using System.Globalization;
using NUnit.Framework;
using Smtpd.Mail.Unicode;

namespace Smtpd.Tests.Mail.Unicode;

public sealed class CaseFoldingTests
{
    [TestCase("ABCxyz", "abcxyz")]
    [TestCase("STRASSE", "strasse")]
    [TestCase("Stra\u00DFe", "strasse")]
    [TestCase("\u1E9E", "ss")]
    [TestCase("\u03A3\u03C3\u03C2", "\u03C3\u03C3\u03C3")]
    [TestCase("\u0130", "i\u0307")]
    [TestCase("I", "i")]
    [TestCase("\u0131", "\u0131")]
    [TestCase("\uFB03", "ffi")]
    [TestCase("\u042F", "\u044F")]
    [TestCase("\u13A0", "\u13A0")]
    [TestCase("\uAB70", "\u13A0")]
    [TestCase("\U00010400", "\U00010428")]
    [TestCase("\u4E2D", "\u4E2D")]
    public void Letters_are_folded_fully(string text, string folded) => Assert.That(CaseFolding.Fold(text), Is.EqualTo(folded));

    [TestCase("J\u00DCRGEN", "ju\u0308rgen")]
    [TestCase("\u00C5", "\u212B")]
    [TestCase("\u1E69", "S\u0307\u0323")]
    [TestCase("Stra\u00DFe", "STRASSE")]
    [TestCase("\u1F80", "\u1F00\u0345")]
    public void Texts_that_differ_in_case_or_composition_have_one_key(string one, string other) => Assert.That(CaseFolding.Key(one), Is.EqualTo(CaseFolding.Key(other)));

    [TestCase("jurgen", "j\u00FCrgen")]
    [TestCase("i", "\u0131")]
    [TestCase("A", "\uFF21")]
    public void Different_letters_have_different_keys(string one, string other) => Assert.That(CaseFolding.Key(one), Is.Not.EqualTo(CaseFolding.Key(other)));

    [Test]
    public void A_key_is_its_own_key()
    {
        for (int point = 0; point < 0x30000; point++)
        {
            if (point is >= 0xD800 and <= 0xDFFF) continue;
            string key = CaseFolding.Key(char.ConvertFromUtf32(point));
            if (CaseFolding.Key(key) != key) Assert.Fail($"U+{point:X4}");
        }
    }

    [Test]
    public void Every_folding_of_the_standards_file_is_known()
    {
        int count = 0;
        foreach (string[] row in UnicodeFiles.Rows("CaseFolding.txt"))
        {
            if (row[1] is not ("C" or "F")) continue;
            Assert.That(CaseFolding.Fold(UnicodeFiles.Text(row[0])), Is.EqualTo(UnicodeFiles.Text(row[2])), row[0]);
            count++;
        }
        Assert.That(count, Is.GreaterThan(1000));
    }

    [Test]
    public void What_domain_names_are_mapped_to_is_the_standards_compatible_folding()
    {
        int count = 0;
        foreach (string[] row in UnicodeFiles.Rows("DerivedNormalizationProps.txt"))
        {
            if (row[1] != "NFKC_CF" || row.Length < 3) continue;
            string[] ends = row[0].Split("..");
            for (int point = Hexadecimal(ends[0]); point <= Hexadecimal(ends[^1]); point++)
            {
                if (UnicodeTables.TraitsOf(point).Idna != IdnaStatus.Mapped || point is 0x3002 or 0xFF0E or 0xFF61) continue;
                Assert.That(CaseFolding.FoldCompatibly(point), Is.EqualTo(UnicodeFiles.Text(row[2])), row[0]);
                count++;
            }
        }
        Assert.That(count, Is.GreaterThan(4000));
    }

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
