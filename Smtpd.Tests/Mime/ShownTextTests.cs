using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

/// <summary>Text of other forms, as a reader is shown it.</summary>
public sealed class ShownTextTests
{
    [TestCase("one \ntwo\n", false, "one two\n")]
    [TestCase("one \r\ntwo \r\nthree\r\n\r\nfour", false, "one two three\n\nfour")]
    [TestCase("one \ntwo", true, "onetwo")]
    [TestCase("one  \ntwo", true, "one two")]
    [TestCase("> quoted \n> on\n> next", false, "> quoted on\n> next")]
    [TestCase("> quoted \nmine", false, "> quoted \nmine")]
    [TestCase(">> deep \n>> er\n> less", false, ">> deep er\n> less")]
    [TestCase(" >stuffed\n  two", false, ">stuffed\n two")]
    [TestCase(" From me \nto you", false, "From me to you")]
    [TestCase("text \n-- \nname", false, "text \n-- \nname")]
    [TestCase("\n\nempty lines \n", false, "\n\nempty lines ")]
    [TestCase("", false, "")]
    public void Flowed_lines_are_joined(string text, bool deletesSpace, string shown) => Assert.That(FlowedText.Of(text, deletesSpace), Is.EqualTo(shown));

    [TestCase("<bold>Now</bold> is the time\nfor\n\nall", "Now is the time for\nall")]
    [TestCase("a\n\n\nb", "a\n\nb")]
    [TestCase("<color><param>red</param>blood</color>", "blood")]
    [TestCase("a << b", "a < b")]
    [TestCase("<nofill>a\nb</nofill>\nc", "a\nb c")]
    [TestCase("a < b", "a < b")]
    [TestCase("<param>never closed", "")]
    [TestCase("<", "<")]
    public void Enriched_text_loses_its_commands(string text, string shown) => Assert.That(EnrichedText.Of(text, isRichtext: false), Is.EqualTo(shown));

    [TestCase("<bold>Now</bold> is\nthe<nl>time", "Now is the\ntime")]
    [TestCase("a <lt>b><comment>hidden</comment>c", "a <b>c")]
    [TestCase("<paragraph>one</paragraph>two", "\none\ntwo")]
    public void Richtext_of_1992_too(string text, string shown) => Assert.That(EnrichedText.Of(text, isRichtext: true), Is.EqualTo(shown));

    [Test]
    public void An_invitation_becomes_a_few_lines()
    {
        const string Calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:Plans\\, and\r\n  more\r\nDTSTART;TZID=Europe/Berlin:20240131T093000\r\n"
            + "DTEND;TZID=Europe/Berlin:20240131T103000\r\nLOCATION:Room 1\\; east\r\nORGANIZER;CN=\"Ann: B\":mailto:ann@a.test\r\nATTENDEE;ROLE=CHAIR;CN=Bob:MAILTO:bob@a.test\r\nATTENDEE:mailto:c@a.test\r\n"
            + "DESCRIPTION:First\\nsecond\r\nBEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        Assert.That(CalendarText.Of(Calendar), Is.EqualTo("Invitation: Plans, and more\nWhen: 2024-01-31 09:30 (Europe/Berlin) to 2024-01-31 10:30 (Europe/Berlin)\nWhere: Room 1; east\n"
            + "Organizer: Ann: B <ann@a.test>\nAttendees: Bob <bob@a.test>, c@a.test\n\nFirst\nsecond\n"));
    }

    [TestCase("BEGIN:VEVENT\nSUMMARY:x\nDTSTART:20240131T093000Z\nEND:VEVENT", "Event: x\nWhen: 2024-01-31 09:30 UTC\n")]
    [TestCase("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20240131\nEND:VEVENT", "Event: (no title)\nWhen: 2024-01-31\n")]
    [TestCase("METHOD:CANCEL\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT", "Cancelled: x\n")]
    [TestCase("BEGIN:VTODO\nSUMMARY:x\nDUE:tomorrow\nEND:VTODO", "Task: x\nWhen: until tomorrow\n")]
    [TestCase("BEGIN:VEVENT\nSUMMARY:a\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:b\nEND:VEVENT", "Event: a\n\nEvent: b\n")]
    [TestCase("BEGIN:VEVENT\nSUMMARY:never ended", "")]
    [TestCase("no calendar", "")]
    public void Calendars(string calendar, string shown) => Assert.That(CalendarText.Of(calendar), Is.EqualTo(shown));

    [TestCase(@"{\rtf1\ansi{\fonttbl{\f0 Arial;}}Hello\par \b bold\b0 \'fc\u8364?\emdash x}", "Hello\nboldü€—x")]
    [TestCase(@"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8}", "При")]
    [TestCase(@"{\rtf1\ansi\ansicpg932 \'93\'fa\'96\'7b}", "日本")]
    [TestCase(@"{\rtf1 a\{b\}\\c{\*\unknown hidden}d\u-10179?\u-8704?}", "a{b}\\cd😀")]
    [TestCase(@"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hi\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}}", "<p>Hi</p>")]
    [TestCase(@"{\rtf1 \u-10179?x}", "x")]
    [TestCase(@"{\rtf1 unclosed \'f", "unclosed f")]
    [TestCase(@"}}}}\", "")]
    public void Rich_text_is_read(string rtf, string shown) => Assert.That(RichText.Of(rtf).Text, Is.EqualTo(shown));

    [Test]
    public void Nothing_is_too_much_for_them()
    {
        foreach (string piece in (string[])["<", "{", "\\u", "<param>", "{\\*", "BEGIN:VEVENT\n", "> ", " \n", "\\'", "\uD83D", "ATTENDEE:\n"])
        {
            string text = new System.Text.StringBuilder().Insert(0, piece, 200_000).ToString();
            Assert.That(() => (FlowedText.Of(text, true), EnrichedText.Of(text, false), EnrichedText.Of(text, true), CalendarText.Of(text), RichText.Of(text)), Throws.Nothing, piece);
        }
    }
}
