using System.Text.Json.Nodes;
using NUnit.Framework;
using Smtpd.Web.Description;

namespace Smtpd.Tests.Web.Api;

/// <summary>The OpenAPI document and the routes are the same table.</summary>
public sealed class DescriptionTests
{
    /// <summary>
    /// The page and its pieces, the original's addresses, which are for people and for nginx, what of Mailpit's only says that it is not
    /// here, and the description without its slash.
    /// </summary>
    private static readonly string[] s_notDescribed =
    [
        "", "page.js", "page.css", "greeting", "login", "logout", "register", "status", "mails", "mails/*", "mail/*", "mail/delete/*", "greylist/host/*", "greylist/mailfrom/*", "greylist/tomail/*", "auth-smtp", "ws", "ws/", "lp",
        "api/v1/message/*/html-check", "api/v1/message/*/link-check", "api/v1/message/*/sa-check", "api/v1/message/*/release", "api/v1/chaos", "api/v1",
    ];

    [Test]
    public async Task Every_route_is_in_the_document_with_its_methods_and_the_other_way_round()
    {
        await using var api = new ApiServer();
        JsonObject paths = ApiDocument.Load("")["paths"]!.AsObject();
        Assert.That(s_notDescribed, Is.SubsetOf(api.Routes.Select(route => route.Pattern)), "nothing is left out that is not there");
        List<string> routes = [.. api.Routes
            .Where(route => !s_notDescribed.Contains(route.Pattern) && !route.Pattern.StartsWith("page/", StringComparison.Ordinal))
            .Select(route => $"/{route.Pattern} {string.Join(' ', route.Methods.Split(", ").Where(method => method != "HEAD").Order(StringComparer.Ordinal))}")];
        List<string> described = [.. paths
            .Select(path => $"{string.Join('/', path.Key.Split('/').Select(segment => segment.StartsWith('{') ? "*" : segment))} {string.Join(' ', path.Value!.AsObject().Select(one => one.Key.ToUpperInvariant()).Order(StringComparer.Ordinal))}")];
        Assert.That(described, Is.EquivalentTo(routes));
    }

    [Test]
    public void The_document_is_whole()
    {
        JsonObject document = ApiDocument.Load("/base");
        Assert.That(document["openapi"]!.GetValue<string>(), Is.EqualTo("3.1.0"));
        Assert.That(document["servers"]![0]!["url"]!.GetValue<string>(), Is.EqualTo("/base"));
        Assert.That(document["info"]!["version"]!.GetValue<string>(), Is.EqualTo(ProgramVersion.Number));
        var names = new HashSet<string>();
        foreach ((string path, JsonNode? operations) in document["paths"]!.AsObject())
        {
            foreach ((string _, JsonNode? operation) in operations!.AsObject())
            {
                Assert.That(names.Add(operation!["operationId"]!.GetValue<string>()), Is.True, "operation ids are unique");
                Assert.That(operation["responses"]!.AsObject(), Is.Not.Empty, path);
                foreach (string variable in path.Split('{').Skip(1).Select(piece => piece.Split('}')[0]))
                    Assert.That(operation["parameters"]!.ToJsonString(), Does.Contain($"\"{variable}\"").Or.Contain($"parameters/{variable}\""), path);
            }
        }
        foreach (string reference in document.ToJsonString().Split("\"$ref\":\"#/").Skip(1).Select(piece => piece.Split('"')[0]))
        {
            JsonNode? found = document;
            foreach (string step in reference.Split('/')) found = found?[step];
            Assert.That(found, Is.Not.Null, reference);
        }
    }

    [Test]
    public async Task The_page_shows_it_without_script()
    {
        await using var api = new ApiServer(basePath: "/base");
        RawAnswer page = await api.SendAsync("GET", "/base/api/v1/");
        Assert.That((page.Status, page.Field("Content-Type")), Is.EqualTo((200, "text/html; charset=utf-8")));
        Assert.That(page.Text, Does.Contain("/api/v1/message/{ID}/raw").And.Contain("href=\"/base/page.css\"").And.Contain("href=\"#MessageList\"").And.Not.Contain("<script"));
        Assert.That(page.Field("Content-Security-Policy"), Does.StartWith("default-src 'none'; style-src 'self'"));
        Assert.That((await api.SendAsync("GET", "/base/api/v1")).Field("Location"), Is.EqualTo("/base/api/v1/"));
    }
}
