using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

public sealed class HeaderReaderTests
{
    [TestCase(@"Subject: a\r\nTo: b\r\n", "Subject=a To=b")]
    [TestCase(@"Subject: a\nTo: b\n", "Subject=a To=b")]
    [TestCase(@"Subject:a", "Subject=a")]
    [TestCase(@"Subject : a\r\n", "Subject=a")]
    [TestCase(@"Subject:\r\nTo:b", "Subject= To=b")]
    [TestCase(@"Subject: a\r\n b\r\n\tc\r\nTo: d", @"Subject=a\r\n b\r\n\tc To=d")]
    [TestCase(@"Subject:\r\n a\r\nTo: d", "Subject=a To=d")]
    [TestCase(@"From someone@remote.test Sat Sep 5 07:08:09 2026\r\nSubject: a", "Subject=a")]
    [TestCase(@"no field\r\n with: more\r\nSubject: a", "Subject=a")]
    [TestCase(@" To: b\r\nSubject: a", "Subject=a")]
    [TestCase(@": a\r\n:\r\nSubject: a", "Subject=a")]
    [TestCase(@"S\u00fcbject: x\r\nSubject: a", "Subject=a")]
    [TestCase(@"Subject: a:b", "Subject=a:b")]
    [TestCase(@"Subject: a\r\n\r\nTo: body", "Subject=a")]
    [TestCase(@"Subject: a\n\nTo: body", "Subject=a")]
    [TestCase(@"Subject: a\r\n \r\nTo: b", "Subject=a To=b")]
    [TestCase(@"Subject: a\rTo: b\r\nCc: c", @"Subject=a\rTo: b Cc=c")]
    [TestCase(@"", "")]
    public void Fields_are_read_up_to_the_empty_line_and_other_lines_passed_over(string escaped, string fields)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(Regex.Unescape(escaped));
        List<string> read = [];
        while (HeaderReader.TryReadField(ref rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)) read.Add($"{Encoding.UTF8.GetString(name)}={Encoding.UTF8.GetString(value)}");
        Assert.That(string.Join(' ', read), Is.EqualTo(Regex.Unescape(fields)));
    }

    [Test]
    public void A_header_is_summarized_whatever_the_case_and_order_of_its_fields()
    {
        HeaderSummary header = Summarize("""
            DATE: Sat, 5 Sep 2026 07:08:09 +0200
            message-id: <1@a.test>
            reply-to: r@a.test
            bcc: b1@a.test, b2@a.test
            cc: c@a.test
            TO: t@a.test
            from: Ann <f@a.test>
            SUBJECT: =?utf-8?q?J=C3=BCrgen?=
             schreibt

            Subject: body
            """);
        Assert.That((header.Subject, header.MessageId, header.Date), Is.EqualTo(("Jürgen schreibt", "1@a.test", (DateTimeOffset?)new DateTimeOffset(2026, 9, 5, 7, 8, 9, TimeSpan.FromHours(2)))));
        Assert.That(header.From, Is.EqualTo((Correspondent[])[new("Ann", "f@a.test")]));
        Assert.That(header.To.Concat(header.Cc).Concat(header.Bcc).Concat(header.ReplyTo).Select(one => one.Address), Is.EqualTo((string[])["t@a.test", "c@a.test", "b1@a.test", "b2@a.test", "r@a.test"]));
    }

    [Test]
    public void Of_a_field_that_stands_twice_the_first_counts_and_address_lists_go_on()
    {
        HeaderSummary header = Summarize("Subject: one\nSubject: two\nMessage-ID: <1@a>\nMessage-ID: <2@a>\nTo: a@b.test\nTo: c@d.test\nDate: 1 Jan 2026 00:00:00 Z\nDate: 2 Jan 2026 00:00:00 Z\n");
        Assert.That((header.Subject, header.MessageId, header.Date!.Value.Day), Is.EqualTo(("one", "1@a", 1)));
        Assert.That(header.To.Select(one => one.Address), Is.EqualTo((string[])["a@b.test", "c@d.test"]));
    }

    [TestCase("<1@a.test>", "1@a.test")]
    [TestCase("<1@a.test> <2@a.test>", "1@a.test")]
    [TestCase("(comment) < 1@a.test >", "1@a.test")]
    [TestCase("1@a.test", "1@a.test")]
    [TestCase("1@a.test more", "1@a.test")]
    [TestCase("<1@a.test", "1@a.test")]
    [TestCase("1@a.test>", "1@a.test")]
    [TestCase("<>", "")]
    [TestCase("<> <1@a.test>", "1@a.test")]
    [TestCase("<<1@a.test>>", "1@a.test")]
    [TestCase("(was <0@a.test>) <1@a.test>", "1@a.test")]
    [TestCase("(was (\\)) <0@a.test>) <1@a.test>", "1@a.test")]
    [TestCase("(no end <1@a.test>", "1@a.test")]
    [TestCase("<1 @ a . test>", "1@a.test")]
    [TestCase("<1\t\r\n 2 . 3@a.test>", "1 2.3@a.test")]
    [TestCase("<1(2)@a.test>", "1(2)@a.test")]
    [TestCase("=?utf-8?q?<1=40a.test>?=", "1@a.test")]
    [TestCase("1@a.test, <2@a.test>", "2@a.test")]
    [TestCase("", "")]
    public void The_message_id_is_what_stands_in_brackets_or_the_first_word(string field, string id) => Assert.That(Summarize("Message-ID: " + field).MessageId, Is.EqualTo(id));

    [TestCase(new byte[] { 0xC3, 0xBC }, "ü")]
    [TestCase(new byte[] { 0xFC }, "ü")]
    [TestCase(new byte[] { 0x80, 0xFC }, "€ü")]
    [TestCase(new byte[] { 0xC3, 0xBC, 0xFC }, "Ã¼ü")]
    public void Undeclared_octets_are_UTF8_or_else_western(byte[] octets, string text)
    {
        Assert.That(HeaderText.Decode(octets), Is.EqualTo(text));
        Assert.That(HeaderReader.Summarize([.. "Subject: "u8, .. octets, .. "\r\n"u8]).Subject, Is.EqualTo(text));
    }

    [Test]
    public void Unfolding_takes_line_ends_out_and_nothing_else() => Assert.That(HeaderText.Unfold("a\r\n b\n\tc\rd  e"u8), Is.EqualTo("a b\tcd  e"));

    private static HeaderSummary Summarize(string header) => HeaderReader.Summarize(Encoding.UTF8.GetBytes(header));
}
