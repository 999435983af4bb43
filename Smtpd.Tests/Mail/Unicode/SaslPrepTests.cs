using NUnit.Framework;
using Smtpd.Mail.Unicode;

namespace Smtpd.Tests.Mail.Unicode;

/// <summary>RFC 4013, with its own examples (§3) first.</summary>
public sealed class SaslPrepTests
{
    [TestCase("I\u00ADX", "IX")]
    [TestCase("user", "user")]
    [TestCase("USER", "USER")]
    [TestCase("\u00AA", "a")]
    [TestCase("\u2168", "IX")]
    [TestCase("", "")]
    [TestCase("pass word", "pass word")]
    [TestCase("pass\u00A0word", "pass word")]
    [TestCase("pass\u3000word", "pass word")]
    [TestCase("e\u0301", "\u00E9")]
    [TestCase("\uFEFFa\u200D", "a")]
    [TestCase("\u0627\u0031\u0628", "\u0627\u0031\u0628")]
    [TestCase("\u05D0\u05D1", "\u05D0\u05D1")]
    [TestCase("\U0001F511", "\U0001F511")]
    public void Texts_are_prepared(string text, string prepared) => Assert.That(SaslPrep.Prepare(text), Is.EqualTo(prepared));

    [TestCase("\u0007")]
    [TestCase("a\u007F")]
    [TestCase("\u0627\u0031")]
    [TestCase("\u0627a\u0628")]
    [TestCase("a\u0085")]
    [TestCase("\u00E9\u0000")]
    [TestCase("\uE000")]
    [TestCase("\uFFFD")]
    [TestCase("\uFFFE")]
    [TestCase("\uD800")]
    [TestCase("a\u202Eb")]
    [TestCase("\u2FF0")]
    [TestCase("\U000E0041")]
    [TestCase("\U0010FFFF")]
    public void What_no_name_and_no_password_may_hold_is_refused(string text) => Assert.That(SaslPrep.Prepare(text), Is.Null);

    [Test]
    public void What_is_prepared_stays_as_it_is()
    {
        for (int point = 0; point < 0x30000; point++)
        {
            if (point is >= 0xD800 and <= 0xDFFF || SaslPrep.Prepare(char.ConvertFromUtf32(point)) is not { } prepared) continue;
            if (SaslPrep.Prepare(prepared) != prepared) Assert.Fail($"U+{point:X4}");
        }
    }
}
