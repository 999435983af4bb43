using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

/// <summary>What a body is written in where its header says nothing, nothing known, or what cannot be.</summary>
public sealed class BodyTextTests
{
    [TestCase("text/plain; charset=utf-8", "C3BC", "ü")]
    [TestCase("text/plain; charset=us-ascii", "C3BC", "ü")]
    [TestCase("text/plain", "FC", "ü")]
    [TestCase("text/plain; charset=utf-8", "6DFC6465", "müde")]
    [TestCase("text/plain; charset=utf-8", "C3BC61FF", "ü\u0061\uFFFD")]
    [TestCase("text/plain; charset=nobody-knows", "C3BC", "ü")]
    [TestCase("text/plain; charset=koi8-r", "EFBBBFC3BC", "ü")]
    [TestCase("text/plain", "FFFE61006200", "ab")]
    [TestCase("text/plain; charset=utf-16", "FEFF00610062", "ab")]
    [TestCase("text/plain; charset=us-ascii", "480065006C006C006F00", "Hello")]
    [TestCase("text/plain", "00480065006C006C006F", "Hello")]
    [TestCase("text/plain", "CFF0E8E2E5F22C20EAE0EA20E4E5EBE03F20C5F9B820F0E0E72E", "Привет, как дела? Ещё раз.")]
    [TestCase("text/plain; charset=us-ascii", "F0D2C9D7C5D42C20CBC1CB20C4C5CCC13F20E5DDA320D2C1DA2E", "Привет, как дела? Ещё раз.")]
    [TestCase("text/plain; charset=utf-8", "CFF0E8E2E5F22C20EAE0EA20E4E5EBE03F20C5F9B820F0E0E72E", "Привет, как дела? Ещё раз.")]
    [TestCase("text/plain", "82B182EA82CD83658358836782C582B7814293FA967B8CEA82CC95B68FCD", "これはテストです。日本語の文章")]
    [TestCase("text/plain", "A4B3A4ECA4CFA5C6A5B9A5C8A4C7A4B9A1A3C6FCCBDCB8ECA4CECAB8BECF", "これはテストです。日本語の文章")]
    [TestCase("text/plain", "1B24422433246C244F254625392548244724392123467C4B5C386C244E4A383E4F1B2842", "これはテストです。日本語の文章")]
    [TestCase("text/plain; charset=iso-2022-jp", "82B182EA82CD83658358836782C582B7814293FA967B8CEA82CC95B68FCD", "これはテストです。日本語の文章")]
    [TestCase("text/plain", "1B2429430E4751315B0F200E385E404F0F", "한글 메일")]
    [TestCase("text/plain", "536368F66E65204772FCDF6520617573204BF66C6E2C20E0206269656E74F474", "Schöne Grüße aus Köln, à bientôt")]
    [TestCase("text/plain", "C974E920E0204E6FEB6C3A20C74120414C4F52532C206FF920EA7465732D766F75733F20C4D6DC", "Été à Noël: ÇA ALORS, où êtes-vous? ÄÖÜ")]
    [TestCase("text/plain", "D5E2CAC7D2BBB8F6C6D5CDA8B5C4D6D0CEC4BEE4D7D3A3ACC3BBD3D0C9F9C3F7A1A3", "这是一个普通的中文句子，没有声明。")]
    [TestCase("text/plain", "B36FAC4FA440ADD3B4B6B371AABAA4A4A4E5A579A46CA141A853A6B3C16EA9FAA143", "這是一個普通的中文句子，沒有聲明。")]
    [TestCase("text/plain", "BEC8B3E7C7CFBCBCBFE42C20C0CCB0CDC0BA20C7D1B1B9BEEE20B9AEC0E5C0D4B4CFB4D92E", "안녕하세요, 이것은 한국어 문장입니다.")]
    [TestCase("text/html", "3C6D65746120636861727365743D77696E646F77732D313235313EC4E0", "<meta charset=windows-1251>Да")]
    [TestCase("text/html", "3C6D65746120636861727365743D7574662D31363EFF", "<meta charset=utf-16>ÿ")]
    [TestCase("text/html; charset=utf-8", "3C6D65746120636861727365743D6B6F69382D723EC3A9", "<meta charset=koi8-r>é")]
    public void A_body_becomes_text(string type, string octets, string text)
    {
        MessagePart part = Scan.Tree(Scan.Octets($"Content-Type: {type}||")).Parts[0];
        Assert.That(BodyText.Decode(Convert.FromHexString(octets), part), Is.EqualTo(text));
    }

    [Test]
    public void Text_that_ends_within_a_letter_loses_that_letter_alone([Values("euc-kr", "gb18030", "big5")] string charset)
    {
        MessagePart part = Scan.Tree(Scan.Octets($"Content-Type: text/plain; charset={charset}||")).Parts[0];
        byte[] octets = [(byte)'a', .. Charsets.Find("euc-kr")!.GetBytes("한"), 0xB0];
        Assert.That(BodyText.Decode(octets, part), Does.StartWith("a").And.Length.LessThan(4));
    }
}
