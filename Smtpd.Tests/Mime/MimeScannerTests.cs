using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

public sealed class MimeScannerTests
{
    [TestCase(@"Subject: a\r\nTo: b@c.test\r\n\r\nSubject: body\r\nCc: x@y.test\r\n", "a")]
    [TestCase(@"Subject: a\nTo: b@c.test\n\nCc: x@y.test\n", "a")]
    [TestCase(@"Subject: a\r\nTo: b@c.test\r\n\nCc: x@y.test\r\n", "a")]
    [TestCase(@"Subject: a\nTo: b@c.test\n\r\nCc: x@y.test\r\n", "a")]
    [TestCase(@"Subject: a\r\n b\r\nTo: b@c.test\r\n\r\n", "a b")]
    [TestCase(@"Subject: a\r\n \r\n b\r\nTo: b@c.test\r\n\r\n", "a  b")]
    [TestCase(@"Subject: a\r\nTo: b@c.test\r\n", "a")]
    [TestCase(@"Subject: a\r\nTo: b@c.test", "a")]
    public void The_header_ends_at_the_first_empty_line_wherever_the_pieces_end(string escaped, string subject)
    {
        byte[] source = Encoding.ASCII.GetBytes(Regex.Unescape(escaped));
        for (int first = 0; first <= source.Length; first++)
            for (int second = first; second <= source.Length; second++)
            {
                HeaderSummary header = Scan(source[..first], source[first..second], source[second..]);
                Assert.That((header.Subject, header.To.Single().Address, header.Cc.Count), Is.EqualTo((subject, "b@c.test", 0)), $"cut at {first} and {second}");
            }
        Assert.That(Scan([.. source.Select(octet => (byte[])[octet])]).Cc, Is.Empty, "octet by octet");
    }

    [TestCase(@"\r\nSubject: body\r\n\r\n")]
    [TestCase(@"\nSubject: body\r\n\r\n")]
    [TestCase(@"\r\n")]
    [TestCase(@"\n")]
    [TestCase(@"\r")]
    [TestCase(@"")]
    public void A_message_that_begins_with_an_empty_line_has_no_header(string escaped)
    {
        byte[] source = Encoding.ASCII.GetBytes(Regex.Unescape(escaped));
        for (int cut = 0; cut <= source.Length; cut++) Assert.That(Scan(source[..cut], source[cut..]), Is.EqualTo(HeaderSummary.Empty).Using<HeaderSummary>(Same), $"cut at {cut}");
    }

    [Test]
    public void A_message_that_never_came_has_no_header()
    {
        using var scanner = new MimeScanner();
        Assert.That(scanner.Complete().Header.Subject, Is.Empty);
    }

    [Test]
    public void Fields_within_the_first_64_KiB_are_read_and_later_ones_are_not()
    {
        string field = "X-Filler: " + new string('x', 988) + "\r\n";
        string filler = string.Concat(Enumerable.Repeat(field, MimeScanner.HeaderOctets / 1000 - 1));
        byte[] source = Encoding.ASCII.GetBytes($"Subject: early\r\n{filler}To: in@time.test\r\n{field}{field}{field}Cc: too@late.test\r\n\r\nbody");
        foreach (int piece in (int[])[1, 7, 1000, 65_535, 65_536, source.Length])
        {
            HeaderSummary header = Scan([.. source.Chunk(piece)]);
            Assert.That((header.Subject, header.To.Count, header.Cc.Count), Is.EqualTo(("early", 1, 0)), $"pieces of {piece}");
        }
    }

    [Test]
    public void A_header_that_ends_exactly_at_the_limit_is_whole()
    {
        const string Last = "To: in@time.test\r\n";
        string filler = "X-Filler: " + new string('x', MimeScanner.HeaderOctets - Last.Length - 14) + "\r\n";
        byte[] source = Encoding.ASCII.GetBytes(filler + Last + "\r\nCc: body@part.test\r\n");
        Assert.That(source.AsSpan().IndexOf("\r\n\r\n"u8), Is.EqualTo(MimeScanner.HeaderOctets - 4));
        HeaderSummary header = Scan([.. source.Chunk(1000)]);
        Assert.That((header.To.Count, header.Cc.Count), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Pieces_change_nothing() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(
        Gen.Elements("\r", "\n", "\r\n", "\r\n", "Subject: a", "To: b@c", "Cc: d@e", "From: f", " ", ":", "x").ListOf().Select(parts => Encoding.ASCII.GetBytes(string.Concat(parts))).ToArbitrary(),
        Gen.Choose(1, 20).ToArbitrary(), (source, piece) => Same(Scan([.. source.Chunk(piece)]), HeaderReader.Summarize(source))));

    /// <summary>Every octet that is allocated while mail comes in costs time in the collector; a few short strings and objects are needed.</summary>
    [Test]
    public void A_plain_message_allocates_no_more_than_what_is_kept_of_it()
    {
        byte[] source = Encoding.ASCII.GetBytes("Received: from a.test by b.test; Sun, 22 Nov 2026 10:11:12 +0100\r\nFrom: Ann Bee <ann@a.test>\r\nTo: \"Cee, Dan\" <dan@b.test>, eve@b.test\r\nSubject: Report of the week\r\n"
            + "Date: Sun, 22 Nov 2026 10:11:12 +0100\r\nMessage-ID: <1@a.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + new StringBuilder().Insert(0, "One line of the text.\r\n", 150));
        Scan(source);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Scan(source);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(3000));
    }

    private static bool Same(HeaderSummary one, HeaderSummary other) =>
        (one.Subject, one.MessageId, one.Date) == (other.Subject, other.MessageId, other.Date) && one.From.SequenceEqual(other.From) && one.To.SequenceEqual(other.To) && one.Cc.SequenceEqual(other.Cc);

    private static HeaderSummary Scan(params byte[][] pieces)
    {
        var scanner = new MimeScanner();
        foreach (byte[] piece in pieces) scanner.Push(piece);
        HeaderSummary header = scanner.Complete().Header;
        scanner.Dispose();
        return header;
    }
}
