using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Smtp;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Smtp;

/// <summary>The end of a message and dot-stuffing (RFC 5321 §4.5.2). Texts are written with \r, \n and \0 escaped, because runners lose tests with such names.</summary>
public sealed partial class DataReaderTests
{
    [TestCase(@".\r\n", @"")]
    [TestCase(@"\r\n.\r\n", @"\r\n")]
    [TestCase(@"a\r\n.\r\n", @"a\r\n")]
    [TestCase(@"a\r\n\r\nb\r\n.\r\n", @"a\r\n\r\nb\r\n")]
    [TestCase(@"a.\r\n.\r\n", @"a.\r\n")]
    [TestCase(@"\0\r\n.\r\n", @"\0\r\n")]
    public void A_message_ends_at_a_dot_alone_on_its_line(string wire, string message) => Check(wire + "NOOP\\r\\n", message, Regex.Unescape(wire).Length, isBare: false);

    [TestCase(@"..\r\n.\r\n", @".\r\n")]
    [TestCase(@"...\r\n.\r\n", @"..\r\n")]
    [TestCase(@".a\r\n.\r\n", @"a\r\n")]
    [TestCase(@". \r\n.\r\n", @" \r\n")]
    [TestCase(@"a\r\n..\r\n.\r\n", @"a\r\n.\r\n")]
    [TestCase(@"a\r\n..b\r\n..c\r\n.\r\n", @"a\r\n.b\r\n.c\r\n")]
    [TestCase(@"a..b\r\n.\r\n", @"a..b\r\n")]
    [TestCase(@"a\r\n.\t\r\n.\r\n", @"a\r\n\t\r\n")]
    [TestCase(@"a\r\n.\0\r\n.\r\n", @"a\r\n\0\r\n")]
    public void The_first_dot_of_a_line_that_goes_on_is_taken_off(string wire, string message) => Check(wire, message, Regex.Unescape(wire).Length, isBare: false);

    [TestCase(@"a\n.\n", @"a\n.\n")]
    [TestCase(@"a\n.\r\n", @"a\n.\r\n")]
    [TestCase(@"a\r\n.\n", @"a\r\n\n")]
    [TestCase(@"a\r.\r", @"a\r.\r")]
    [TestCase(@"a\r.\r\n", @"a\r.\r\n")]
    [TestCase(@"a\r\n.\r", @"a\r\n\r")]
    [TestCase(@"a\n.\r", @"a\n.\r")]
    [TestCase(@"a\n\r.\n\r", @"a\n\r.\n\r")]
    [TestCase(@"a\r\n.\r\r\n", @"a\r\n\r\r\n")]
    [TestCase(@"a\r\n\r.\r\n", @"a\r\n\r.\r\n")]
    [TestCase(@"a\r\0\n.\r\0\n", @"a\r\0\n.\r\0\n")]
    [TestCase(@".\n", @"\n")]
    [TestCase(@".\r\r\n", @"\r\r\n")]
    public void What_only_looks_like_an_end_is_text_and_flagged(string wire, string message)
    {
        const string Rest = @"MAIL FROM:<smuggler@remote.test>\r\n.\r\n";
        Check(wire + Rest + "NOOP\\r\\n", message + Rest[..^@".\r\n".Length], Regex.Unescape(wire + Rest).Length, isBare: true);
    }

    [TestCase(@"a\r\r\n.\r\n", @"a\r\r\n")]
    [TestCase(@"\n\r\n.\r\n", @"\n\r\n")]
    [TestCase(@"\r\r\n.\r\n", @"\r\r\n")]
    [TestCase(@"a\rb\r\n.\r\n", @"a\rb\r\n")]
    [TestCase(@"a\nb\r\n.\r\n", @"a\nb\r\n")]
    public void A_stray_line_end_is_flagged_and_the_true_end_still_found(string wire, string message) => Check(wire, message, Regex.Unescape(wire).Length, isBare: true);

    [TestCase(@"a\r\n\0.\r\n", false)]
    [TestCase(@"a\r\n.\0\r\n", false)]
    [TestCase(@"a\r\n.", false)]
    [TestCase(@"a\r\n.\r", false)]
    [TestCase(@"a\r", false)]
    [TestCase(@"", false)]
    [TestCase(@"a\r\nb", false)]
    [TestCase(@"a\n.\n", true)]
    [TestCase(@"a\v.\v", false)]
    [TestCase(@"a\x85.\x85", false)]
    public void Without_its_end_a_message_is_not_complete(string wire, bool isBare)
    {
        Outcome outcome = Read(Octets(wire), []);
        Assert.That((outcome.IsComplete, outcome.IsBare), Is.EqualTo((false, isBare)));
        Assert.That(outcome.End, Is.EqualTo(Octets(wire).Length));
    }

