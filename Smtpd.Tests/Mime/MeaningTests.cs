using NUnit.Framework;
using Smtpd.Storage.Reading;

namespace Smtpd.Tests.Mime;

/// <summary>What of a message a mail program would show, and under which names.</summary>
public sealed class MeaningTests
{
    private const string Mixed = "Content-Type: multipart/mixed; boundary=b||";

    [TestCase("Content-Type: text/enriched||<bold>Hi</bold>", "Hi", "")]
    [TestCase("Content-Type: text/richtext||<bold>Hi</bold><nl>you", "Hi\nyou", "")]
    [TestCase("Content-Type: text/calendar||BEGIN:VEVENT|SUMMARY:x|END:VEVENT|", "Event: x\n", "")]
    [TestCase(Mixed + "--b|Content-Type: image/png||x|--b|Content-Type: application/ics; name=invite.ics|Content-Disposition: attachment||BEGIN:VEVENT|SUMMARY:x|END:VEVENT|--b--|", "Event: x\n", "")]
    [TestCase("Content-Type: text/plain; name=message.txt||Hi", "Hi", "")]
    [TestCase("Content-Type: text/html; name=message.html|Content-Disposition: inline||<p>Hi", "", "<p>Hi")]
    [TestCase("Content-Type: text/plain; name=message.txt|Content-Disposition: attachment||Hi", "", "")]
    [TestCase("Content-Type: text/x-log||Hi", "Hi", "")]
    [TestCase("Content-Type: image/png||Hi", "", "")]
    [TestCase("Content-Type: text/x-log||a\u0000b", "", "")]
    public async Task What_has_no_text_shows_what_is_nearest_to_one(string bars, string text, string html)
    {
        MessageContent content = await Reading.ContentAsync(bars);
        Assert.That((content.Text, content.ShownText, content.Html), Is.EqualTo((text, text, html)));
        Assert.That(content.Attachments, Is.Not.Empty, "and the part stays what it is");
    }

    [Test]
    public async Task A_text_that_was_sent_is_not_replaced()
    {
        MessageContent content = await Reading.ContentAsync(Mixed + "--b||sent|--b|Content-Type: text/calendar||BEGIN:VEVENT|SUMMARY:x|END:VEVENT|--b--|");
        Assert.That((content.Text, content.ShownText), Is.EqualTo(("sent", "sent")));
        content = await Reading.ContentAsync(Mixed + "--b||  |--b|Content-Type: text/calendar||BEGIN:VEVENT|SUMMARY:x|END:VEVENT|--b--|");
        Assert.That((content.Text, content.ShownText), Is.EqualTo(("  ", "Event: x\n")));
    }

    [Test]
    public async Task Flowed_text_is_sent_in_pieces_and_shown_in_one()
    {
        MessageContent content = await Reading.ContentAsync(Mixed + "--b||plain |text|--b|Content-Type: text/plain; format=Flowed; delsp=Yes||flow |ed|--b--|");
        Assert.That(content.Text, Is.EqualTo("plain \r\ntext\nflow \r\ned"));
        Assert.That(content.ShownText, Is.EqualTo("plain \r\ntext\nflowed"));
    }

    // A boundary that is missing, and one that is another than the header says.
    [TestCase("Content-Type: multipart/mixed||preamble|--x|Content-Type: text/plain||one|--x|Content-Type: image/png||two|--x--|", "one", "2:part-2.png:image/png:3")]
    [TestCase("Content-Type: multipart/mixed; boundary=y||--x|Content-Type: text/plain||one|--x|Content-Type: image/png||two|--x--|", "one", "2:part-2.png:image/png:3")]
    [TestCase("Content-Type: multipart/mixed; boundary=y||--x||one|--x||two|--x--|", "one\ntwo", "")]
    [TestCase("Content-Type: multipart/mixed||----------|no parts|----------|", "----------\r\nno parts\r\n----------\r\n", "")]
    [TestCase("Content-Type: multipart/mixed||nothing but text|", "nothing but text\r\n", "")]
    [TestCase("Content-Type: multipart/mixed; boundary=y||nothing but text|-- |me|", "nothing but text\r\n-- \r\nme\r\n", "")]
    [TestCase("Content-Type: multipart/mixed|| |", "", "")]
    [TestCase(Mixed + "--b|Content-Type: multipart/mixed; boundary=y||--x|Content-Type: text/plain||one|--x--|--b|Content-Type: image/png||two|--b--|", "one", "")]
    [TestCase(Mixed + "--b|Content-Type: multipart/alternative; boundary=y||--x|Content-Type: multipart/mixed; boundary=z||--z|Content-Type: image/gif||deep|--z--|--x--|--b--|", "", "1.1.1:part-1.1.1.gif:image/gif:4")]
    public async Task Parts_are_found_where_a_multipart_does_not_tell_them(string bars, string text, string unpacked)
    {
        byte[] source = Scan.Octets("From: a@b.test|" + bars);
        MessageContent content = await Reading.ContentAsync(source);
        Assert.That(content.Text, Is.EqualTo(text));
        Assert.That(Reading.Shape(content.Unpacked), Is.EqualTo(unpacked));
        Assert.That(content.Warnings, Is.Not.Empty);
        Assert.That(await Reading.MismatchesAsync(source), Is.Empty);
    }

