using System.Diagnostics;
using System.Text;
using NUnit.Framework;
using Smtpd.Storage.Reading;

namespace Smtpd.Tests.Mime;

/// <summary>Nothing that is put together of what means something makes reading fail, or take long.</summary>
public sealed class ReadingFuzzTests
{
    private const int Octets = 1024 * 1024;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly string[] _pieces =
    [
        "\r\n", "\n", "\r", " ", "text", "\u00e9\u00fc", "--b\r\n", "--b--\r\n", "--x\r\n", "--x--", "-- \r\n", "begin 644 cat.txt\r\n", "#0V%T\r\n", "`\r\n", "end\r\n", "begin-base64 644 a\r\n", "SGVsbG8=\r\n", "====\r\n",
        "=ybegin line=128 size=3 name=c\r\n", "=ybegin part=2 line=128 size=3 name=c\r\n", "UVW\r\n", "=yend size=3\r\n", "Content-Type: multipart/mixed\r\n\r\n", "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
        "Content-Type: text/plain; format=flowed; delsp=yes\r\n", "Content-Type: text/calendar\r\n\r\n", "BEGIN:VEVENT\r\n", "SUMMARY;X=\":", "END:VEVENT\r\n", "Content-Type: text/enriched\r\n\r\n", "<param>", "<<", "Content-Type: application/ms-tnef\r\n",
        "\u0078\u009f\u003e\u0022\u0000\u0000", "Content-Type: message/rfc822\r\n\r\n", "Subject: a", "Content-Transfer-Encoding: base64\r\n\r\n", "Content-Transfer-Encoding: x-uuencode\r\n\r\n", "Content-Disposition: inline; filename=f\r\n", "charset=iso-2022-jp\r\n",
        "\u001b$B", "\u001b(B", "Content-Type: text/html; charset=utf-7\r\n\r\n", "+2D0-", "Content-Type: text/plain; charset=utf-16\r\n\r\n",
    ];

    [Test]
    public async Task What_is_listed_can_be_had_and_what_is_shown_can_be_written()
    {
        var random = new Random(20261122);
        int unpacked = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte[] source = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => _pieces[random.Next(_pieces.Length)])));
            MessageContent content = await Reading.ContentAsync(source);
            Assert.That(await Reading.MismatchesAsync(source), Is.Empty, Convert.ToBase64String(source));
            Assert.That(() => _strict.GetBytes(string.Concat([content.Text, content.ShownText, content.Html, .. content.Unpacked.Select(one => one.Name), .. content.Warnings])), Throws.Nothing, "no half of a letter");
            unpacked += content.Unpacked.Count;
        }
        Assert.That(unpacked, Is.GreaterThan(500), "the pieces did mean something");
    }

    [TestCase("\r\n", "begin 644 x\n")]
    [TestCase("\r\n", "begin 644 x\n#0V%T\nend\n")]
    [TestCase("\r\nbegin 644 x\n", "#0V%T\n")]
    [TestCase("\r\n", "=ybegin line=1 name=x\n")]
    [TestCase("\r\n", "=ybegin line=1 name=x\n=yend\n")]
    [TestCase("\r\n=ybegin line=1 name=x\n", "=")]
    [TestCase("Content-Type: text/plain; format=flowed\r\n\r\n", "> \n")]
    [TestCase("Content-Type: text/plain; format=flowed\r\n\r\n", ">")]
    [TestCase("Content-Type: text/enriched\r\n\r\n", "<a")]
    [TestCase("Content-Type: text/calendar\r\n\r\n", "BEGIN:VEVENT\nEND:VEVENT\n")]
    [TestCase("Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\n", "ATTENDEE;CN=\"(\":x\n")]
    [TestCase("Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\n", " (")]
    [TestCase("Content-Type: multipart/mixed\r\n\r\n", "--a\n")]
    [TestCase("Content-Type: multipart/mixed\r\n\r\n--a\nContent-A:\n", "--b\nContent-Type: multipart/mixed\n\n")]
    [TestCase("Content-Type: application/ms-tnef\r\n\r\n\u0078\u009f\u003e\u0022AA", "\0")]
    [TestCase("Content-Type: application/ms-tnef\r\n\r\n\u0078\u009f\u003e\u0022AA\u0001\u0003\u0090\u0006\0\u00ff\u00ff\u00ff\u007f\u00ff\u00ff\u00ff\u007f", "\u001e\u0010\u0001\0\u00ff\u00ff\u00ff\u007f")]
    [TestCase("Content-Type: text/plain; charset=iso-8859-1\r\n\r\n", "\u0080")]
    [TestCase("Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", "\u001b$")]
    [TestCase("Content-Type: text/plain; charset=utf-7\r\n\r\n", "+")]
    [TestCase("Content-Type: text/plain; charset=utf-8\r\n\r\n", "\u00c3")]
    [TestCase("Content-Type: text/plain; charset=big5\r\n\r\n", "\u00fa\u00b1")]
    public async Task A_megabyte_of_anything_is_read_in_no_time(string beginning, string repeated)
    {
        byte[] source = Encoding.Latin1.GetBytes(beginning + new StringBuilder().Insert(0, repeated, Octets / repeated.Length));
        long start = Stopwatch.GetTimestamp();
        MessageContent content = await Reading.ContentAsync(source);
        foreach (AttachedPart file in content.Unpacked.TakeLast(1)) await Reading.PartAsync(source, file.Part.Section);
        // Quadratic time would be minutes; a machine that is busy with other things is forgiven the rest.
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(30)));
    }
}
