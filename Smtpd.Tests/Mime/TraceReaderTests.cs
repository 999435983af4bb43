using System.Globalization;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mime;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mime;

public sealed class TraceReaderTests
{
    /// <summary>Where the other parser of ../shared/corpora/mime/headers keeps less, or takes for a value what is none.</summary>
    private static readonly Dictionary<string, string> _different = new()
    {
        ["received-fedc5e5ac3"] = "a slash is part of the id",
        ["received-c8d0c815db"] = "a slash is part of the id",
        ["received-d2ae917c10"] = "PST is eight hours behind UTC (RFC 5322 §4.3)",
        ["received-141b6c57c4"] = "the year 04 is 2004 (RFC 5322 §4.3)",
        ["received-1b12e8a56f"] = "the year 03 is 2003",
        ["received-0c1ca0725f"] = "the year stands last in C's form of a date",
        ["received-3173064f6a"] = "the year stands last in C's form of a date",
        ["received-040b2753dd"] = "the year stands last in C's form of a date, behind the zone",
        ["received-9dfe2eea7a"] = "the server is the first that is named",
        ["received-9594ec4fff"] = "a slash is part of the name",
        ["received-b7fd9435e8"] = "no clause says that this is a cipher",
        ["received-96347a99a4"] = "a comment is no clause",
        ["received-f242db3817"] = "a comment is no clause",
    };

    [Test]
    public void Fields_are_read_as_another_parser_reads_them_but_for_those_named()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Places.Shared("corpora", "mime", "headers", "received.json")));
        List<string> different = [];
        foreach (JsonElement one in cases.RootElement.EnumerateArray())
        {
            string id = one.GetProperty("id").GetString()!;
            TraceHop read = TraceReader.Read(HeaderText.Unfold(Encoding.UTF8.GetBytes(one.GetProperty("header").GetString()!)));
            string expected = Expected(one.GetProperty("expected")), got = Shape(read);
            if (got == expected) continue;
            different.Add(id);
            TestContext.Out.WriteLine($"{id}: {one.GetProperty("header").GetString()}\n  {got}\n  {expected}\n  {_different.GetValueOrDefault(id, "NOT EXPLAINED")}");
        }
        Assert.That(cases.RootElement.GetArrayLength(), Is.GreaterThan(50));
        Assert.That(different, Is.EquivalentTo(_different.Keys));
    }

    [TestCase("")]
    [TestCase("(")]
    [TestCase("from (")]
    [TestCase("from [")]
    [TestCase("from a (b (c")]
    [TestCase("from a)b by ) id <>")]
    [TestCase("for for for with with")]
    public void Nothing_makes_the_reader_fail(string value) => Assert.That(TraceReader.Read(value).Date, Is.Null);

    [Test]
    public void Keywords_are_read_as_another_parser_reads_them()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Places.Shared("corpora", "mime", "headers", "list.json")));
        foreach (JsonElement one in cases.RootElement.EnumerateArray())
        {
            string value = EncodedWords.Decode(HeaderText.Unfold(Encoding.UTF8.GetBytes(one.GetProperty("header").GetString()!)));
            Assert.That(KeywordsReader.Read(value), Is.EqualTo(one.GetProperty("expected").EnumerateArray().Select(phrase => phrase.GetString())));
        }
        Assert.That(cases.RootElement.GetArrayLength(), Is.GreaterThan(2));
    }

    [Test]
    public void What_another_server_wrote_is_told_apart()
    {
        TraceHop hop = TraceReader.Read("from client.example (host.example.net [192.0.2.7]) (using TLSv1.2 with cipher ECDHE-X (256/256 bits)) by mx.example.com (Server) with ESMTPS id A1 for <a@example.com>; Mon, 3 Mar 2025 01:02:03 +0100");
        Assert.That(hop, Is.EqualTo(new TraceHop("client.example", "192.0.2.7", "host.example.net", "", "mx.example.com", "ESMTPS", "", "A1", "a@example.com", "TLSv1.2", "ECDHE-X",
            new DateTimeOffset(2025, 3, 3, 1, 2, 3, TimeSpan.FromHours(1)))));
    }

    private static string Shape(TraceHop hop) => string.Join(" | ", hop.From, hop.Address, hop.Name, hop.Helo, hop.By, hop.With, hop.Via, hop.Id, hop.For, hop.Tls, hop.Cipher,
        hop.Date?.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture) ?? "none");

    private static string Expected(JsonElement expected)
    {
        string Text(string name) => expected.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";
        string Host(string name) => !expected.TryGetProperty(name, out JsonElement value) ? ""
            : value.TryGetProperty("Name", out JsonElement host) ? host.GetString()! : value.GetProperty("IpAddr").GetString()!;
        string date = "none";
        if (expected.TryGetProperty("date", out JsonElement moment) && moment.ValueKind == JsonValueKind.Object)
        {
            int Number(string name) => moment.GetProperty(name).GetInt32();
            // Not as a date: some of these are none.
            date = string.Create(CultureInfo.InvariantCulture, $"{Number("year"):D4}-{Number("month"):D2}-{Number("day"):D2} {Number("hour"):D2}:{Number("minute"):D2}:{Number("second"):D2} {(moment.GetProperty("tz_before_gmt").GetBoolean() && Number("tz_hour") + Number("tz_minute") > 0 ? '-' : '+')}{Number("tz_hour"):D2}:{Number("tz_minute"):D2}");
        }
        return string.Join(" | ", Host("from"), Text("from_ip"), Text("from_iprev"), Host("helo"), Host("by"), Text("with").ToUpperInvariant(), Text("via"), Text("id"), Text("for_"),
            Text("tls_version").Replace('_', '.'), Text("tls_cipher"), date);
    }
}
