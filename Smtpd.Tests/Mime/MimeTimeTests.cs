using System.Text;
using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

/// <summary>Time and memory follow the size of a message, not its shape.</summary>
[NonParallelizable]
public sealed class MimeTimeTests
{
    /// <summary>Of the smaller of two messages; the larger has 16 times as many.</summary>
    private const int Octets = 512 * 1024;

    private const string Open = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";

    private const string Text = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ";

    [TestCase("", "x", TestName = "One endless line of a header")]
    [TestCase("\r\n", "x", TestName = "One endless line of text")]
    [TestCase("", "X-A: b\r\n", TestName = "An endless header")]
    [TestCase("Subject: a", "\r\n b", TestName = "An endless folded field")]
    [TestCase("", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", TestName = "Endless nesting")]
    [TestCase("", "\r\n", TestName = "Nothing but empty lines")]
    [TestCase("", "\r", TestName = "Nothing but carriage returns")]
    [TestCase("To: ", "(", TestName = "Endless comments in an address list")]
    [TestCase("To: ", "a:b;", TestName = "Endless groups")]
    [TestCase("To: ", "a@b,", TestName = "Endless addresses")]
    [TestCase("To: ", "\"a\" <\"b\"@c>,", TestName = "Endless quoted addresses")]
    [TestCase("Subject: ", "=?utf-8?q?a?= ", TestName = "Endless encoded words")]
    [TestCase("Subject: ", "=?utf-8?q?", TestName = "Endless beginnings of encoded words")]
    [TestCase("Date: ", "(a", TestName = "Endless comments in a date")]
    [TestCase("Content-Type: text/plain; a=", "(", TestName = "Endless comments in a content type")]
    [TestCase("Content-Type: text/plain; a=", "b c=", TestName = "Endless parameters without semicolons")]
    [TestCase("Content-Type: text/plain; a=", ";x*0*=%41", TestName = "Endless segments of a parameter")]
    [TestCase("Content-Type: text/plain; a=", ";a=b", TestName = "Endless parameters")]
    [TestCase("Content-Type: ", "a=b ", TestName = "Endless heads of parameters")]
    [TestCase(Open, "--b\r\n", TestName = "Nothing but boundaries")]
    [TestCase(Open, "--b\r\n\r\n", TestName = "Nothing but empty parts")]
    [TestCase(Open, "--b--\r\n", TestName = "Nothing but final boundaries")]
    [TestCase(Open, "--\r\n", TestName = "Nothing but lines of two hyphens")]
    [TestCase(Open, "--", TestName = "One endless line of hyphens")]
    [TestCase(Open, "\n-", TestName = "Nothing but lines of one hyphen")]
    [TestCase(Open, "-\n", TestName = "Nothing but hyphens and line ends")]
    [TestCase(Open, "--c\n--bb\n", TestName = "Boundaries that are none")]
    [TestCase(Open + "--b\r\n", "-", TestName = "An endless line of hyphens in the header of a part")]
    [TestCase(Open + "--b\r\n", "X-A: b\r\n", TestName = "An endless header of a part")]
    [TestCase(Open + "--b\r\n", "--c\r\n", TestName = "Boundaries that are none in the header of a part")]
    [TestCase("Content-Type: text/html\r\n\r\n", "<", TestName = "Nothing but beginnings of tags")]
    [TestCase("Content-Type: text/html\r\n\r\n", "<style", TestName = "Nothing but beginnings of styles")]
    [TestCase("Content-Type: text/html\r\n\r\n", "<!--", TestName = "Nothing but beginnings of comments")]
    [TestCase("Content-Type: text/html\r\n\r\n", "&amp", TestName = "Nothing but entities without an end")]
    [TestCase(Text + "quoted-printable\r\n\r\n", "= ", TestName = "Escapes that are none")]
    [TestCase(Text + "quoted-printable\r\n\r\n", " ", TestName = "Quoted-printable white space")]
    [TestCase(Text + "quoted-printable\r\n\r\n", "=C3=BC", TestName = "Nothing but escapes")]
    [TestCase(Text + "base64\r\n\r\n", "w7w=", TestName = "Base64 in pieces")]
    [TestCase(Text + "base64\r\n\r\n", "!w7 ", TestName = "Base64 among other letters")]
    [TestCase(Text + "x-uuencode\r\n\r\nbegin 644 a\r\n", "M", TestName = "One endless line of uuencode")]
    public void Sixteen_times_the_octets_take_sixteen_times_as_long(string beginning, string repeated) =>
        LinearTime.Check(octets => Message(beginning, repeated, octets), Octets, source => Scan.Whole(source, piece: 4096));

    [Test]
    public void A_million_boundaries_are_read_in_linear_time() =>
        LinearTime.Check(octets => Message(Open, "--b\r\n\r\nx\r\n", octets), 1_000_000 * 10 / 16, source => Scan.Whole(source, piece: 64 * 1024));

    /// <summary>Each closing boundary closes one level of a hundred, and each line is held against all that are open.</summary>
    [Test]
    public void Boundaries_are_looked_up_among_all_that_are_open_in_linear_time()
    {
        var open = new StringBuilder();
        for (int i = 0; i < PartTreeBuilder.MostDepth; i++) open.Append(null, $"Content-Type: multipart/mixed; boundary=\"{new string('b', 60)}{i}\"\r\n\r\n--{new string('b', 60)}{i}\r\n");
        LinearTime.Check(octets => Message(open.ToString(), $"--{new string('b', 60)}x\r\n", octets), Octets, source => Scan.Whole(source, piece: 4096));
    }

    /// <summary>Without this nobody would know whether the check can fail.</summary>
    [Test]
    public void Quadratic_time_is_found_out() => Assert.That(
        LinearTime.Ratio(octets => new byte[octets], 8 * 1024, source =>
        {
            int found = 0;
            for (int i = 0; i < source.Length; i++) found += source.AsSpan(i).IndexOf((byte)1);
            Assert.That(found, Is.Negative);
        }), Is.GreaterThan(6));

    private static byte[] Message(string beginning, string repeated, int octets) =>
        Encoding.ASCII.GetBytes(beginning + new StringBuilder().Insert(0, repeated, octets / repeated.Length));

    [Test]
    public void Memory_does_not_follow_the_size_of_a_message()
    {
        byte[] piece = Encoding.ASCII.GetBytes("--b\r\nContent-Type: text/plain; name=" + new string('n', 60_000) + "\r\n\r\n");
        using var scanner = new MimeScanner();
        scanner.Push(Encoding.ASCII.GetBytes(Open));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 2000; i++) scanner.Push(piece);
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(8 * 1024 * 1024));
        Assert.That(scanner.Complete().Parts.Parts, Has.Count.EqualTo(PartTreeBuilder.MostParts));
    }
}
