using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

internal sealed class TransferDecoderTests
{
    [TestCase("aGVsbG8=", "hello")]
    [TestCase("aGVs\r\nbG8=\r\n", "hello")]
    [TestCase("aGVsbG8", "hello")]
    [TestCase("aG!Vs bG\t8=", "hello")]
    [TestCase("a\r\nG\nV\rsbG8=", "hello")]
    [TestCase("aGk=\r\naGk=\r\n", "hi")]
    [TestCase("aGk=\r\nchecked by a scanner\r\n", "hi")]
    [TestCase("aGVs=\r\nbG8=", "hello")]
    [TestCase("a=Gk=", "hi")]
    [TestCase("aGk=\r\n_______\r\nMailing list\r\n", "hi")]
    [TestCase("aGVsbG8hIQ==", "hello!!")]
    [TestCase("", "")]
    [TestCase("a", "")]
    [TestCase("====", "")]
    public void Base64(string encoded, string decoded) => Decodes(TransferEncoding.Base64, encoded, decoded);

    [TestCase("a=3Db", "a=b")]
    [TestCase("a=3db=C3=A9", "a=b\u00c3\u00a9")]
    [TestCase("soft=\r\nbreak", "softbreak")]
    [TestCase("soft=\nbreak", "softbreak")]
    [TestCase("soft= \t\r\nbreak", "softbreak")]
    [TestCase("blank \t\r\nline", "blank\r\nline")]
    [TestCase("kept=20\r\nline", "kept \r\nline")]
    [TestCase("in  side", "in  side")]
    [TestCase("=", "")]
    [TestCase("a=\r\n", "a")]
    [TestCase("a=G1=4", "a=G1=4")]
    [TestCase("==41", "=A")]
    [TestCase("=4=41", "=4A")]
    [TestCase("= x", "= x")]
    [TestCase("= = \r\nx", "= x")]
    [TestCase("\r\n\r\n", "\r\n\r\n")]
    [TestCase(" \r \r\n", " \r\r\n")]
    public void Quoted_printable(string encoded, string decoded) => Decodes(TransferEncoding.QuotedPrintable, encoded, decoded);

    [TestCase("begin 644 cat.txt\n#0V%T\n`\nend\n", "Cat")]
    [TestCase("text before\r\nbegin 644 a\r\n#0V%T\r\n \r\nend\r\nafter\r\n", "Cat")]
    [TestCase("no beginning\n", "")]
    [TestCase("begin 644 a\n#0V%T", "Cat")]
    public void Uuencode(string encoded, string decoded) => Decodes(TransferEncoding.Uuencode, encoded, decoded);

    [TestCase("7bit", TransferEncoding.Identity)]
    [TestCase("BASE64", TransferEncoding.Base64)]
    [TestCase("\"base64\"", TransferEncoding.Base64)]
    [TestCase("quoted-printable; x", TransferEncoding.QuotedPrintable)]
    [TestCase("base64 (comment)", TransferEncoding.Base64)]
    [TestCase("x-uuencode", TransferEncoding.Uuencode)]
    [TestCase("nonsense", TransferEncoding.Identity)]
    public void Names_of_encodings(string name, TransferEncoding encoding) => Assert.That(TransferEncodings.Read(Encoding.ASCII.GetBytes(name), out _), Is.EqualTo(encoding));

    [Test]
    public void Pieces_change_nothing_and_the_output_fits([Values] TransferEncoding encoding) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(
        Gen.Elements("=", "\r", "\n", "\r\n", " ", "\t", "=41", "=4", "aGVs", "A", "begin 644 x\n", "#0V%T\n", "end\n", "\u00ff", new string(' ', 100)).ListOf()
            .Select(parts => Encoding.Latin1.GetBytes(string.Concat(parts))).ToArbitrary(),
        Gen.Choose(1, 9).ToArbitrary(), (encoded, piece) => Decode(encoding, [encoded]).AsSpan().SequenceEqual(Decode(encoding, encoded.Chunk(piece)))));

    [Test]
    public void What_was_encoded_comes_back() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Gen.Choose(1, 100).ToArbitrary(),
        (octets, piece) => Decode(TransferEncoding.Base64, Encoding.ASCII.GetBytes(Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks)).Chunk(piece)).AsSpan().SequenceEqual(octets)));

    private static void Decodes(TransferEncoding encoding, string encoded, string decoded)
    {
        byte[] octets = Encoding.Latin1.GetBytes(encoded);
        for (int cut = 0; cut <= octets.Length; cut++)
            Assert.That(Encoding.Latin1.GetString(Decode(encoding, [octets[..cut], octets[cut..]])), Is.EqualTo(decoded), $"cut at {cut}");
        Assert.That(Encoding.Latin1.GetString(Decode(encoding, octets.Chunk(1))), Is.EqualTo(decoded), "octet by octet");
    }

    private static byte[] Decode(TransferEncoding encoding, IEnumerable<byte[]> pieces)
    {
        TransferDecoder decoder = TransferDecoder.For(encoding);
        using var all = new MemoryStream();
        foreach (byte[] piece in pieces)
        {
            byte[] output = new byte[piece.Length + TransferDecoder.Slack];
            all.Write(output, 0, decoder.Decode(piece, output));
        }
        byte[] rest = new byte[TransferDecoder.Slack];
        all.Write(rest, 0, decoder.Finish(rest));
        return all.ToArray();
    }
}
