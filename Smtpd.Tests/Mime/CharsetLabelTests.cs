using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

/// <summary>The labels of the Encoding standard of WHATWG (§4.2), each with octets that tell its encoding from the others.</summary>
public sealed class CharsetLabelTests
{
    [TestCase("C3BC", "ü", "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8")]
    [TestCase("80B1", "А▒", "866 cp866 csibm866 ibm866")]
    [TestCase("B1F8", "ąř", "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2")]
    [TestCase("A1A6", "ĦĤ", "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3")]
    [TestCase("A2BA", "ĸē", "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4")]
    [TestCase("B0F1", "Аё", "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988")]
    [TestCase("C7AC", "ا،", "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987")]
    [TestCase("E1A1", "α‘", "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek")]
    [TestCase("E0DF", "א‗", "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical")]
    [TestCase("A2FF", "Ēĸ", "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6")]
    [TestCase("A1FF", "”’", "iso-8859-13 iso8859-13 iso885913")]
    [TestCase("A1FF", "Ḃÿ", "iso-8859-14 iso8859-14 iso885914")]
    [TestCase("A4A6", "€Š", "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9")]
    [TestCase("A1AA", "ĄȘ", "iso-8859-16")]
    [TestCase("F0A3", "Пё", "cskoi8r koi koi8 koi8-r koi8_r")]
    [TestCase("F0A4AE", "Пєў", "koi8-ru koi8-u")]
    [TestCase("8ABDDB", "äΩ€", "csmacintosh mac macintosh x-mac-roman")]
    [TestCase("80A1", "€ก", "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874")]
    [TestCase("8CB9", "Śą", "cp1250 windows-1250 x-cp1250")]
    [TestCase("88CF", "€П", "cp1251 windows-1251 x-cp1251")]
    [TestCase("80FC", "€ü", "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252")]
    [TestCase("A2E1", "Άα", "cp1253 windows-1253 x-cp1253")]
    [TestCase("80F0", "€ğ", "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 windows-1254 x-cp1254")]
    [TestCase("A4E0", "₪א", "cp1255 windows-1255 x-cp1255")]
    [TestCase("81C7", "پا", "cp1256 windows-1256 x-cp1256")]
    [TestCase("80E6", "€ę", "cp1257 windows-1257 x-cp1257")]
    [TestCase("80F5", "€ơ", "cp1258 windows-1258 x-cp1258")]
    [TestCase("80FF", "А€", "x-mac-cyrillic x-mac-ukrainian")]
    [TestCase("C8D580", "日€", "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk")]
    [TestCase("C8D58139EE39", "日㐀", "gb18030")]
    [TestCase("A4E9A5BB", "日本", "big5 big5-hkscs cn-big5 csbig5 x-x-big5")]
    [TestCase("C6FC8FB0A1", "日丂", "cseucpkdfmtjapanese euc-jp x-euc-jp")]
    [TestCase("1B2442467C1B2842", "日", "csiso2022jp iso-2022-jp")]
    [TestCase("93FAB1", "日ｱ", "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis")]
    [TestCase("C7D1B1DB", "한글", "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949")]
    [TestCase("7E7B48557E7D", "日", "hz-gb-2312")]
    [TestCase("1B2429410E48550F", "日", "iso-2022-cn iso-2022-cn-ext")]
    [TestCase("1B2429430E47510F", "한", "csiso2022kr iso-2022-kr")]
    [TestCase("00FC", "ü", "unicodefffe utf-16be")]
    [TestCase("FC00", "ü", "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le")]
    [TestCase("80FF", "\uF780\uF7FF", "x-user-defined")]
    public void Every_label_names_its_encoding(string octets, string text, string labels) => Assert.Multiple(() =>
    {
        foreach (string label in labels.Split(' '))
        {
            Assert.That(Charsets.Find(label)?.GetString(Convert.FromHexString(octets)), Is.EqualTo(text), label);
            Assert.That(Charsets.Find(label.ToUpperInvariant())?.GetString(Convert.FromHexString(octets)), Is.EqualTo(text), label);
        }
    });

    [TestCase("utf-16")]
    [TestCase("utf-16be")]
    [TestCase("utf-32")]
    [TestCase("utf-7")]
    [TestCase("iso-2022-jp")]
    [TestCase("iso-2022-kr")]
    [TestCase("iso-2022-cn")]
    [TestCase("hz")]
    [TestCase("euc-jp")]
    [TestCase("shift_jis")]
    [TestCase("gb18030")]
    [TestCase("big5")]
    [TestCase("iso-8859-1")]
    public void What_comes_out_is_always_whole_letters(string name)
    {
        var random = new Random(20261122);
        byte[] octets = new byte[300];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(octets);
            // Escapes, shifts and the letters that open and close make more of the octets mean something.
            for (int k = 0; k < 60; k++) octets[random.Next(octets.Length)] = "\u001B\u000E\u000F$()ABNOC+~{}-\n"u8[random.Next(17)];
            string text = Charsets.Find(name)!.GetString(octets.AsSpan(0, random.Next(octets.Length)));
            Assert.That(text.EnumerateRunes().Sum(rune => rune.Utf16SequenceLength), Is.EqualTo(text.Length));
            Assert.That(System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)), Is.EqualTo(text), "no half of a pair of surrogates");
        }
    }
}
