using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Policy;

namespace Smtpd.Tests.Mail;

/// <summary>Addresses with letters beyond ASCII (RFC 6531 §3.3) and the keys under which mailboxes are kept.</summary>
public sealed class InternationalAddressTests
{
    [TestCase("jürgen@example.com", "jürgen", "example.com")]
    [TestCase("a@bücher.example", "a", "bücher.example")]
    [TestCase("用户@例子.测试", "用户", "例子.测试")]
    [TestCase("\"j ü\"@bücher.example.", "\"j ü\"", "bücher.example.")]
    [TestCase("\"\\ü\"@[192.0.2.1]", "\"\\ü\"", "[192.0.2.1]")]
    [TestCase("ü@[IPv6:::1]", "ü", "[IPv6:::1]")]
    [TestCase("😀@example.com", "😀", "example.com")]
    [TestCase("a@مثال.example", "a", "مثال.example")]
    public void An_address_is_split_into_the_parts_that_the_client_wrote(string text, string local, string domain)
    {
        MailAddress address = Parse(text);
        Assert.That((address.LocalPart, address.Domain, address.IsInternational), Is.EqualTo((local, domain, true)));
        byte[] room = new byte[MailAddress.MostOctets];
        Assert.That(Encoding.UTF8.GetString(room, 0, address.Write(room)), Is.EqualTo(text));
        Assert.That(((IUtf8SpanFormattable)address).TryFormat(room, out int written, default, null) && Encoding.UTF8.GetString(room, 0, written) == text);
        Assert.That(((IUtf8SpanFormattable)address).TryFormat(room.AsSpan(0, written - 1), out _, default, null), Is.False);
    }

    [TestCase("j ürgen@example.com")]
    [TestCase("jürgen")]
    [TestCase("jürgen@")]
    [TestCase("@bücher.example")]
    [TestCase("a@b ücher.example")]
    [TestCase("a@bücher..example")]
    [TestCase("a@-bücher.example")]
    [TestCase("a@[IPv6:::1%ü]")]
    [TestCase("a@[ü]")]
    [TestCase("j\u0085ü@example.com")]
    [TestCase("j\u009Fü@example.com")]
    [TestCase("j\u2028ü@example.com")]
    [TestCase("\"j\u0085ü\"@example.com")]
    [TestCase("a@b\u0085ücher.example")]
    [TestCase("a@b\u200Dücher.example")]
    [TestCase("a@bücher\u2024example")]
    [TestCase("\"ü\u007F\"@example.com")]
    [TestCase("ü@xn--ü.example")]
    public void What_is_no_address_is_bad_syntax(string text) => Assert.That(MailAddress.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.EqualTo(AddressError.Syntax));

    [TestCase("C3")]
    [TestCase("C328")]
    [TestCase("C0AF")]
    [TestCase("C1BF")]
    [TestCase("E080AF")]
    [TestCase("F08080AF")]
    [TestCase("EDA080")]
    [TestCase("EDBFBF")]
    [TestCase("F4908080")]
    [TestCase("FF")]
    [TestCase("80")]
    [TestCase("FC8080808080")]
    public void Octets_that_are_no_UTF8_are_bad_syntax(string octets)
    {
        byte[] wrong = Convert.FromHexString(octets);
        foreach (byte[] text in (byte[][])[[.. "a"u8, .. wrong, .. "b@example.com"u8], [.. "a@b"u8, .. wrong, .. "c.example"u8], [.. "\"a"u8, .. wrong, .. "\"@example.com"u8]])
            Assert.That(MailAddress.TryParse(text, out _), Is.EqualTo(AddressError.Syntax));
    }

    [Test]
    public void Limits_count_octets()
    {
        Assert.That(MailAddress.TryParse(Encoding.UTF8.GetBytes(new string('ü', 127) + "a@example.com"), out _), Is.EqualTo(AddressError.None));
        Assert.That(MailAddress.TryParse(Encoding.UTF8.GetBytes(new string('ü', 128) + "@example.com"), out _), Is.EqualTo(AddressError.Syntax));
    }

    [TestCase("JÜRGEN@example.com", "jürgen@example.com")]
    [TestCase("ju\u0308rgen@EXAMPLE.com", "jürgen@example.com")]
    [TestCase("\"Jürgen\"@example.com", "jürgen@example.com")]
    [TestCase("Straße@example.com", "strasse@example.com")]
    [TestCase("a@BÜCHER.example", "a@xn--bcher-kva.example")]
    [TestCase("A@XN--BCHER-KVA.example.", "a@xn--bcher-kva.example")]
    [TestCase("\"j ü\"@example.com", "\"j ü\"@example.com")]
    public void Ways_of_writing_one_mailbox_have_one_key(string text, string key)
    {
        Assert.That(Parse(text).MailboxKey, Is.EqualTo(key));
        Assert.That(Parse(key).MailboxKey, Is.EqualTo(key));
    }

    [TestCase("bob+news@example.com", "bob@example.com")]
    [TestCase("Bob+a+b@example.com", "bob@example.com")]
    [TestCase("\"bob+news\"@example.com", "bob@example.com")]
    [TestCase("\"bob x+news\"@example.com", "\"bob x\"@example.com")]
    [TestCase("jürgen+ü@example.com", "jürgen@example.com")]
    [TestCase("+news@example.com", "+news@example.com")]
    [TestCase("bob@example.com", "bob@example.com")]
    public void A_tag_is_left_out_of_the_key_where_that_is_wanted(string text, string key)
    {
        Assert.That((Parse(text) with { IgnoresTag = true }).MailboxKey, Is.EqualTo(key));
        if (text.IndexOf('+', StringComparison.Ordinal) > 0) Assert.That(Parse(text).MailboxKey, Does.Contain("+"));
    }

    [TestCase("bücher.example", "bücher.example", true)]
    [TestCase("bücher.example", "xn--bcher-kva.example", true)]
    [TestCase("xn--bcher-kva.example", "BÜCHER.example", true)]
    [TestCase("XN--BCHER-KVA.example", "bu\u0308cher.example.", true)]
    [TestCase("*.bücher.example", "mail.xn--bcher-kva.example", true)]
    [TestCase("*.xn--bcher-kva.example", "post.bücher.example", true)]
    [TestCase("*.bücher.example", "bücher.example", false)]
    [TestCase("bücher.example", "bucher.example", false)]
    [TestCase("bucher.example", "bücher.example", false)]
    public void Domains_are_compared_as_A_labels(string allowed, string domain, bool isTaken) =>
        Assert.That(new RecipientPolicy([allowed], []).Allows(Parse($"a@{domain}")), Is.EqualTo(isTaken));

    private static MailAddress Parse(string text)
    {
        Assert.That(MailAddress.TryParse(Encoding.UTF8.GetBytes(text), out MailAddress? address), Is.EqualTo(AddressError.None), text);
        return address!;
    }
}
