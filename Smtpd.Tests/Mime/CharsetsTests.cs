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
    [TestCase("iso-8859-1", "C38680C386", "Ã\u0086€Ã\u0086")]
    [TestCase("iso-8859-1", "6192738180", "a’s\u0081€")]
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
    [TestCase("utf-16", "FEFF00FC", "ü")]
    [TestCase("utf-16", "FFFEFC00", "ü")]
    [TestCase("utf-16", "00610062", "ab")]
    [TestCase("utf-32", "0000FEFF000000FC", "ü")]
    [TestCase("utf-7", "482B415077414B7959362D2D21", "Hü+☺-!")]
    [TestCase("utf-7", "612B3244336541412D62", "a😀b")]
    [TestCase("cp65000", "2B2D", "+")]
    [TestCase("utf-7", "2B3244302D", "\uFFFD")]
    [TestCase("iso8859_1", "FC", "ü")]
    [TestCase("ISO 8859-2", "B1", "ą")]
    [TestCase("iso_8859-2:1987", "B1", "ą")]
    [TestCase("utf-8 ;", "C3BC", "ü")]
    [TestCase("3Dutf-8", "C3BC", "ü")]
    [TestCase("charset=utf8", "C3BC", "ü")]
    [TestCase("win-1251", "CFF0E8", "При")]
    [TestCase("cp-1251", "CFF0E8", "При")]
    [TestCase("x-cp1251", "CFF0E8", "При")]
    [TestCase("1251", "CFF0E8", "При")]
    [TestCase("cswindows1251", "CFF0E8", "При")]
    [TestCase("koi8_r", "F0D2C9", "При")]
    [TestCase("koi8-u", "A4", "є")]
    [TestCase("koi8-ru", "AE", "ў")]
    [TestCase("iso-8859-10", "A2", "Ē")]
    [TestCase("iso-8859-14", "D0", "Ŵ")]
    [TestCase("iso-8859-16", "A4", "€")]
    [TestCase("iso-8859-7", "A4", "€")]
    [TestCase("iso-8859-3", "A5", "\uFFFD")]
    [TestCase("iso-8859-8-i", "E0", "א")]
    [TestCase("windows-1253", "AA", "\uFFFD")]
    [TestCase("viscii", "80", "Ạ")]
    [TestCase("x-user-defined", "80FF", "\uF780\uF7FF")]
    [TestCase("macintosh", "BD", "Ω")]
    [TestCase("x-mac-ce", "8A", "ä")]
    [TestCase("ibm037", "C8C5D3D3D6", "HELLO")]
    [TestCase("cp437", "81", "ü")]
    [TestCase("shift_jis", "ED40", "纊")]
    [TestCase("shift_jis", "8790", "≒")]
    [TestCase("big5", "A2CC", "十")]
    [TestCase("big5-hkscs", "FAB1", "刦")]
    [TestCase("big5-hkscs", "8862", "Ê̄")]
    [TestCase("big5", "8740", "䏰")]
    [TestCase("big5", "C7F3", "А")]
    [TestCase("big5", "41A4", "A\uFFFD")]
    [TestCase("big5", "FF41", "\uFFFDA")]
    [TestCase("euc-jp", "8FB0A1", "丂")]
    [TestCase("euc-jp", "8EB1", "ｱ")]
    [TestCase("iso-2022-jp-1", "1B24284430211B2842", "丂")]
    [TestCase("iso-2022-jp-2", "1B2441484B1B2842", "人")]
    [TestCase("iso-2022-jp-2", "1B2E461B4E61", "α")]
    [TestCase("iso-2022-jp", "1B284931321B2842", "ｱｲ")]
    [TestCase("iso-2022-jp", "B1B2", "ｱｲ")]
    [TestCase("iso-2022-jp", "1B284A5C7E1B2842", "¥‾")]
    [TestCase("iso-2022-jp", "1B2442467C0A", "日\n")]
    [TestCase("iso-2022-jp-3", "1B24284F467C1B2842", "日")]
    [TestCase("iso-2022-kr", "1B2429430E4751315B0F", "한글")]
    [TestCase("iso-2022-kr", "0E4751315B 0A 61", "한글\na")]
    [TestCase("iso-2022-cn", "1B2429410E48553E0F", "日\uFFFD")]
    [TestCase("iso-2022-cn", "1B2429470E44210F", "一")]
    [TestCase("iso-2022-cn", "1B242A481B4E2121", "乂")]
    [TestCase("hz-gb-2312", "7E7E617E7B48557E7D627E0A63", "~a日bc")]
    [TestCase("hz", "7E7B48550A61", "日\na")]
    [TestCase("gbk", "80", "€")]
    [TestCase("euc-tw", "C4A1", "一")]
    [TestCase("johab", "8861", "가")]
    public void A_name_as_mail_has_it_decodes(string name, string octets, string text) => Assert.That(Charsets.Find(name)?.GetString(Convert.FromHexString(octets.Replace(" ", "", StringComparison.Ordinal))), Is.EqualTo(text));

    [TestCase("no-such-charset")]
    [TestCase("unknown-8bit")]
    [TestCase("x-unknown")]
    [TestCase("x-")]
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
