using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mime;

/// <summary>
/// The headers of the messages in ../shared/corpora/mime, against what independent parsers agree on. Its README says how to compare: white space
/// of names and subjects is collapsed, of From the first counts, and where only the addresses were agreed on, only they are compared.
/// </summary>
public sealed partial class CorpusTests
{
    [Test]
    public void Every_message_gives_the_header_that_independent_parsers_agree_on()
    {
        string folder = Places.Shared("corpora", "mime", "given");
        List<string> wrong = [];
        int messages = 0, fields = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "expected.jsonl")))
        {
            using JsonDocument record = JsonDocument.Parse(line);
            string file = record.RootElement.GetProperty("file").GetString()!;
            using var scanner = new MimeScanner();
            scanner.Push(File.ReadAllBytes(Path.Combine(folder, file)));
            var comparison = new Comparison(scanner.Complete().Header, record.RootElement.GetProperty("expect"));
            messages++;
            fields += comparison.Fields;
            wrong.AddRange(comparison.Differences.Select(difference => $"{file}: {difference}"));
        }
        TestContext.Out.WriteLine($"{messages} messages, {fields} fields");
        Assert.That(wrong, Is.Empty, string.Join('\n', wrong));
        Assert.That(fields, Is.GreaterThan(6 * messages).And.GreaterThan(2400), "the corpus was there and was compared");
    }

    private sealed class Comparison
    {
        private readonly JsonElement _expected;

        public Comparison(HeaderSummary header, JsonElement expected)
        {
            _expected = expected;
            if (Wanted("subject", out JsonElement subject)) Compare("subject", Words(header.Subject), Words(subject.GetString()));
            if (Wanted("message_id", out JsonElement id)) Compare("message_id", header.MessageId, Words(id.GetString()));
            if (Wanted("date", out JsonElement date)) Compare("date", header.Date?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "none", date.GetString() ?? "none");
            ComparePeople("from", header.From, onlyFirst: true);
            ComparePeople("to", header.To);
            ComparePeople("cc", header.Cc);
            ComparePeople("reply_to", header.ReplyTo);
        }

        public int Fields { get; private set; }

        public List<string> Differences { get; } = [];

        private void ComparePeople(string field, IReadOnlyList<Correspondent> read, bool onlyFirst = false)
        {
            int most = onlyFirst ? 1 : int.MaxValue;
            if (Wanted(field, out JsonElement people))
            {
                Compare(field, List(read.Take(most).Select(one => $"{Words(one.Name)} <{Folded(one.Address)}>")), List(people.EnumerateArray().Take(most)
                    .Select(one => $"{Words(one.GetProperty("name").GetString())} <{Folded(one.GetProperty("address").GetString())}>").Where(one => one != " <>")));
            }
            else if (Wanted(field + "_addresses", out JsonElement addresses))
                Compare(field + " addresses", List(read.Take(most).Select(one => Folded(one.Address))), List(addresses.EnumerateArray().Take(most).Select(one => Folded(one.GetString()))));
        }

        private bool Wanted(string field, out JsonElement value) => _expected.TryGetProperty(field, out value);

        private void Compare(string field, string read, string expected)
        {
            Fields++;
            if (read != expected) Differences.Add($"{field}: \"{read}\", not \"{expected}\"");
        }

        private static string List(IEnumerable<string> items) => string.Join(", ", items);

        private static string Folded(string? address) => address is null ? "" : address[..(address.LastIndexOf('@') + 1)] + address[(address.LastIndexOf('@') + 1)..].ToLowerInvariant();
    }

    private static string Words(string? text) => WhiteSpace().Replace(text ?? "", " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
