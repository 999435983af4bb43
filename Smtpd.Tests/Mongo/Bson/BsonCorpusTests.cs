using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mongo.Bson;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mongo.Bson;

/// <summary>The specification's own documents of every type in ../shared/corpora/mongodb/bson-corpus, sound ones and damaged ones.</summary>
public sealed class BsonCorpusTests
{
    [Test]
    public void Every_sound_document_is_read_and_written_again_octet_for_octet()
    {
        int compared = 0;
        List<string> wrong = [];
        foreach ((string name, JsonElement item) in Cases("valid"))
        {
            byte[] canonical = Convert.FromHexString(item.GetProperty("canonical_bson").GetString()!);
            foreach (string form in (string[])["canonical_bson", "degenerate_bson"])
            {
                if (!item.TryGetProperty(form, out JsonElement given)) continue;
                compared++;
                byte[] octets = Convert.FromHexString(given.GetString()!);
                BsonValidator.Verify(octets);
                byte[] again = Rewriter.Rewrite(new BsonDocument(octets)).Octets.ToArray();
                if (!again.AsSpan().SequenceEqual(canonical)) wrong.Add($"{name}, {form}: {Convert.ToHexString(again)}");
            }
        }
        Assert.That(wrong, Is.Empty, string.Join('\n', wrong));
        Assert.That(compared, Is.GreaterThan(700), "the corpus was there");
    }

    [Test]
    public void Every_sound_document_is_what_its_extended_json_says()
    {
        int compared = 0;
        List<string> wrong = [];
        foreach ((string name, JsonElement item) in Cases("valid"))
        {
            foreach (string form in (string[])["canonical_extjson", "degenerate_extjson"])
            {
                if (!item.TryGetProperty(form, out JsonElement json) || Loses(item)) continue;
                compared++;
                string read = Convert.ToHexString(ExtendedJson.Read(json.GetString()!).Octets.Span);
                if (!read.Equals(item.GetProperty("canonical_bson").GetString(), StringComparison.OrdinalIgnoreCase)) wrong.Add($"{name}, {form}: {read}");
            }
        }
        Assert.That(wrong, Is.Empty, string.Join('\n', wrong));
        Assert.That(compared, Is.GreaterThan(700), "the corpus was there");
    }

    [Test]
    public void Every_damaged_document_is_refused()
    {
        (string Name, JsonElement Item)[] cases = [.. Cases("decodeErrors")];
        string[] taken = [.. cases.Where(one => BsonValidator.IsValid(Convert.FromHexString(one.Item.GetProperty("bson").GetString()!))).Select(one => one.Name)];
        Assert.That(taken, Is.Empty);
        Assert.That(cases, Has.Length.GreaterThan(70), "the corpus was there");
    }

    /// <summary>Also without a look at the whole first: what is damaged is an error of its own kind or a value of other length, never a read beyond the document.</summary>
    [Test]
    public void A_damaged_document_that_is_read_all_the_same_gives_an_error_of_its_own_kind()
    {
        foreach ((string name, JsonElement item) in Cases("decodeErrors"))
        {
            byte[] octets = Convert.FromHexString(item.GetProperty("bson").GetString()!);
            try
            {
                Rewriter.Rewrite(new BsonDocument(octets));
            }
            catch (BsonException)
            {
                continue;
            }
            catch (Exception other)
            {
                Assert.Fail($"{name}: {other}");
            }
        }
    }

    [Test]
    public void Every_text_that_is_no_extended_json_is_refused()
    {
        (string Name, JsonElement Item)[] cases = [.. Cases("parseErrors")];
        List<string> taken = [];
        foreach ((string name, JsonElement item) in cases)
        {
            // A decimal's text stands alone; the other texts are whole documents.
            string text = item.GetProperty("string").GetString()!;
            string json = text.StartsWith('{') ? text : $"{{\"d\": {{\"$numberDecimal\": {JsonSerializer.Serialize(text)}}}}}";
            try
            {
                ExtendedJson.Read(json);
                taken.Add(name);
            }
            catch (Exception refusal) when (refusal is FormatException or BsonException or KeyNotFoundException)
            {
                // As it should be.
            }
        }
        Assert.That(taken, Is.Empty);
        Assert.That(cases, Has.Length.GreaterThan(100), "the corpus was there");
    }

    private static bool Loses(JsonElement item) => item.TryGetProperty("lossy", out JsonElement lossy) && lossy.GetBoolean();

    private static IEnumerable<(string Name, JsonElement Item)> Cases(string kind)
    {
        foreach (string file in Directory.EnumerateFiles(Places.Shared("corpora", "mongodb", "bson-corpus"), "*.json").Order(StringComparer.Ordinal))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!document.RootElement.TryGetProperty(kind, out JsonElement cases)) continue;
            foreach (JsonElement item in cases.EnumerateArray()) yield return ($"{Path.GetFileName(file)}: {item.GetProperty("description").GetString()}", item.Clone());
        }
    }
}
