using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Reading;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Storage;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Mime;

/// <summary>
/// The texts and parts of the messages in ../shared/corpora/mime, against what independent parsers agree on. Its README says how
/// to compare: without white space in texts, attachments and inline parts as one set.
/// </summary>
public sealed partial class PartCorpusTests
{
    /// <summary>Where this program decides otherwise, and why.</summary>
    private static readonly Dictionary<string, string> _different = new()
    {
        ["9f901f004c4c-002.eml"] = "disputed; a multipart whose boundary never comes is no attachment, as parsers agree in thirteen other messages",
        ["f915fe657d08-very-very-long-boundary.eml"] = "a boundary of 7,000 octets is found all the same",
    };

    [Test]
    public async Task Every_message_gives_the_texts_and_parts_that_independent_parsers_agree_on()
    {
        string folder = Places.Shared("corpora", "mime", "given");
        var different = new SortedSet<string>(StringComparer.Ordinal);
        int messages = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "expected.jsonl")))
        {
            using JsonDocument record = JsonDocument.Parse(line);
            string file = record.RootElement.GetProperty("file").GetString()!;
            JsonElement expected = record.RootElement.GetProperty("expect");
            List<string> found = [];
            await CompareAsync(await File.ReadAllBytesAsync(Path.Combine(folder, file)), expected, found);
            messages++;
            if (found.Count == 0) continue;
            different.Add(file);
            TestContext.Out.WriteLine($"{file}: {string.Join(" | ", found)}");
        }
        Assert.That(messages, Is.GreaterThan(400), "the corpus was there and was compared");
        Assert.That(different, Is.EquivalentTo(_different.Keys));
    }

    private static async Task CompareAsync(byte[] source, JsonElement expected, List<string> found)
    {
        var store = new FakeMailStore();
        MessageId id = store.Add(source).Id;
        var reader = new MessageReader(store);
        MessageContent content = (await reader.ReadAsync(id, default))!;
        PartTree tree = Scan.Tree(source);
        CompareText("text", content.Text, "text_body", HasBody(tree, html: false), expected, found);
        CompareText("html", content.Html, "html_body", HasBody(tree, html: true), expected, found);
        List<Part> parts = [];
        foreach (AttachedPart one in content.Attachments.Concat(content.Inline))
        {
            if (one.Name.Length == 0) found.Add("a part without a name");
            OpenedPart opened = (await reader.OpenPartAsync(id, one.Part.Section, default))!;
            byte[] octets = await Mails.ReadAllAsync(opened.Octets);
            parts.Add(new Part(one, Digits(octets), Digits(Folded(octets))));
            if (opened.Size != octets.Length || one.Size != octets.Length || one.Sha256 != Digits(octets)) found.Add($"part {one.Part.Section}: size or checksum does not match its octets");
        }
        if (await Reading.MismatchesAsync(source) is { Length: > 0 } mismatches) found.Add($"what was unpacked differs when it is opened: {mismatches}");
        bool isExact = expected.TryGetProperty("attachments", out JsonElement wanted);
        if (!isExact && !expected.TryGetProperty("attachments_contains", out wanted)) return;
        foreach (JsonElement want in wanted.EnumerateArray())
        {
            Part? hit = parts.FirstOrDefault(part => part.Is(want));
            if (hit is null)
            {
                found.Add($"missing: {want}");
                continue;
            }
            parts.Remove(hit);
            string name = Words(Text(want, "filename"));
            if (name.Length > 0 && name != Words(hit.Attached.Part.FileName)) found.Add($"name \"{hit.Attached.Part.FileName}\", not \"{name}\"");
            string contentId = Text(want, "content_id").Trim('<', '>');
            if (contentId.Length > 0 && contentId != hit.Attached.Part.ContentId) found.Add($"Content-ID \"{hit.Attached.Part.ContentId}\", not \"{contentId}\"");
        }
        if (isExact) found.AddRange(parts.Select(part => $"not expected: {part.Attached}"));
    }

    private static bool HasBody(PartTree tree, bool html) => tree.Parts.Any(part => part.Kind == PartKind.Body && part.IsHtml == html);

    private static void CompareText(string what, string read, string member, bool hasBody, JsonElement expected, List<string> found)
    {
        // Where parsers find nothing, what is shown instead is none of theirs.
        if (!expected.TryGetProperty(member, out JsonElement bodies) || (bodies.GetArrayLength() == 0 && !hasBody)) return;
        string mine = WhiteSpace().Replace(read, ""), want = WhiteSpace().Replace(string.Concat(bodies.EnumerateArray().Select(body => body.GetString())), "");
        if (mine != want) found.Add($"{what}: \"{Shown(mine)}\", not \"{Shown(want)}\"");
    }

    private static string Shown(string text) => text.Length > 90 ? text[..90] + "…" : text;

    private sealed record Part(AttachedPart Attached, string Sha256, string FoldedSha256)
    {
        public bool Is(JsonElement want)
        {
            if (Attached.Part.MediaType != Text(want, "content_type")) return false;
            if (Text(want, "sha256") is { Length: > 0 } exact) return exact == Sha256;
            if (Text(want, "sha256_lf") is { Length: > 0 } folded) return folded == FoldedSha256;
            return Text(want, "filename") is not { Length: > 0 } name || Words(name) == Words(Attached.Part.FileName);
        }
    }

    private static string Text(JsonElement element, string member) => element.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static byte[] Folded(byte[] octets)
    {
        List<byte> folded = [];
        for (int i = 0; i < octets.Length; i++)
        {
            if (octets[i] != '\r') folded.Add(octets[i]);
            else if (i + 1 == octets.Length || octets[i + 1] != '\n') folded.Add((byte)'\n');
        }
        while (folded.Count > 0 && folded[^1] == '\n') folded.RemoveAt(folded.Count - 1);
        return [.. folded];
    }

    private static string Digits(byte[] octets) => Convert.ToHexStringLower(SHA256.HashData(octets));

    private static string Words(string? text) => WhiteSpace().Replace(text ?? "", " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