    [Test]
    public async Task What_was_recovered_goes_beside_a_text_that_was_told()
    {
        MessageContent content = await Reading.ContentAsync(Mixed + "--b||told|--b|Content-Type: multipart/mixed; boundary=y||found|--b|Content-Type: text/html||<p>told|--b|Content-Type: multipart/mixed||<html>found|--b--|");
        Assert.That((content.Text, content.ShownText, content.Html), Is.EqualTo(("told", "told\nfound", "<p>told")));
        Assert.That(Reading.Shape(content.Unpacked), Is.EqualTo("4.1:part-4.1.html:text/html:11"));
    }

    [Test]
    public async Task A_page_without_parts_is_a_page() =>
        Assert.That((await Reading.ContentAsync("Content-Type: multipart/alternative||<!DOCTYPE html><p>Hi")).Html, Is.EqualTo("<!DOCTYPE html><p>Hi"));

    [Test]
    public async Task Only_some_multiparts_are_looked_through_again()
    {
        MessageContent content = await Reading.ContentAsync(Mixed + string.Concat(Enumerable.Repeat("--b|Content-Type: multipart/mixed||text|", 100)) + "--b--|");
        Assert.That(content.Text.Split('\n'), Has.Length.EqualTo(20));
        Assert.That(content.Warnings, Has.One.Contains("more than 20"));
    }

    [TestCase("Content-Type: message/rfc822||Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=||x", "Grüße.eml")]
    [TestCase("Content-Type: message/rfc822||Subject: a/b\\c: d||x", "a_b_c_ d.eml")]
    [TestCase("Content-Type: message/rfc822|Content-Transfer-Encoding: base64||U3ViamVjdDogcGFja2VkCg0KDQo=", "packed.eml")]
    [TestCase("Content-Type: message/rfc822||To: a@b.test||x", "part-1.eml")]
    [TestCase("Content-Type: message/global||Subject: é||x", "é.eml")]
    [TestCase("Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document||x", "part-1.docx")]
    [TestCase("Content-Type: application/x-nobody-knows||x", "part-1.bin")]
    [TestCase("Content-Type: image/png; name=\"../a b.png\"||x", "../a b.png")]
    public async Task Every_part_has_a_name(string bars, string name)
    {
        byte[] source = System.Text.Encoding.UTF8.GetBytes(bars.Replace("|", "\r\n", StringComparison.Ordinal));
        Assert.That((await Reading.ContentAsync(source)).Attachments.Single().Name, Is.EqualTo(name));
    }

    [TestCase("Content-Disposition: inline; filename=x|", "inline")]
    [TestCase("Content-Disposition: ATTACHMENT|", "attachment")]
    [TestCase("Content-Disposition: something-else|", "attachment")]
    [TestCase("", "")]
    public async Task Every_part_has_its_disposition(string field, string disposition) =>
        Assert.That((await Reading.ContentAsync("Content-Type: image/png|" + field + "|x")).Attachments.Single().Disposition, Is.EqualTo(disposition));

    [Test]
    public async Task An_encoding_that_nobody_knows_is_left_and_said()
    {
        MessageContent content = await Reading.ContentAsync("Content-Transfer-Encoding: x-nonsense||a=41");
        Assert.That(content.Text, Is.EqualTo("a=41"));
        Assert.That(content.Warnings, Has.One.Contains("encoding"));
    }
}
