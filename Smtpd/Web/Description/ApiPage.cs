using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Smtpd.Web.Description;

/// <summary>The OpenAPI document as a page for people: no script, nothing from elsewhere.</summary>
internal sealed class ApiPage(JsonObject document)
{
    private readonly StringBuilder _page = new();

    /// <param name="stylesheet">The address of page.css.</param>
    public byte[] Render(string stylesheet)
    {
        JsonObject info = document["info"]!.AsObject();
        _page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Text(info["title"])} API</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="{WebUtility.HtmlEncode(stylesheet)}">
            </head>
            <body class="api">
            <h1>{Text(info["title"])} {Text(info["version"])}: HTTP API</h1>
            <p>Below <code>{Text(document["servers"]![0]!["url"])}</code>. For programs: <a href="openapi.json">openapi.json</a> (OpenAPI {Text(document["openapi"])}).</p>

            """);
        foreach (string paragraph in info["description"]!.GetValue<string>().Split("\n\n")) _page.Append("<p>").Append(Inline(paragraph)).Append("</p>\n");
        JsonObject paths = document["paths"]!.AsObject();
        foreach (JsonNode? tag in document["tags"]!.AsArray())
        {
            _page.Append("<h2>").Append(Text(tag!["name"])).Append("</h2>\n<p>").Append(Inline(tag["description"])).Append("</p>\n");
            foreach ((string path, JsonNode? operations) in paths)
                foreach ((string method, JsonNode? operation) in operations!.AsObject())
                    if (operation!["tags"]![0]!.GetValue<string>() == tag["name"]!.GetValue<string>()) Operation(method, path, operation.AsObject());
        }
        _page.Append("<h2>Shapes</h2>\n");
        foreach ((string name, JsonNode? schema) in document["components"]!["schemas"]!.AsObject()) Shape(name, schema!.AsObject());
        _page.Append("</body>\n</html>\n");
        return Encoding.UTF8.GetBytes(_page.ToString());
    }

    private void Operation(string method, string path, JsonObject operation)
    {
        _page.Append("<h3><code>").Append(method.ToUpperInvariant()).Append(' ').Append(WebUtility.HtmlEncode(path)).Append("</code> ").Append(Text(operation["summary"])).Append("</h3>\n");
        if (operation["description"] is { } description) _page.Append("<p>").Append(Inline(description)).Append("</p>\n");
        if (operation["parameters"] is JsonArray parameters)
        {
            _page.Append("<dl>\n");
            foreach (JsonNode? one in parameters)
            {
                JsonNode parameter = Resolve(one!);
                Row(Text(parameter["name"]), $"{Inline(parameter["description"])} <i>{Type(parameter["schema"]!)}</i>");
            }
            _page.Append("</dl>\n");
        }
        if (operation["requestBody"] is { } body)
            _page.Append("<p>Body: ").Append(Type(body["content"]!["application/json"]!["schema"]!)).Append(". ").Append(Inline(body["description"])).Append("</p>\n");
        _page.Append("<dl>\n");
        foreach ((string status, JsonNode? one) in operation["responses"]!.AsObject())
        {
            JsonNode response = Resolve(one!);
            string content = response["content"] is JsonObject types ? string.Join(", ", types.Select(type => $" <i>{(type.Key == "application/json" ? Type(type.Value!["schema"]!) : WebUtility.HtmlEncode(type.Key))}</i>")) : "";
            Row(status, Inline(response["description"]) + content);
        }
        _page.Append("</dl>\n");
    }

    private void Shape(string name, JsonObject schema)
    {
        _page.Append("<h3 id=\"").Append(WebUtility.HtmlEncode(name)).Append("\"><code>").Append(WebUtility.HtmlEncode(name)).Append("</code></h3>\n");
        if (schema["description"] is { } description) _page.Append("<p>").Append(Inline(description)).Append("</p>\n");
        _page.Append("<dl>\n");
        if (schema["properties"] is JsonObject members)
            foreach ((string member, JsonNode? type) in members) Row(WebUtility.HtmlEncode(member), $"<i>{Type(type!)}</i> {Inline(type!["description"])}");
        else Row("*", $"<i>{Type(schema)}</i>");
        _page.Append("</dl>\n");
    }

    private void Row(string name, string content) => _page.Append("<dt><code>").Append(name).Append("</code></dt><dd>").Append(content).Append("</dd>\n");

    private JsonNode Resolve(JsonNode node)
    {
        if (node["$ref"] is not { } reference) return node;
        JsonNode found = document;
        foreach (string step in reference.GetValue<string>().Split('/').Skip(1)) found = found[step]!;
        return found;
    }

    private static string Type(JsonNode schema)
    {
        if (schema["$ref"] is { } reference)
        {
            string name = WebUtility.HtmlEncode(reference.GetValue<string>().Split('/')[^1]);
            return $"<a href=\"#{name}\">{name}</a>";
        }
        if (schema["enum"] is JsonArray values) return string.Join(" or ", values.Select(value => $"<code>&quot;{Text(value)}&quot;</code>"));
        string type = schema["type"] is JsonArray types ? string.Join(" or ", types.Select(Text)) : Text(schema["type"]);
        if (schema["items"] is { } items) return $"{type} of {Type(items)}";
        return schema["additionalProperties"] is JsonObject members ? $"{type}, each member {Type(members)}" : type;
    }

    private static string Text(JsonNode? node) => node is null ? "" : WebUtility.HtmlEncode(node.GetValue<string>());

    private static string Inline(JsonNode? node) => node is null ? "" : Inline(node.GetValue<string>());

    /// <summary>Text with words between backquotes as code.</summary>
    private static string Inline(string text)
    {
        string[] pieces = text.Split('`');
        return string.Concat(pieces.Select((piece, i) => i % 2 == 1 ? $"<code>{WebUtility.HtmlEncode(piece)}</code>" : WebUtility.HtmlEncode(piece)));
    }
}
