using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Smtp;

namespace Smtpd.Tests.Smtp;

/// <summary>Texts are written with \r, \n and \0 escaped, because runners lose tests with such names.</summary>
public sealed class LineEndWatchTests
{
    [TestCase(@"", false)]
    [TestCase(@"a", false)]
    [TestCase(@"a\r\n", false)]
    [TestCase(@"\r\n\r\na\0b", false)]
    [TestCase(@"\n", true)]
    [TestCase(@"\r", true)]
    [TestCase(@"a\nb", true)]
    [TestCase(@"a\rb", true)]
    [TestCase(@"a\r\r\n", true)]
    [TestCase(@"a\r\n\n", true)]
    [TestCase(@"a\r\n\r", true)]
    [TestCase(@"a\n\r", true)]
    [TestCase(@"a\r\0\n", true)]
    public void A_line_end_that_stands_alone_is_seen_however_the_octets_are_cut(string escaped, bool isBare)
    {
        byte[] octets = Encoding.Latin1.GetBytes(Regex.Unescape(escaped));
        for (int cut = 0; cut <= octets.Length; cut++)
            for (int other = cut; other <= octets.Length; other++)
            {
                var watch = new LineEndWatch();
                watch.Read(octets.AsSpan(0, cut));
                watch.Read(octets.AsSpan(cut, other - cut));
                watch.Read(octets.AsSpan(other));
                Assert.That(watch.HasBareLineEnd, Is.EqualTo(isBare), $"cut at {cut} and {other}");
            }
    }
}
