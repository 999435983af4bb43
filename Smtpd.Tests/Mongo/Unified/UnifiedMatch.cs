using System.Text.Json;
using Smtpd.Mongo.Bson;

namespace Smtpd.Tests.Mongo.Unified;

/// <summary>Compares a value with what a specification test expects of it, special operators (<c>$$exists</c> and the like) included.</summary>
internal static class UnifiedMatch
{
    /// <param name="path">Where the value stands, for the text.</param>
    /// <param name="isRoot">True: members that nobody asked for are right, as they are at the top of a document.</param>
    /// <returns>What differs; null: nothing.</returns>
    public static string? Difference(string path, JsonElement expected, BsonElement actual, bool isRoot = false)
    {
        if (Operator(expected) is { } special) return DifferenceBy(special, path, expected.GetProperty(special), actual, isRoot);
        if (!actual.Exists) return $"{path} is missing";
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object when IsWrapper(expected):
            {
                BsonElement value = ExtendedJson.Read($$"""{"value": {{expected.GetRawText()}}}""")["value"u8];
                if (IsNumber(value)) return IsNumber(actual) && value.AsDouble() == actual.AsDouble() ? null : Unequal(path, expected, actual);
                return value.Type == actual.Type && value.Value.Span.SequenceEqual(actual.Value.Span) ? null : Unequal(path, expected, actual);
            }
            case JsonValueKind.Object:
                return actual.Type == BsonType.Document ? DifferenceOfMembers(path, expected, actual.AsDocument(), isRoot) : Unequal(path, expected, actual);
            case JsonValueKind.Array:
                return actual.Type == BsonType.Array ? DifferenceOfItems(path, expected, actual.AsDocument()) : Unequal(path, expected, actual);
            case JsonValueKind.Number:
                return IsNumber(actual) && expected.GetDouble() == actual.AsDouble() ? null : Unequal(path, expected, actual);
            case JsonValueKind.String:
                return actual.AsString() == expected.GetString() ? null : Unequal(path, expected, actual);
            case JsonValueKind.True or JsonValueKind.False:
                return actual.Type == BsonType.Boolean && actual.AsBoolean() == expected.GetBoolean() ? null : Unequal(path, expected, actual);
            default:
                return actual.IsNull ? null : Unequal(path, expected, actual);
        }
    }

    public static string? DifferenceOfMembers(string path, JsonElement expected, BsonDocument actual, bool isRoot)
    {
        foreach (JsonProperty member in expected.EnumerateObject())
            if (Difference($"{path}.{member.Name}", member.Value, actual[member.Name]) is { } difference) return difference;
        if (isRoot) return null;
        foreach (BsonElement element in actual)
            if (!expected.TryGetProperty(element.NameText, out _)) return $"{path}.{element.NameText} is not expected";
        return null;
    }

    private static string? DifferenceOfItems(string path, JsonElement expected, BsonDocument actual)
    {
        if (actual.Count != expected.GetArrayLength()) return $"{path} has {actual.Count} items, not {expected.GetArrayLength()}";
        int index = 0;
        foreach (BsonElement item in actual)
        {
            if (Difference($"{path}[{index}]", expected[index], item) is { } difference) return difference;
            index++;
        }
        return null;
    }

    private static string? DifferenceBy(string special, string path, JsonElement operand, BsonElement actual, bool isRoot) => special switch
    {
        "$$exists" => actual.Exists == operand.GetBoolean() ? null : $"{path} {(actual.Exists ? "is there" : "is missing")}",
        "$$unsetOrMatches" => actual.Exists ? Difference(path, operand, actual, isRoot) : null,
        "$$type" => Types(operand).Contains(actual.Type) ? null : $"{path} is a {actual.Type}",
        _ => throw new NotSupportedException(special),
    };

    private static IEnumerable<BsonType> Types(JsonElement names) => (names.ValueKind == JsonValueKind.Array ? [.. names.EnumerateArray()] : new[] { names }).Select(name => name.GetString() switch
    {
        "int" => BsonType.Int32,
        "long" => BsonType.Int64,
        "object" => BsonType.Document,
        "string" => BsonType.String,
        "array" => BsonType.Array,
        "objectId" => BsonType.ObjectId,
        var other => throw new NotSupportedException(other),
    });

    private static string? Operator(JsonElement expected) =>
        expected.ValueKind == JsonValueKind.Object && expected.EnumerateObject().FirstOrDefault() is { Value.ValueKind: not JsonValueKind.Undefined } first && first.Name.StartsWith("$$", StringComparison.Ordinal) ? first.Name : null;

    private static bool IsWrapper(JsonElement expected) => expected.EnumerateObject().FirstOrDefault() is { Value.ValueKind: not JsonValueKind.Undefined } first
        && first.Name is "$oid" or "$numberInt" or "$numberLong" or "$numberDouble" or "$numberDecimal" or "$binary" or "$date" or "$timestamp" or "$regularExpression" or "$code" or "$symbol" or "$uuid" or "$minKey" or "$maxKey";

    private static bool IsNumber(BsonElement value) => value.Type is BsonType.Int32 or BsonType.Int64 or BsonType.Double;

    private static string Unequal(string path, JsonElement expected, BsonElement actual) => $"{path} is the {actual.Type} {Convert.ToHexString(actual.Value.Span)}, not {expected.GetRawText()}";
}
