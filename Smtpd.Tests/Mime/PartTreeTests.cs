using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

internal sealed class PartTreeTests
{
    private const string Mixed = "Content-Type: multipart/mixed; boundary=b||";

    [TestCase("Subject: x||hello|", "1:Body:text/plain[hello|]")]
    [TestCase("", "1:Body:text/plain[]")]
    [TestCase("|hello", "1:Body:text/plain[hello]")]
    [TestCase("Content-Type: text/html||<p>", "1:Body:text/html[<p>]")]
    [TestCase("Content-Type: text/plain; name=a.txt||x", "1:Attachment:text/plain[x]")]
    [TestCase("Content-Type: text/plain|Content-Disposition: attachment||x", "1:Attachment:text/plain[x]")]
    [TestCase("Content-Type: image/png|Content-ID: <a>||x", "1:Inline:image/png[x]")]
    [TestCase("Content-Type: message/rfc822||Content-Type: multipart/mixed; boundary=i||--i||x|--i--|", "1:Attachment:message/rfc822[Content-Type: multipart/mixed; boundary=i||--i||x|--i--|]")]
    [TestCase(Mixed + "preamble|--b||one|--b||two|--b--|epilogue|", "1:Body:text/plain[one] 2:Body:text/plain[two]")]
    [TestCase(Mixed + "--b|Content-Type: text/html|--b||two|--b--", "1:Body:text/html[] 2:Body:text/plain[two]")]
    [TestCase(Mixed + "--b||--b||--b--|", "1:Body:text/plain[] 2:Body:text/plain[]")]
    [TestCase(Mixed + "--b  |X: y||one|--b-- \t|rest", "1:Body:text/plain[one]")]
    [TestCase(Mixed + "--b||one|--bb|--b|--b-|--b--", "1:Body:text/plain[one|--bb] 2:Body:text/plain[]")]
    [TestCase(Mixed + "--b||cut off|", "1:Body:text/plain[cut off|]")]
    [TestCase(Mixed + "--b||cut off|--b", "1:Body:text/plain[cut off] 2:Body:text/plain[]")]
    [TestCase(Mixed + "--b|Content-Type: multipart/alternative; boundary=bb||--bb||plain|--bb|Content-Type: text/html||html|--bb--|--b|Content-Type: a/b||file|--b--|",
        "1.1:Body:text/plain[plain] 1.2:Body:text/html[html] 2:Attachment:a/b[file]")]
    [TestCase(Mixed + "--b|Content-Type: multipart/alternative; boundary=bb||--bb||not closed|--b||two|--b--|", "1.1:Body:text/plain[not closed] 2:Body:text/plain[two]")]
    [TestCase(Mixed + "--b|Content-Type: multipart/mixed; boundary=b||--b||same|--b--|--b--|", "1.1:Body:text/plain[same]")]
    [TestCase("Content-Type: multipart/digest; boundary=b||--b||Subject: inner||x|--b--|", "1:Attachment:message/rfc822[Subject: inner||x]")]
    [TestCase(Mixed + "--b|Content-Type: message/rfc822||Content-Type: multipart/mixed; boundary=i||--i||x|--b||two|--b--|",
        "1:Attachment:message/rfc822[Content-Type: multipart/mixed; boundary=i||--i||x] 2:Body:text/plain[two]")]
    [TestCase("Content-Type: multipart/mixed||--b||x|", "")]
    [TestCase(Mixed + "--other||x|--other--|", "")]
    [TestCase("Content-Type: multipart/mixed; boundary=\"-\"||---||x|-----|", "1:Body:text/plain[x]")]
    public void Parts_are_found_wherever_the_pieces_end(string bars, string shape)
    {
        foreach (string ends in (string[])["\r\n", "\n"])
        {
            byte[] source = System.Text.Encoding.ASCII.GetBytes(bars.Replace("|", ends, StringComparison.Ordinal));
            ScannedMessage whole = Scan.Message(0, source);
            Assert.That(Scan.Shape(source, whole.Parts).Replace("\n", "|", StringComparison.Ordinal), Is.EqualTo(shape));
            for (int first = 0; first <= source.Length; first++)
            {
                Assert.That(Scan.All(Scan.Message(0, source[..first], source[first..])), Is.EqualTo(Scan.All(whole)), $"cut at {first}");
            }
            Assert.That(Scan.All(Scan.Message(0, source.Chunk(1))), Is.EqualTo(Scan.All(whole)), "octet by octet");
        }
    }

