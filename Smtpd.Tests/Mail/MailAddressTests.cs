using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mail;

namespace Smtpd.Tests.Mail;

public sealed class MailAddressTests
{
    [TestCase("a@example.com", "a", "example.com")]
    [TestCase("a@localhost", "a", "localhost")]
    [TestCase("a@example.com.", "a", "example.com.")]
    [TestCase("First.Last+tag@Sub.Example.COM", "First.Last+tag", "Sub.Example.COM")]
    [TestCase("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", "example.com")]
    [TestCase("a@under_score.example", "a", "under_score.example")]
    [TestCase("a@xn--bcher-kva.example", "a", "xn--bcher-kva.example")]
    [TestCase("a@1.2.3.4.example", "a", "1.2.3.4.example")]
    [TestCase("a@[192.0.2.1]", "a", "[192.0.2.1]")]
    [TestCase("a@[IPv6:2001:db8::1]", "a", "[IPv6:2001:db8::1]")]
    [TestCase("a@[ipv6:::ffff:192.0.2.1]", "a", "[ipv6:::ffff:192.0.2.1]")]
    [TestCase("\"john doe\"@example.com", "\"john doe\"", "example.com")]
    [TestCase("\"a@b\"@example.com", "\"a@b\"", "example.com")]
    [TestCase("\"a\\\"b\\\\\"@example.com", "\"a\\\"b\\\\\"", "example.com")]
    [TestCase("\"\"@example.com", "\"\"", "example.com")]
    public void An_address_is_split_into_the_parts_that_the_client_wrote(string text, string local, string domain)
    {
        Assert.That(MailAddress.TryParse(Encoding.ASCII.GetBytes(text), out MailAddress? address), Is.EqualTo(AddressError.None));
        Assert.That((address!.LocalPart, address.Domain), Is.EqualTo((local, domain)));
        Assert.That(address.ToString(), Is.EqualTo(text));
    }

    [TestCase(".a@example.com")]
    [TestCase("a.@example.com")]
    [TestCase("a..b@example.com")]
    public void Dots_may_stand_anywhere_in_a_local_part(string text) =>
        Assert.That(MailAddress.TryParse(Encoding.ASCII.GetBytes(text), out _), Is.EqualTo(AddressError.None));

    [TestCase("")]
    [TestCase("a")]
    [TestCase("@example.com")]
    [TestCase("a@")]
    [TestCase("a@.")]
    [TestCase("a@b@example.com")]
    [TestCase("a b@example.com")]
    [TestCase("a@example.com ")]
    [TestCase("a<b@example.com")]
    [TestCase("a\\b@example.com")]
    [TestCase("a(comment)@example.com")]
    [TestCase("\"a@example.com")]
    [TestCase("\"a\"")]
    [TestCase("\"a\"b@example.com")]
    [TestCase("\"a\\\"@example.com")]
    [TestCase("\"a\"@")]
    [TestCase("a@.example.com")]
    [TestCase("a@example..com")]
    [TestCase("a@example.com..")]
    [TestCase("a@-example.com")]
    [TestCase("a@example-.com")]
    [TestCase("a@exa mple.com")]
    [TestCase("a@example.com,b@example.com")]
    [TestCase("a@[")]
    [TestCase("a@]")]
    [TestCase("a@[]")]
    [TestCase("a@[192.0.2.1")]
    [TestCase("a@[192.0.2.1]x")]
    [TestCase("a@[192.0.2]")]
    [TestCase("a@[1]")]
    [TestCase("a@[192.0.2.256]")]
    [TestCase("a@[192.0.2.]")]
    [TestCase("a@[1.2.3.4.5]")]
    [TestCase("a@[0x7f.0.0.1]")]
    [TestCase("a@[ 192.0.2.1]")]
    [TestCase("a@[2001:db8::1]")]
    [TestCase("a@[IPv6:]")]
    [TestCase("a@[IPv6:192.0.2.1]")]
    [TestCase("a@[IPv6:2001:db8:::1]")]
    [TestCase("a@[IPv6:1:2:3:4:5:6:7:8:9]")]
    [TestCase("a@[IPv6:::1%eth0]")]
    [TestCase("a@[IPv6:fe80::1%<b>; x]")]
    [TestCase("a@[IPv6:[::1]]")]
    [TestCase("a@[IPv6:[::1]:25]")]
    [TestCase("a@[IPv6:::1/64]")]
    [TestCase("a@[tag:content]")]
    public void What_is_no_address_is_refused(string text)
    {
        Assert.That(MailAddress.TryParse(Encoding.ASCII.GetBytes(text), out MailAddress? address), Is.EqualTo(AddressError.Syntax));
        Assert.That(address, Is.Null);
    }

