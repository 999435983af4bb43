using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Smtpd.Tests.Web.Api;

/// <summary>
/// Holds JSON against schemas of the OpenAPI document: the words of JSON Schema 2020-12 that the document uses. A word that is not
/// known here is a fault of the document.
/// </summary>
internal sealed class JsonSchema(JsonElement document)
{
    private static readonly string[] s_remarks = ["description", "default"];

    /// <summary>What is wrong, each with its place.</summary>
    public IReadOnlyList<string> Problems(JsonElement schema, JsonElement value)
    {
        var problems = new List<string>();
        Check(schema, value, "$", problems);
        return problems;
    }

    public JsonElement Resolve(JsonElement node)
    {
        while (node.TryGetProperty("$ref", out JsonElement reference))
        {
            node = document;
            foreach (string step in reference.GetString()!.Split('/').Skip(1)) node = node.GetProperty(step);
        }
        return node;
    }

    private void Check(JsonElement schema, JsonElement value, string place, List<string> problems)
    {
        schema = Resolve(schema);
        foreach (JsonProperty word in schema.EnumerateObject())
        {
            JsonElement rule = word.Value;
            bool holds = word.Name switch
            {
                "type" => rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Any(type => IsOfType(type.GetString()!, value)) : IsOfType(rule.GetString()!, value),
                "enum" => rule.EnumerateArray().Any(one => one.ToString() == value.ToString()),
                "required" => value.ValueKind != JsonValueKind.Object || rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
                "properties" => Members(rule, value, place, problems),
                "additionalProperties" => Others(schema, rule, value, place, problems),
                "items" => Items(rule, value, place, problems),
                "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.GetDouble(),
                "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.GetDouble(),
                "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(),
                "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32(),
                "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.GetInt32(),
                "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= rule.GetInt32(),
                "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.GetString()!),
                "format" => value.ValueKind != JsonValueKind.String || IsDate(value.GetString()!),
                _ => s_remarks.Contains(word.Name),
            };
            if (!holds) problems.Add($"{place}: {word.Name} {rule} does not hold for {value}");
        }
    }

    private bool Members(JsonElement rules, JsonElement value, string place, List<string> problems)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        foreach (JsonProperty member in rules.EnumerateObject())
            if (value.TryGetProperty(member.Name, out JsonElement found)) Check(member.Value, found, $"{place}.{member.Name}", problems);
        return true;
    }

    private bool Others(JsonElement schema, JsonElement rule, JsonElement value, string place, List<string> problems)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        bool holds = true;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out JsonElement known) && known.TryGetProperty(member.Name, out _)) continue;
            if (rule.ValueKind == JsonValueKind.False) holds = false;
            else Check(rule, member.Value, $"{place}.{member.Name}", problems);
        }
        return holds;
    }

    private bool Items(JsonElement rule, JsonElement value, string place, List<string> problems)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        int i = 0;
        foreach (JsonElement item in value.EnumerateArray()) Check(rule, item, $"{place}[{i++}]", problems);
        return true;
    }

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new ArgumentException($"{type} is no type that the document may use."),
    };

    /// <summary>RFC 3339 §5.6.</summary>
    private static bool IsDate(string text) =>
        Regex.IsMatch(text, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$") && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _);
}
