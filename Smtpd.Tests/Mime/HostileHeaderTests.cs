using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

/// <summary>Whatever arrives, a header is read in linear time and without an exception.</summary>
public sealed class HostileHeaderTests
{
    private static readonly string[] _fields = ["Subject", "To", "Date", "Message-ID"];

    /// <summary>What is repeated. The tests are named by the place in this list, because runners lose tests with odd names.</summary>
    private static readonly string[] _shapes =
    [
        "\"", "<", ">", "(", ")", "=?", "?=", "=?a?q?", "=?a?q?x", "=?a?x?b", "=?a b?q?c", "=?a", "=?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "=?utf-8?q?a?= ", "=?unknown?q?a?= ", "=?utf-7?q?a?=", "=?utf-8?b?w?=x", "=?iso-2022-jp?b?GyRC?= ", "=?q?b?q?", ",", ";", ":", "@", "a@", "[", "@[", "@[a", "a@b,", "\"a\"@", "\"\\", "\\\"", "\\",
        "((", "()", "(\\", "(a(b)", "<>", "<<>", "<,", "<a,b", "<\"", "<(", "<a@b>(", "\"\",", "a:", "a b ", " . ", " @", " ", "\t", "\r\n ", "\r\n\t x", "\n ", "\r", "\n", "\r\n", "a\r\n", "\0", "é", "a: b\r\n", "To: a\r\n",
        "Mon, ", "1 ", "jan ", "10:00 ", "10:", "1-1-1 ", "-", "+0100 ", "Z ",
    ];

    public static IEnumerable<int> Shapes => Enumerable.Range(0, _shapes.Length);

    /// <summary>A search from every letter to the end takes quadratic time.</summary>
    [TestCaseSource(nameof(Shapes)), NonParallelizable]
    public void Time_is_linear_in_the_size(int shape)
    {
        string repeated = _shapes[shape];
        TestContext.Out.WriteLine($"repeats {string.Join(' ', Encoding.UTF8.GetBytes(repeated).Select(octet => octet.ToString("x2", null)))} {repeated.Trim()}");
        foreach (string tail in (string[])["", "?=", "\"", ">", ")", "]", "@x"])
            foreach (string field in _fields)
                LinearTime.Check(octets => Header(field, repeated, tail, octets), 16 * 1024, header => HeaderReader.Summarize(header));
    }

    [Test]
    public void No_octets_make_the_reader_fail() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(), octets => IsSound(HeaderReader.Summarize(octets))));

    [Test]
    public void No_combination_of_what_means_something_makes_the_reader_fail() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(
        Gen.Elements(_shapes).ListOf().Select(string.Concat).ToArbitrary(), Gen.Elements("From", "Reply-To", "Bcc", "Subject", "Date", "Message-ID").ToArbitrary(),
        (text, field) => IsSound(HeaderReader.Summarize(Encoding.UTF8.GetBytes($"{field}: {text}")))));

    [Test]
    public void No_date_makes_the_reader_fail() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(50_000), Prop.ForAll(
        Gen.Elements("1", "31", "0", "99", "00:00", "23:59:60", "jan", "Feb", "dec", "0001", "9998", "9999", "2147483647", "99999999999", "+1400", "-1400", "+9999", "GMT", "GMT+0200", "UTC-", "EST", "+02:00", "1-1-1",
            "31-Dec-9998", "--", "-1-1", "2026-02-29", "2026", "26", ",", "(", ")", "\\", ";", ":", "::", "-1:-1").ListOf().Select(words => string.Join(' ', words)).ToArbitrary(),
        text => DateReader.Read(Encoding.UTF8.GetBytes(text)) is not { } date || date.UtcDateTime.Year is >= 1 and <= 9999));

    [Test]
    public void More_than_a_thousand_addresses_are_cut()
    {
        HeaderSummary header = HeaderReader.Summarize(Encoding.ASCII.GetBytes("To: " + string.Concat(Enumerable.Range(0, 5000).Select(i => $"u{i}@e.test,"))));
        Assert.That(header.To, Has.Count.EqualTo(1000));
        Assert.That(header.To[999].Address, Is.EqualTo("u999@e.test"));
    }

    private static bool IsSound(HeaderSummary header)
    {
        IEnumerable<Correspondent> all = header.From.Concat(header.To).Concat(header.Cc).Concat(header.Bcc).Concat(header.ReplyTo);
        return all.All(one => one.Name.Length + one.Address.Length > 0 && one.Name == one.Name.Trim()) && header.Subject == header.Subject.Trim();
    }

    private static byte[] Header(string field, string repeated, string tail, int octets)
    {
        var text = new StringBuilder(field).Append(": ");
        while (text.Length < octets) text.Append(repeated);
        return Encoding.UTF8.GetBytes(text.Append(tail).Append("\r\n").ToString());
    }
}
