using System.Diagnostics;
using System.Text;
using NUnit.Framework;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

/// <summary>Time and memory follow the size of a message, not its shape.</summary>
[NonParallelizable]
public sealed class MimeTimeTests
{
    private const int Octets = 1024 * 1024;

    private const string Open = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";

    [TestCase("", "x")]
    [TestCase("", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n")]
    [TestCase("", "\r\n")]
    [TestCase("Content-Type: text/plain; a=", "(")]
    [TestCase("Content-Type: text/plain; a=", "b c=")]
    [TestCase("Content-Type: text/plain; a=", ";x*0*=%41")]
    [TestCase("Content-Type: ", "a=b ")]
    [TestCase(Open, "--b\r\n")]
    [TestCase(Open, "--b\r\n\r\n")]
    [TestCase(Open, "--b--\r\n")]
    [TestCase(Open, "--\r\n")]
    [TestCase(Open, "--")]
    [TestCase(Open, "\n-")]
    [TestCase(Open, "-\n")]
    [TestCase(Open, "--c\n--bb\n")]
    [TestCase(Open + "--b\r\n", "-")]
    [TestCase(Open + "--b\r\n", "X-A: b\r\n")]
    [TestCase("Content-Type: text/html\r\n\r\n", "<")]
    [TestCase("Content-Type: text/html\r\n\r\n", "<style")]
    [TestCase("Content-Transfer-Encoding: quoted-printable\r\n\r\n", "= ")]
    public void Twice_the_octets_take_twice_the_time(string beginning, string repeated)
    {
        byte[] small = Message(beginning, repeated, Octets), large = Message(beginning, repeated, 4 * Octets);
        Time(small);
        TimeSpan once = Time(small), fourfold = Time(large);
        TestContext.Out.WriteLine($"{once.TotalMilliseconds:F1} ms, {fourfold.TotalMilliseconds:F1} ms");
        // Quadratic time would be 16 fold; a machine that is busy with other things is forgiven the rest.
        Assert.That(fourfold, Is.LessThan((9 * once) + TimeSpan.FromMilliseconds(100)));
    }

    private static byte[] Message(string beginning, string repeated, int octets) =>
        Encoding.ASCII.GetBytes(beginning + new StringBuilder().Insert(0, repeated, octets / repeated.Length));

    private static TimeSpan Time(byte[] source)
    {
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            long start = Stopwatch.GetTimestamp();
            PartTree tree = Scan.Message(0, source.Chunk(4096)).Parts;
            foreach (MessagePart part in tree.Parts.Where(part => part.Kind == PartKind.Body).Take(10)) Decode(source, part);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            if (time < best) best = time;
        }
        return best;
    }

    private static void Decode(byte[] source, MessagePart part)
    {
        TransferDecoder decoder = TransferDecoder.For(part.Encoding);
        byte[] output = new byte[part.End - part.BodyStart + TransferDecoder.Slack];
        decoder.Decode(source.AsSpan((int)part.BodyStart, (int)(part.End - part.BodyStart)), output);
    }

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
