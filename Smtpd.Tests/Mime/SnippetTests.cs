using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

public sealed class SnippetTests
{
    [TestCase("|  Hello,||\tworld  |", "Hello, world")]
    [TestCase("Content-Type: text/html||<html><head><title>t</title><style>p{}</style></head><body><p>Fish &amp; chips<br>2 < 3<!-- no --></body>", "Fish & chips 2 < 3")]
    [TestCase("Content-Transfer-Encoding: base64||aGVsbG8gd29ybGQ=", "hello world")]
    [TestCase("Content-Type: text/plain; charset=utf-8|Content-Transfer-Encoding: quoted-printable||caf=C3=A9", "café")]
    [TestCase("Content-Type: multipart/alternative; boundary=b||--b||plain|--b|Content-Type: text/html||html|--b--", "plain")]
    [TestCase("Content-Type: multipart/alternative; boundary=b||--b||  |--b|Content-Type: text/html||<b>html</b>|--b--", "html")]
    [TestCase("Content-Type: multipart/alternative; boundary=b||--b|Content-Type: text/html||html|--b||plain|--b--", "plain")]
    [TestCase("Content-Type: multipart/mixed; boundary=b||preamble|--b||-- |text|--c|--b--|epilogue", "-- text --c")]
    [TestCase("Content-Type: image/png||text", "")]
    [TestCase("Content-Type: text/html||a&shy;b&zwnj;c &zwnj;&nbsp;&zwnj; d&#8203; e", "ab\u200Cc d e")]
    public void The_text_begins(string bars, string snippet)
    {
        byte[] source = Scan.Octets(bars);
        Assert.That(Scan.Message(0, source).Snippet, Is.EqualTo(snippet));
        Assert.That(Scan.Message(0, source.Chunk(1)).Snippet, Is.EqualTo(snippet));
    }

    [Test]
    public void The_short_way_for_ASCII_gives_what_the_long_way_gives() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(
        Gen.Elements("a", "word", " ", "  ", "\t", "\r\n", "\0", "\u007F", new string('x', 100), string.Concat(Enumerable.Repeat("ab ", 20))).ListOf().Select(string.Concat).ToArbitrary(),
        text => Snippet.OfAscii(Encoding.ASCII.GetBytes(text)) == Snippet.Of(text, isHtml: false)));

    [Test]
    public void It_is_cut_between_characters_of_a_sample_that_was_cut_too()
    {
        string snippet = Scan.Message(0, [.. "\r\n"u8, .. Enumerable.Repeat("é"u8.ToArray(), 5000).SelectMany(one => one), (byte)'x']).Snippet;
        Assert.That(snippet, Is.EqualTo(new string('é', Snippet.Letters)));
    }
}
