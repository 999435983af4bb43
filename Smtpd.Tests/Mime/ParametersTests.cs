using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mime;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mime;

public sealed class ParametersTests
{
    /// <summary>Where this program decides otherwise than the parser that wrote the corpus, and why.</summary>
    private static readonly Dictionary<string, string> _different = new()
    {
        ["content_type-09e6bd9eb3"] = "white space between two encoded words is not text (RFC 2047 §6.2): senders divide long names so",
        ["content_type-b4b16bbe8b"] = "white space at the end of a field is not part of it",
        ["content_type-f3cec328de"] = "white space at the end of a field is not part of it",
    };

    [TestCase("attachment; filename=a.txt", "a.txt")]
    [TestCase("attachment; filename=\"a b.txt\"", "a b.txt")]
    [TestCase("attachment; filename=a b.txt", "a b.txt")]
    [TestCase("attachment; filename=a b.txt size=3", "a b.txt")]
    [TestCase("attachment; filename=Invoice_(1).pdf", "Invoice_(1).pdf")]
    [TestCase("attachment; filename=a.txt (comment)", "a.txt")]
    [TestCase("attachment filename=a.txt", "a.txt")]
    [TestCase("filename=a.txt", "a.txt")]
    [TestCase("attachment; filename=\"a\\\"b\"", "a\"b")]
    [TestCase("attachment; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt")]
    [TestCase("attachment; filename=\"open", "open")]
    [TestCase("attachment; filename=\"=?utf-8?q?=C3=A9?=\"", "é")]
    [TestCase("attachment; filename==?utf-8?q?=C3=A9?=", "é")]
    [TestCase("attachment; filename*=utf-8'en'%c3%a9", "é")]
    [TestCase("attachment; filename*=iso-8859-1''%e9; filename=e", "é")]
    [TestCase("attachment; filename=e; filename*=utf-8''%C3%A9", "é")]
    [TestCase("attachment; filename*0=one; filename*1=two", "onetwo")]
    [TestCase("attachment; filename*1=two; filename*0=one", "onetwo")]
    [TestCase("attachment; filename*0*=utf-8''%C3; filename*1*=%A9; filename*2=.txt", "é.txt")]
    [TestCase("attachment; filename*=%zz%4", "%zz%4")]
    [TestCase("attachment; filename*=%C3%A9", "é")]
    [TestCase("attachment; filename*=utf-8'%C3%A9", "é")]
    [TestCase("attachment; filename*=it's%C3%A9", "it'sé")]
    [TestCase("attachment; filename*=\"utf-8''%C3%A9\"", "é")]
    [TestCase("attachment; filename*=utf-8''%E9", "é")]
    [TestCase("attachment; filename*=no-such-charset''%C3%A9", "é")]
    [TestCase("attachment; filename*=''%C3%A9", "é")]
    [TestCase("attachment; filename*0*=utf-8''a%20; filename*0=x; filename*1=\"b c\"", "a b c")]
    [TestCase("attachment; filename*0=\"=?utf-8?q?=C3=\"; filename*1=\"A9?=\"", "é")]
    [TestCase("attachment; filename*2=c; filename*0=a; filename*1=b", "abc")]
    [TestCase("attachment; filename*1*=utf-8''%C3%A9", "é")]
    [TestCase("attachment; filename*10=k; filename*9=j", "jk")]
    [TestCase("attachment;filename=\"a.txt\"size=3", "a.txt")]
    [TestCase("attachment; filename=\"=?utf-8?q?a?=\r\n =?utf-8?q?b?=\"", "ab")]
    [TestCase("attachment; filename=first; filename=second", "first")]
    [TestCase("attachment; FILENAME=a", "a")]
    [TestCase("attachment; =x; ; filename = a ;", "a")]
    public void File_names(string disposition, string name) =>
        Assert.That(ContentFields.Read(Encoding.UTF8.GetBytes($"Content-Disposition: {disposition}\r\n"), "text/plain").FileName, Is.EqualTo(name));

