using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Web.Html;
using Smtpd.Web.Html.Tree;

namespace Smtpd.Tests.Web.Html;

/// <summary>What must hold of everything that the sanitiser makes, whatever it was given: all vectors of <c>../shared</c>, and pieces of them put together at random.</summary>
public sealed class SanitizerVectorTests
{
    private static readonly string[] s_schemes = ["http://", "https://", "mailto:", "#m-"];

    internal static IReadOnlyList<(string Id, string Payload)> Vectors()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Places.Shared("corpora", "sanitizer", "vectors.json")));
        return [.. file.RootElement.EnumerateArray().Select(one => (one.GetProperty("id").GetString()!, one.GetProperty("payload").GetString()!))];
    }

    [Test]
    public void Every_vector_becomes_harmless([Values] bool remote)
    {
        IReadOnlyList<(string Id, string Payload)> vectors = Vectors();
        Assert.Multiple(() =>
        {
            foreach ((string id, string payload) in vectors) Check(id, HtmlSanitizer.Sanitize(payload, remote).Text, remote);
        });
    }

    [Test]
    public void Pieces_of_vectors_in_any_order_become_harmless()
    {
        string[] pieces = [.. Vectors().SelectMany(one => Pieces(one.Payload)).Distinct(), "<table>", "<select>", "<svg>", "<math>", "</p>", "<style>", "</style>", "<template>", "<!--", "-->", "<a>", "<b>",
            "<p>", "<td>", "<noscript>", "<title>", "<form>", "<mtext>", "<foreignObject>", "<annotation-xml encoding=text/html>", "<pre>\n", "]]>", "<![CDATA["];
        var random = new Random(20261129);
        Assert.Multiple(() =>
        {
            for (int i = 0; i < 4000; i++)
            {
                string html = string.Concat(Enumerable.Range(0, random.Next(2, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
                Check(html, HtmlSanitizer.Sanitize(html, false).Text, remote: false);
            }
        });
    }

    private static IEnumerable<string> Pieces(string payload)
    {
        int from = 0;
        for (int i = 1; i < payload.Length; i++)
        {
            if (payload[i] != '<' && payload[i - 1] != '>') continue;
            yield return payload[from..i];
            from = i;
        }
        yield return payload[from..];
    }

    private static void Check(string what, string made, bool remote)
    {
        MailTree tree = MailTree.ParseOwn(made);
        Assert.That(SettledHtml.Write(tree), Is.EqualTo(made), $"is read as something else than it is: {what}");
        string again = HtmlSanitizer.Sanitize(made, remote).Text;
        Assert.That(Sanitized.Body(again), Is.EqualTo(Sanitized.Body(made)).Or.Contains("<style>"), $"another round makes something else of it: {what}");
        foreach (MailElement element in Elements(tree.Document))
        {
            bool isOurs = element.Name is "html" or "head" or "meta" or "title";
            Assert.That(element.IsHtml && (isOurs || HtmlElements.FateOf(element) == ElementFate.Kept), Is.True, $"<{element.Name}> of {what}");
            foreach (MailAttribute attribute in element.Attributes) CheckAttribute(what, element, attribute, remote);
            if (element.Name == "style") CheckStyle(what, string.Concat(element.Children.OfType<MailText>().Select(one => one.Text)), remote);
        }
    }

    private static void CheckAttribute(string what, MailElement element, MailAttribute attribute, bool remote)
    {
        string place = $"{attribute.Name}=\"{attribute.Value}\" of <{element.Name}> of {what}";
        Assert.That(attribute.Name, Does.Not.StartWith("on"), place);
        if (attribute.Name is "href") Assert.That(s_schemes.Any(one => attribute.Value.StartsWith(one, StringComparison.Ordinal)), Is.True, place);
        if (attribute.Name is "src" or "background")
        {
            bool isFit = attribute.Value.StartsWith("cid:", StringComparison.Ordinal) || attribute.Value.StartsWith("data:image/", StringComparison.Ordinal)
                || (remote && attribute.Value.StartsWith("http", StringComparison.Ordinal));
            Assert.That(isFit && !attribute.Value.Contains("svg", StringComparison.OrdinalIgnoreCase) || remote, Is.True, place);
        }
        if (attribute.Name == "id" || (attribute.Name == "name" && element.Name != "meta")) Assert.That(attribute.Value, Does.StartWith("m-"), place);
        if (attribute.Name == "target") Assert.That(element.Attributes.Any(one => one is { Name: "rel", Value: "noopener noreferrer" }), Is.True, place);
        if (attribute.Name == "style") CheckStyle(what, attribute.Value, remote);
    }

    private static void CheckStyle(string what, string style, bool remote)
    {
        Assert.That(style, Does.Not.Contain("<").And.Not.Contain("@import").And.Not.Contain("@font").And.Not.Contain("fixed").And.Not.Contain("expression(").And.Not.Contain("binding"), what);
        string[] loads = [.. style.Split("url(").Skip(1)];
        Assert.That(loads.All(one => one.StartsWith("'data:image/", StringComparison.Ordinal) || one.StartsWith("'cid:", StringComparison.Ordinal) || (remote && one.StartsWith("'http", StringComparison.Ordinal))),
            Is.True, $"{style} of {what}");
    }

    private static IEnumerable<MailElement> Elements(MailNode root)
    {
        var left = new Stack<MailNode>([root]);
        while (left.TryPop(out MailNode? node))
        {
            if (node is MailElement element) yield return element;
            foreach (MailNode child in node.Children) left.Push(child);
        }
    }
}