    /// <summary>Written with escapes, because runners lose tests with such names.</summary>
    [TestCase(@"""a\x01""@example.com")]
    [TestCase(@"""a\x7F""@example.com")]
    [TestCase(@"""a\\\x01""@example.com")]
    [TestCase(@"""a\r\nb""@example.com")]
    [TestCase(@"a\0@example.com")]
    [TestCase(@"a@exam\0ple.com")]
    [TestCase(@"a@example.com\r\n")]
    public void A_control_character_has_no_place_in_an_address(string escaped) =>
        Assert.That(MailAddress.TryParse(Encoding.ASCII.GetBytes(Regex.Unescape(escaped)), out _), Is.EqualTo(AddressError.Syntax));

    [TestCase(255, 1, true)]
    [TestCase(256, 1, false)]
    [TestCase(1, 255, true)]
    [TestCase(1, 256, false)]
    [TestCase(255, 255, true)]
    public void Local_part_and_domain_have_255_octets_at_most(int local, int domain, bool isTaken)
    {
        string text = new string('a', local) + "@" + DomainOf(domain);
        Assert.That(MailAddress.TryParse(Encoding.ASCII.GetBytes(text), out _), Is.EqualTo(isTaken ? AddressError.None : AddressError.Syntax));
    }

    [TestCase(253, true)]
    [TestCase(254, false)]
    public void Quotes_count_as_octets_of_the_local_part(int inside, bool isTaken) =>
        Assert.That(MailAddress.TryParse(Encoding.ASCII.GetBytes($"\"{new string(' ', inside)}\"@example.com"), out _), Is.EqualTo(isTaken ? AddressError.None : AddressError.Syntax));

    [TestCase(63, true)]
    [TestCase(64, false)]
    public void A_label_has_63_octets_at_most(int length, bool isTaken) =>
        Assert.That(MailAddress.IsDomain(Encoding.ASCII.GetBytes(new string('a', length) + ".example")), Is.EqualTo(isTaken));

    [TestCase("Alice@Example.COM", "alice@example.com")]
    [TestCase("alice@example.com.", "alice@example.com")]
    [TestCase("\"alice\"@example.com", "alice@example.com")]
    [TestCase("\"al\\ice\"@example.com", "alice@example.com")]
    [TestCase("\"Alice Doe\"@example.com", "\"alice doe\"@example.com")]
    [TestCase("\"alice\\ doe\"@example.com", "\"alice doe\"@example.com")]
    [TestCase("\"a\\\"b\"@example.com", "\"a\\\"b\"@example.com")]
    [TestCase("\"a\\\\b\"@example.com", "\"a\\\\b\"@example.com")]
    [TestCase("\"a@b\"@example.com", "\"a@b\"@example.com")]
    [TestCase("\"\"@example.com", "\"\"@example.com")]
    [TestCase("a@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]")]
    public void Ways_of_writing_one_mailbox_have_one_key(string text, string key) => Assert.That(Parse(text).MailboxKey, Is.EqualTo(key));

    [Test]
    public void Different_mailboxes_have_different_keys()
    {
        string[] texts = ["a.b@example.com", "ab@example.com", "a+b@example.com", "\"a b\"@example.com", "\"ab \"@example.com", "\"a\\\\b\"@example.com", "a@b.example.com", "\"a@b\"@example.com", "\"a\\\"b\"@example.com"];
        Assert.That(texts.Select(text => Parse(text).MailboxKey), Is.Unique);
    }

    [TestCase("a@Example.COM.", "example.com")]
    [TestCase("a@[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]")]
    public void The_domain_key_is_in_lower_case_and_without_the_final_dot(string text, string key) => Assert.That(Parse(text).DomainKey, Is.EqualTo(key));

    [Test]
    public void An_address_that_is_taken_is_printable_and_reads_back_as_itself() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(
        Gen.Elements("a", "B", "0", ".", "-", "@", "\"", "\\", " ", "[", "]", ":", "IPv6:", "1.2.3.4", "::1", "%", "<", ">", "\r\n", "\0", "é", "\u007F").ListOf().Select(string.Concat).ToArbitrary(),
        text =>
        {
            if (MailAddress.TryParse(Encoding.UTF8.GetBytes(text), out MailAddress? address) != AddressError.None) return address is null;
            return address!.ToString() == text && text.All(letter => letter is (>= ' ' and <= '~') or 'é') && Parse(address.MailboxKey).MailboxKey == address.MailboxKey;
        }));

    private static MailAddress Parse(string text)
    {
        Assert.That(MailAddress.TryParse(Encoding.UTF8.GetBytes(text), out MailAddress? address), Is.EqualTo(AddressError.None), text);
        return address!;
    }

    private static string DomainOf(int length) => string.Concat(Enumerable.Range(0, length).Select(i => i % 50 == 49 && i != length - 1 ? '.' : 'd'));
}
