using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mime;

/// <summary>
/// The single header fields in ../shared/corpora/mime/headers, against what one other parser makes of them. Where it does what no
/// second parser does, or keeps what the standards take away, the field is named here with the reason, and must go on to differ.
/// </summary>
public sealed partial class HeaderFieldCorpusTests
{
    private static readonly Dictionary<string, string> _different = new()
    {
        ["address-4654cf0b2f"] = "a comment beside a name is not part of the name",
        ["address-7fb9f66c91"] = "a backslash at the end of a line quotes the blank that follows, so that the comment ends before its last word",
        ["address-28fb8612f5"] = "a comment beside a name is not part of the name, and behind a group it is nobody",
        ["address-4468ae44a5"] = "a comment beside a name is not part of the name",
        ["address-9ab5c5cb14"] = "a comment beside a name is not part of the name",
        ["address-f254493364"] = "parsers agree in the other corpus that the comment behind a bare word is not its name",
        ["address-5097cefe39"] = "a source route and blanks around dots are no part of an address (RFC 5322 §4.4)",
        ["date-950963fddc"] = "numbers alone are not a date",
        ["date-bd069c9868"] = "the comment ends with the field, because its next line is no continuation, and leaves a date without a time",
        ["unstructured-5f4044693b"] = "no blank is added between text and an encoded word",
    };

    [TestCase("address")]
    [TestCase("date")]
    [TestCase("id")]
    [TestCase("unstructured")]
    public void Fields_are_read_as_another_parser_reads_them_but_for_those_named(string kind)
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Places.Shared("corpora", "mime", "headers", kind + ".json")));
        List<string> different = [];
        foreach (JsonElement one in cases.RootElement.EnumerateArray())
        {
            string id = one.GetProperty("id").GetString()!, field = one.GetProperty("header").GetString()!;
            JsonElement expected = one.GetProperty("expected");
            (string Read, string Expected) pair = kind switch
            {
                "address" => (People(Summarize("To", field).To), People(expected)),
                "date" => (Moment(Summarize("Date", field).Date), Moment(expected)),
                "id" => (Summarize("Message-ID", field).MessageId, expected[0].GetString()!),
                _ => (WhiteSpace().Replace(Summarize("Subject", field).Subject, " "), expected.GetString()!),
            };
            if (pair.Read == pair.Expected) continue;
            different.Add(id);
            TestContext.Out.WriteLine($"{id}: \"{pair.Read}\", not \"{pair.Expected}\": {_different.GetValueOrDefault(id, "NOT EXPLAINED")}");
        }
        Assert.That(cases.RootElement.GetArrayLength(), Is.GreaterThan(5));
        Assert.That(different, Is.EquivalentTo(_different.Keys.Where(id => id.StartsWith(kind, StringComparison.Ordinal))));
    }

    private static HeaderSummary Summarize(string name, string value) => HeaderReader.Summarize(Encoding.UTF8.GetBytes($"{name}: {value}\r\n\r\n"));

    private static string People(IEnumerable<Correspondent> people) => string.Join(", ", people.Select(one => $"{one.Name} <{one.Address}>"));

    private static string People(JsonElement expected)
    {
        IEnumerable<JsonElement> people = expected.TryGetProperty("List", out JsonElement list) ? list.EnumerateArray()
            : expected.GetProperty("Group").EnumerateArray().SelectMany(group => group.GetProperty("addresses").EnumerateArray());
        return People(people.Select(one => new Correspondent(one.GetProperty("name").GetString() ?? "", one.GetProperty("address").GetString() ?? "")));
    }

    private static string Moment(DateTimeOffset? date) => date?.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture) ?? "none";

    private static string Moment(JsonElement expected)
    {
        if (expected.ValueKind == JsonValueKind.Null) return "none";
        int Number(string name) => expected.GetProperty(name).GetInt32();
        var zone = new TimeSpan(Number("tz_hour"), Number("tz_minute"), 0);
        return Moment(new DateTimeOffset(Number("year"), Number("month"), Number("day"), Number("hour"), Number("minute"), Number("second"),
            expected.GetProperty("tz_before_gmt").GetBoolean() ? -zone : zone));
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