    [TestCase("Content-Type: multipart/mixed||x", MimeWarnings.NoBoundary)]
    [TestCase(Mixed + "nothing", MimeWarnings.NoParts | MimeWarnings.NotClosed)]
    [TestCase(Mixed + "--b||x", MimeWarnings.NotClosed)]
    [TestCase(Mixed + "--b||x|--b--", MimeWarnings.None)]
    public void What_is_wrong_is_said(string bars, MimeWarnings warnings) => Assert.That(Scan.Tree(Scan.Octets(bars)).Warnings, Is.EqualTo(warnings));

    [Test]
    public void Offsets_count_from_the_beginning_of_the_stored_source()
    {
        MessagePart part = Scan.Message(1000, Scan.Octets("Subject: x||hello")).Parts.Parts.Single();
        Assert.That((part.HeaderStart, part.BodyStart, part.End), Is.EqualTo((1000L, 1014L, 1019L)));
    }

    [Test]
    public void Nesting_beyond_the_limit_is_not_taken_apart_and_said()
    {
        string bars = "";
        for (int i = 0; i < 300; i++) bars += $"Content-Type: multipart/mixed; boundary=b{i}||--b{i}|";
        PartTree tree = Scan.Tree(Scan.Octets(bars + "|deep"));
        Assert.That(tree.Parts.Max(part => part.Depth), Is.EqualTo(PartTreeBuilder.MostDepth));
        Assert.That(tree.Warnings.HasFlag(MimeWarnings.TooDeep));
    }

    [Test]
    public void Parts_beyond_the_limit_are_left_in_the_source_and_said()
    {
        PartTree tree = Scan.Tree(Scan.Octets(Mixed + string.Concat(Enumerable.Repeat("--b||x|", 5000)) + "--b--|"));
        Assert.That(tree.Parts, Has.Count.EqualTo(PartTreeBuilder.MostParts));
        Assert.That(tree.Warnings.HasFlag(MimeWarnings.TooManyParts));
        Assert.That(tree.Parts[^1].End - tree.Parts[^1].BodyStart, Is.EqualTo(1));
    }

    [Test]
    public void A_tree_comes_back_from_its_stored_form()
    {
        PartTree tree = Scan.Tree(Scan.Octets(Mixed + "--b|Content-Type: text/html; charset=x||one|--b|Content-Type: image/png; name=\"=?utf-8?q?=C3=A9?=\"|Content-ID: <i>|Content-Transfer-Encoding: base64||eA==|--b--|"));
        var stored = new ArrayBufferWriter<byte>();
        PartTreeFormat.Write(tree, stored);
        PartTree read = PartTreeFormat.Read(stored.WrittenSpan);
        Assert.That(read.Parts, Is.EqualTo(tree.Parts));
        Assert.That(read.Warnings, Is.EqualTo(tree.Warnings));
        Assert.That(read.Parts[2].FileName, Is.EqualTo("é"));
        for (int length = 0; length < stored.WrittenCount; length++)
            Assert.That(() => PartTreeFormat.Read(stored.WrittenSpan[..length]), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Whatever_comes_gives_a_sound_tree_and_pieces_change_nothing() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(
        Gen.Elements("\r", "\n", "\r\n", "\r\n\r\n", "--b", "--b--", "--", "-", "--c", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "Content-Type: multipart/digest; boundary=c\r\n\r\n",
            "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64\r\n", "Content-Disposition: attachment; filename*0*=utf-8''%", "text", " ", ";", "=", "\"", "(", "\u00e9").ListOf()
            .Select(parts => Scan.Octets(string.Concat(parts))).ToArbitrary(),
        Gen.Choose(1, 20).ToArbitrary(), (source, piece) =>
        {
            ScannedMessage whole = Scan.Message(0, source);
            return IsSound(whole.Parts, source.Length) && Scan.All(Scan.Message(0, source.Chunk(piece))) == Scan.All(whole);
        }));

    private static bool IsSound(PartTree tree, int length) => tree.Parts.Count > 0
        && tree.Parts.All(part => part.HeaderStart <= part.BodyStart && part.BodyStart <= part.End && part.End <= length)
        && tree.Parts.Where(part => part.Kind != PartKind.Multipart).Select(part => part.Section).Distinct().Count() == tree.Parts.Count(part => part.Kind != PartKind.Multipart);
}