    [Test]
    public void Long_text_is_given_in_one_piece()
    {
        byte[] wire = [.. Enumerable.Repeat((byte)'x', 100_000), .. "\r\n.\r\n"u8];
        var sink = new Sink();
        var reader = new DataReader();
        Assert.That(reader.Read(wire, sink), Is.EqualTo(wire.Length));
        Assert.That((sink.Writes, sink.Octets.Count), Is.EqualTo((1, wire.Length - 3)));
    }

    [Test]
    public void Any_octets_in_any_pieces_are_read_as_the_standard_says() => CheckProperty(
        Gen.Elements("\r", "\n", ".", "a", "\0", "\r\n", ".\r\n", "\r\n.\r\n", "\r\n..", "bc").ListOf().Select(parts => Encoding.Latin1.GetBytes(string.Concat(parts))),
        (wire, cuts) => Read(wire, cuts) == Reference(wire));

    [Test]
    public void What_is_stuffed_is_read_back() => CheckProperty(
        Gen.Elements("\r", "\n", ".", "..", "a", "\0", "\r\n", "\r\n.", "é").ListOf().Select(parts => Encoding.Latin1.GetBytes(string.Concat(parts))),
        (source, cuts) =>
        {
            byte[] wire = Stuffing.Stuff(source);
            Outcome outcome = Read([.. wire, .. "QUIT\r\n"u8], cuts);
            return outcome.IsComplete && outcome.End == wire.Length && outcome.Octets == Encoding.Latin1.GetString(Stuffing.Complete(source));
        });

    private static void CheckProperty(Gen<byte[]> octets, Func<byte[], int[], bool> holds) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(octets.ToArbitrary(), Gen.Choose(0, 60).ArrayOf().ToArbitrary(), holds));

    private static void Check(string wire, string message, int end, bool isBare)
    {
        byte[] octets = Octets(wire);
        var expected = new Outcome(Regex.Unescape(message), end, true, isBare);
        Assert.That(Read(octets, []), Is.EqualTo(expected));
        for (int cut = 0; cut <= octets.Length; cut++) Assert.That(Read(octets, [cut]), Is.EqualTo(expected), $"cut at {cut}");
        Assert.That(Read(octets, [.. Enumerable.Range(0, octets.Length)]), Is.EqualTo(expected), "octet by octet");
        Assert.That(Reference(octets), Is.EqualTo(expected), "the reference");
    }

    private readonly record struct Outcome(string Octets, int End, bool IsComplete, bool IsBare);

    /// <summary>Reads the octets in pieces that end at the given places.</summary>
    private static Outcome Read(byte[] wire, int[] cuts)
    {
        var reader = new DataReader();
        var sink = new Sink();
        int position = 0;
        foreach (int cut in cuts.Where(cut => cut >= 0 && cut <= wire.Length).Order().Append(wire.Length))
        {
            if (reader.IsComplete) break;
            int before = sink.Octets.Count, count = cut - position;
            int read = reader.Read(wire.AsSpan(position, count), sink);
            position += read;
            if (!reader.IsComplete && read != count) throw new InvalidOperationException("octets of an unfinished message were left");
            if (sink.Octets.Count - before > count + DataReader.HeldBack) throw new InvalidOperationException("more octets came out than there is room for");
        }
        return new Outcome(Encoding.Latin1.GetString([.. sink.Octets]), position, reader.IsComplete, reader.HasBareLineEnd);
    }

    /// <summary>The same by searching and replacing in the whole text.</summary>
    private static Outcome Reference(byte[] wire)
    {
        string text = Encoding.Latin1.GetString(wire);
        Match end = End().Match(text);
        string raw = end.Success ? text[..end.Index] : text;
        string message = StuffedDot().Replace(raw, "");
        // A CR that may still be part of the end is not given out yet.
        if (!end.Success && HalfAnEnd().IsMatch(text)) message = message[..^1];
        return new Outcome(message, end.Success ? end.Index + end.Length : text.Length, end.Success, BareLineEnd().IsMatch(raw));
    }

    [GeneratedRegex(@"(?<=\A|\r\n)\.\r\n")]
    private static partial Regex End();

    [GeneratedRegex(@"(?<=\A|\r\n)\.")]
    private static partial Regex StuffedDot();

    [GeneratedRegex(@"(?<=\A|\r\n)\.\r\z")]
    private static partial Regex HalfAnEnd();

    [GeneratedRegex(@"\r(?!\n|\z)|(?<!\r)\n")]
    private static partial Regex BareLineEnd();

    private static byte[] Octets(string escaped) => Encoding.Latin1.GetBytes(Regex.Unescape(escaped));

    private sealed class Sink : IDataSink
    {
        public List<byte> Octets { get; } = [];

        public int Writes { get; private set; }

        public void Write(ReadOnlySpan<byte> octets)
        {
            Writes++;
            Octets.AddRange(octets);
        }
    }
}