    [TestCase("text/html; charset=utf-8 name=x", "")]
    [TestCase("text/html; charset=utf-8; name=x", "x")]
    [TestCase("text/html; charset=utf-8;; name=x", "x")]
    [TestCase("image/png; x=y name=x", "x")]
    public void Name_without_its_semicolon_hides_no_text(string value, string name) =>
        Assert.That(ContentFields.Read(Encoding.ASCII.GetBytes($"Content-Type: {value}\r\n"), "text/plain").FileName, Is.EqualTo(name));

    [TestCase("Text/HTML", "text/html")]
    [TestCase("text", "text/plain")]
    [TestCase("", "text/plain")]
    [TestCase("/x", "text/plain")]
    [TestCase("X-BE2; 12", "application/octet-stream")]
    [TestCase("image / png (a picture)", "image/png")]
    [TestCase("text/plain charset=utf-8", "text/plain")]
    public void Media_types(string value, string type) => Assert.That(ContentFields.Read(Encoding.ASCII.GetBytes($"Content-Type: {value}\r\n"), "text/plain").MediaType, Is.EqualTo(type));

    [Test]
    public void Parameters_beyond_the_limit_are_left_out_and_said()
    {
        Parameters parameters = Parameters.Read("a/b" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"; p{i}=v")));
        Assert.That((parameters.All.Count(), parameters.AreTooMany), Is.EqualTo((Parameters.Most, true)));
    }

    [Test]
    public void Whatever_stands_in_a_field_is_read() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(
        Gen.Elements("a", "=", ";", "\"", "\\", "(", ")", " ", "*", "*0*", "'", "%", "%C3", "=?", "?=", "filename", "/", "\u00e9").ListOf().Select(string.Concat).ToArbitrary(),
        text => Parameters.Read(text).All.All(one => one.Value is not null)));

    /// <summary>A divided parameter at the end is nobody's, and leaves the field to the reader that knows every form.</summary>
    [Test]
    public void The_short_way_for_plain_fields_reads_what_the_long_way_reads() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(
        Gen.Elements("text/plain", "multipart/mixed", "Text/HTML", "text", "a", ";", "; ", ";\r\n ", "=", "charset=", "name=", "boundary=", "\"b c\"", "\"\"", "utf-8", "*", " ", ",", "/", "=?utf-8?q?=C3=BC?=").ListOf().Select(parts => string.Concat(parts).Trim()).ToArbitrary(),
        text => Fields(text) == Fields(text + "; x*=y")));

    private static string Fields(string type)
    {
        ContentFields fields = ContentFields.Read(Encoding.UTF8.GetBytes($"Content-Type: {type}\r\nContent-Disposition: {type.Replace("name", "filename", StringComparison.Ordinal)}\r\n"), "text/plain");
        return $"{fields.MediaType}|{fields.Charset}|{fields.FileName}|{Encoding.UTF8.GetString(fields.Boundary)}|{fields.IsAttachment}";
    }

    [Test]
    public void The_content_types_of_the_corpus_are_read()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(Places.Shared("corpora", "mime", "headers"), "content_type.json")));
        List<string> different = [];
        foreach (JsonElement one in cases.RootElement.EnumerateArray())
        {
            JsonElement expected = one.GetProperty("expected");
            if (expected.ValueKind == JsonValueKind.Null) continue;
            Parameters read = Parameters.Read(HeaderText.Unfold(Encoding.UTF8.GetBytes(one.GetProperty("header").GetString()!.Trim())));
            string mine = $"{read.Head.ToLowerInvariant().TrimEnd('/')} {string.Join("; ", read.All.Select(pair => $"{pair.Name}={EncodedWords.Decode(pair.Value)}"))}";
            string want = $"{expected.GetProperty("c_type").GetString()}{(expected.GetProperty("c_subtype").GetString() is { } subtype ? "/" + subtype : "")} {Attributes(expected)}";
            if (mine == want) continue;
            string id = one.GetProperty("id").GetString()!;
            different.Add(id);
            TestContext.Out.WriteLine($"{id}: \"{mine}\", not \"{want}\"");
        }
        Assert.That(different, Is.EquivalentTo(_different.Keys));
    }

    private static string Attributes(JsonElement expected) => expected.TryGetProperty("attributes", out JsonElement attributes) && attributes.ValueKind == JsonValueKind.Array
        ? string.Join("; ", attributes.EnumerateArray().Select(pair => $"{pair[0].GetString()}={pair[1].GetString()}")) : "";
}
