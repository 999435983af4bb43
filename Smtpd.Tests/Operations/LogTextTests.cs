using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Operations;

namespace Smtpd.Tests.Operations;

public sealed class LogTextTests
{
    [TestCase(@"plain ~ text", @"plain ~ text")]
    [TestCase(@"a\r\n2026/01/02 forged", @"a\x0D\x0A2026/01/02 forged")]
    [TestCase(@"\u001b[31mred\u0000\t\u007f", @"\x1B[31mred\x00\x09\x7F")]
    [TestCase(@"\u0085\u009b", @"\xC2\x85\xC2\x9B")]
    [TestCase(@"\u2028\u2029", @"\xE2\x80\xA8\xE2\x80\xA9")]
    [TestCase("Grüße 日本 😀", "Grüße 日本 😀")]
    public void Control_characters_and_separators_are_escaped_and_nothing_else(string escaped, string line) =>
        Assert.That(Escaped(Encoding.UTF8.GetBytes(Regex.Unescape(escaped))), Is.EqualTo(line));

    [Test]
    public void Octets_that_are_not_utf8_are_escaped_one_by_one()
    {
        Assert.That(Escaped([(byte)'a', 0xFF, 0xC3, (byte)'b', 0xE2, 0x80]), Is.EqualTo("a\\xFF\\xC3b\\xE2\\x80"));
        Assert.That(Escaped([0xED, 0xA0, 0x80, 0xC0, 0x8A]), Is.EqualTo("\\xED\\xA0\\x80\\xC0\\x8A"));
    }

    [Test]
    public void Whatever_comes_out_is_plain_text_and_never_longer_than_said() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), octets =>
    {
        var escaped = new byte[octets.Length * LogText.MaxExpansion];
        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(escaped, 0, LogText.Escape(octets, escaped));
        return !text.Any(one => char.IsControl(one) || one is '\u2028' or '\u2029');
    }));

    [Test]
    public void Plain_text_is_known_as_such()
    {
        Assert.That(LogText.IsPlain("SMTP[127.0.0.1]<1> MAIL"u8), Is.True);
        Assert.That(LogText.IsPlain("a\nb"u8), Is.False);
        Assert.That(LogText.IsPlain("é"u8), Is.False);
    }

    private static string Escaped(byte[] octets)
    {
        var into = new byte[octets.Length * LogText.MaxExpansion];
        return Encoding.UTF8.GetString(into, 0, LogText.Escape(octets, into));
    }
}
