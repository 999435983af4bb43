using System.Text;
using NUnit.Framework;
using Smtpd.Network;

namespace Smtpd.Tests.Network;

/// <summary>Bodies in chunks, however they are cut into packets.</summary>
public sealed class HttpChunkReaderTests
{
    private static (string? Data, bool IsAtEnd, int Consumed) Read(string body, int step)
    {
        var reader = new HttpChunkReader();
        var data = new StringBuilder();
        int total = 0;
        for (int at = 0; at < body.Length && !reader.IsAtEnd; at += step)
        {
            byte[] octets = Encoding.Latin1.GetBytes(body.Substring(at, Math.Min(step, body.Length - at)));
            int count = reader.Read(octets, out int consumed);
            if (count < 0) return (null, false, 0);
            data.Append(Encoding.Latin1.GetString(octets, 0, count));
            total += consumed;
        }
        return (data.ToString(), reader.IsAtEnd, total);
    }

    [TestCase("0\r\n\r\n", "")]
    [TestCase("3\r\nabc\r\n0\r\n\r\n", "abc")]
    [TestCase("1\r\na\r\n2\r\nbc\r\n000\r\n\r\n", "abc")]
    [TestCase("A\r\n0\r\n\r\n67890\r\n0\r\n\r\n", "0\r\n\r\n67890")]
    [TestCase("00000000000000a;name=\"va;lue\"\t ;x\r\n0123456789\r\n0;last\r\nTrailer: x\r\nOther: y\r\n\r\n", "0123456789")]
    public void Data_is_taken_out_and_what_follows_stays(string body, string data)
    {
        for (int step = 1; step <= body.Length; step++)
            Assert.That(Read(body + "GET /", step), Is.EqualTo((data, true, body.Length)), $"in steps of {step}");
    }

    [TestCase("\r\n")]
    [TestCase(" 3\r\nabc\r\n0\r\n\r\n")]
    [TestCase("3 \r\nabc\r\n0\r\n\r\n")]
    [TestCase("+3\r\nabc\r\n0\r\n\r\n")]
    [TestCase("0x3\r\nabc\r\n0\r\n\r\n")]
    [TestCase("3\nabc\n0\n\n")]
    [TestCase("3\r\nabc\n0\r\n\r\n")]
    [TestCase("3\r\nabcd\r\n0\r\n\r\n")]
    [TestCase("3\rabc")]
    [TestCase("0000000000000003\r\nabc\r\n0\r\n\r\n")]
    [TestCase("3;a\nb\r\nabc\r\n0\r\n\r\n")]
    [TestCase("0\r\nTrailer: a\0b\r\n\r\n")]
    [TestCase("0\r\n\r\r\n")]
    [TestCase("0\r\nX: y\r\r\n")]
    public void What_can_be_read_in_two_ways_is_none(string body)
    {
        for (int step = 1; step <= body.Length; step++) Assert.That(Read(body, step).Data, Is.Null, $"in steps of {step}");
    }

    [Test]
    public void Extensions_and_trailers_do_not_go_on_without_end()
    {
        Assert.That(Read("3;" + new string('x', 300), 100).Data, Is.Null);
        Assert.That(Read("0\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 5000)), 1000).Data, Is.Null);
    }
}
