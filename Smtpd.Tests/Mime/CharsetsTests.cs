using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

public sealed class CharsetsTests
{
    [TestCase("utf-8", "C3BC", "ü")]
    [TestCase("UTF8", "C3BC", "ü")]
    [TestCase(" \"utf-8\" ", "C3BC", "ü")]
    [TestCase("", "C3BC", "ü")]
    [TestCase("us-ascii", "80", "€")]
    [TestCase("iso-8859-1", "80FC", "€ü")]
    [TestCase("latin1", "FC", "ü")]
    [TestCase("windows-1252", "80", "€")]
    [TestCase("cp1252", "80", "€")]
    [TestCase("x-cp1252", "80", "€")]
    [TestCase("windows-1251", "CFF0E8", "При")]
    [TestCase("iso-8859-2", "B1", "ą")]
    [TestCase("iso-8859-9", "F0", "ğ")]
    [TestCase("iso-8859-15", "A4", "€")]
    [TestCase("koi8-r", "F0D2C9", "При")]
    [TestCase("ibm850", "81", "ü")]
    [TestCase("macintosh", "9F", "ü")]
    [TestCase("x-mac-cyrillic", "80", "А")]
    [TestCase("shift_jis", "93FA967B", "日本")]
    [TestCase("x-sjis", "93FA967B", "日本")]
    [TestCase("euc-jp", "C6FCCBDC", "日本")]
    [TestCase("iso-2022-jp", "1B2442467C4B5C1B2842", "日本")]
    [TestCase("gb2312", "C8D5B1BE", "日本")]
    [TestCase("gb18030", "C8D5B1BE", "日本")]
    [TestCase("hz-gb-2312", "7E7B4855313E7E7D", "日本")]
    [TestCase("big5", "A4E9A5BB", "日本")]
    [TestCase("euc-kr", "C7D1B1DB", "한글")]
    [TestCase("tis-620", "A1", "ก")]
    [TestCase("utf-16", "FC00", "ü")]
    [TestCase("utf-16be", "00FC", "ü")]
    public void A_name_as_mail_has_it_decodes(string name, string octets, string text) => Assert.That(Charsets.Find(name)?.GetString(Convert.FromHexString(octets)), Is.EqualTo(text));

    [TestCase("no-such-charset")]
    [TestCase("unknown-8bit")]
    [TestCase("x-unknown")]
    [TestCase("x-")]
    [TestCase("utf-7")]
    [TestCase("cp65000")]
    [TestCase("cp0")]
    [TestCase("cp99999")]
    [TestCase("cp99999999999")]
    [TestCase("cp-1")]
    [TestCase("utf-8\u00A0x")]
    public void A_name_that_nobody_knows_is_none(string name) => Assert.That(Charsets.Find(name), Is.Null);

    [TestCase("utf-8", "FF41")]
    [TestCase("shift_jis", "93FA93")]
    [TestCase("gb2312", "C8D5C8")]
    [TestCase("euc-kr", "C7D1C7")]
    [TestCase("big5", "A4E9A4")]
    public void Octets_that_the_encoding_does_not_know_become_the_replacement_character(string name, string octets) =>
        Assert.That(Charsets.Find(name)!.GetString(Convert.FromHexString(octets)), Does.Contain("\uFFFD"));

    [Test]
    public void No_octets_and_no_number_make_a_charset_fail()
    {
        var random = new Random(20260905);
        var octets = new byte[4096];
        random.NextBytes(octets);
        "\u001b$B~{~~\u001b(J\u000e\u001b$)C"u8.CopyTo(octets);
        int known = 0;
        for (int page = 0; page <= 66_000; page++)
        {
            if (Charsets.Find($"cp{page}") is not { } encoding) continue;
            known++;
            Assert.That(() => encoding.GetString(octets), Throws.Nothing, encoding.WebName);
        }
        Assert.That(known, Is.GreaterThan(100));
    }
}
