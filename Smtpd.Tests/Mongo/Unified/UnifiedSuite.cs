using System.Text.Json;
using NUnit.Framework;

namespace Smtpd.Tests.Mongo.Unified;

/// <summary>The drivers' specification tests in the unified format, and which of them this client can be asked.</summary>
internal static class UnifiedSuite
{
    /// <summary>What the stand-in says that it is.</summary>
    private static readonly Version _server = new(7, 0, 16);

    /// <summary>The operations that the client offers, with the arguments that it knows.</summary>
    private static readonly Dictionary<string, string[]> _offered = new()
    {
        ["failPoint"] = ["client", "failPoint"],
        ["createEntities"] = ["entities"],
        ["runCommand"] = ["commandName", "command"],
        ["insertOne"] = ["document"],
        ["insertMany"] = ["documents", "ordered"],
        ["updateOne"] = ["filter", "update", "upsert", "arrayFilters", "hint"],
        ["updateMany"] = ["filter", "update", "upsert", "arrayFilters", "hint"],
        ["replaceOne"] = ["filter", "replacement", "upsert", "hint"],
        ["deleteOne"] = ["filter"],
        ["deleteMany"] = ["filter"],
        ["bulkWrite"] = ["requests", "ordered"],
        ["findOneAndDelete"] = ["filter", "sort", "projection"],
        ["findOneAndUpdate"] = ["filter", "update", "sort", "projection", "upsert", "returnDocument"],
        ["findOneAndReplace"] = ["filter", "replacement", "sort", "projection", "upsert", "returnDocument"],
        ["find"] = ["filter", "sort", "skip", "limit", "batchSize"],
        ["findOne"] = ["filter", "sort", "skip"],
        ["aggregate"] = ["pipeline", "batchSize"],
        ["countDocuments"] = ["filter", "limit"],
        ["estimatedDocumentCount"] = [],
        ["distinct"] = ["fieldName", "filter"],
        ["listIndexes"] = [],
        ["listIndexNames"] = [],
        ["listCollections"] = ["filter"],
        ["listCollectionNames"] = ["filter"],
        ["listCollectionObjects"] = ["filter"],
        ["createChangeStream"] = ["pipeline"],
    };

    public static IEnumerable<TestCaseData> Cases(params string[] folders)
    {
        foreach ((TestCaseData test, string? leftOut) in Look(folders))
            if (leftOut is null) yield return test;
    }

    /// <summary>How many cases are left out, for which reason.</summary>
    public static Dictionary<string, int> LeftOut(params string[] folders) =>
        Look(folders).Where(one => one.LeftOut is not null).GroupBy(one => one.LeftOut!).ToDictionary(group => group.Key, group => group.Count());

    private static IEnumerable<(TestCaseData Test, string? LeftOut)> Look(string[] folders)
    {
        string root = Path.GetFullPath(Path.Combine(Blackbox.Harness.Places.Project, "..", "shared", "corpora", "mongodb"));
        foreach (TestCaseData test in SpecificationCorpus.Cases("tests", folders))
        {
            (string file, int index) = ((string)test.Arguments[0]!, (int)test.Arguments[1]!);
            if (file.Length == 0)
            {
                yield return (test, null);
                continue;
            }
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, file)));
            yield return (test, ReasonAgainst(file, document.RootElement, document.RootElement.GetProperty("tests")[index]));
        }
    }

    private static string? ReasonAgainst(string name, JsonElement file, JsonElement test)
    {
        if (name.EndsWith("-validation.json", StringComparison.Ordinal)) return "updates are written by the store, and not checked before they are sent";
        if (test.Text("skipReason") is { } skip) return $"the corpus skips it: {skip}";
        if (!Fits(file) || !Fits(test)) return "for servers of another version or kind";
        foreach (JsonElement operation in test.GetProperty("operations").EnumerateArray())
        {
            (string called, string target) = (operation.GetProperty("name").GetString()!, operation.GetProperty("object").GetString()!);
            if (!_offered.TryGetValue(called, out string[]? arguments)) return $"{called} is not offered";
            if (operation.Member("arguments") is not { } given) continue;
            foreach (JsonProperty argument in given.EnumerateObject())
                if (!arguments.Contains(argument.Name)) return $"{argument.Name} is not offered";
            if (OddArgument(given) is { } odd) return odd;
            if (called == "createChangeStream" && target.StartsWith("client", StringComparison.Ordinal)) return "change streams of whole clusters are not offered";
            if (called == "aggregate" && target.StartsWith("database", StringComparison.Ordinal)) return "aggregations of a whole database are not offered";
        }
        return file.GetProperty("createEntities").EnumerateArray().Any(entity => entity.Member("collection")?.Member("collectionOptions") is not null) ? "options of a collection are set at the client" : null;
    }

    private static string? OddArgument(JsonElement given)
    {
        if (given.Member("hint") is { ValueKind: JsonValueKind.String }) return "hints by name are not offered";
        if (given.Member("update") is { ValueKind: JsonValueKind.Array } && given.Member("returnDocument") is not null) return "pipelines of findAndModify are tested elsewhere";
        if (given.Member("pipeline") is { } stages && stages.EnumerateArray().Any(stage => stage.Member("$out") is not null || stage.Member("$merge") is not null)) return "aggregations that write are not offered";
        foreach (JsonElement request in given.Member("requests")?.EnumerateArray().ToArray() ?? [])
        {
            JsonProperty kind = request.EnumerateObject().First();
            if (kind.Name == "insertOne") continue;
            foreach (JsonProperty argument in kind.Value.EnumerateObject())
                if (!_offered[kind.Name].Contains(argument.Name)) return $"{argument.Name} is not offered";
            if (kind.Value.Member("hint") is { ValueKind: JsonValueKind.String }) return "hints by name are not offered";
        }
        return null;
    }

    private static bool Fits(JsonElement place) => place.Member("runOnRequirements") is not { } all || all.EnumerateArray().Any(one =>
        (one.Text("minServerVersion") is not { } least || Read(least) <= _server)
        && (one.Text("maxServerVersion") is not { } most || Read(most) >= _server)
        && (one.Member("topologies") is not { } kinds || kinds.EnumerateArray().Any(kind => kind.GetString() == "replicaset"))
        && (one.Member("auth") is not { } signs || signs.GetBoolean())
        && one.Member("serverParameters") is null
        && one.Member("csfle") is null);

    private static Version Read(string text) => text.Contains('.', StringComparison.Ordinal) ? Version.Parse(text) : new Version(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture), 0);
}
