using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mongo;

/// <summary>The drivers' own specification data in ../shared/corpora/mongodb, one test case for each of theirs.</summary>
internal static class SpecificationCorpus
{
    /// <summary>The corpus's folder; skips the test, saying so, where it is absent.</summary>
    public static string Folder => Places.Shared("corpora", "mongodb");

    /// <summary>One case for each member of the array <paramref name="list"/> in each file below the folders; for each file where null.</summary>
    public static IEnumerable<TestCaseData> Cases(string? list, params string[] folders)
    {
        string root = Path.GetFullPath(Path.Combine(Places.Project, "..", "shared", "corpora", "mongodb"));
        if (!Directory.Exists(root))
        {
            // The test that gets it asks for the folder, and is skipped with a word of why.
            yield return new TestCaseData("", 0).SetArgDisplayNames(string.Join(' ', folders), "no corpus");
            yield break;
        }
        foreach (string file in FilesOf(root, folders))
        {
            string name = Path.GetRelativePath(root, file);
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (list is null)
            {
                yield return new TestCaseData(name, 0).SetArgDisplayNames(name, "");
                continue;
            }
            int index = 0;
            foreach (JsonElement test in document.RootElement.GetProperty(list).EnumerateArray())
                yield return new TestCaseData(name, index).SetArgDisplayNames(name, $"{index++} {test.GetProperty("description").GetString()}");
        }
    }

    public static IEnumerable<string> FilesOf(string root, params string[] folders) => folders
        .SelectMany(folder => File.Exists(Path.Combine(root, folder)) ? [Path.Combine(root, folder)] : Directory.EnumerateFiles(Path.Combine(root, folder), "*.json", SearchOption.AllDirectories))
        .Order(StringComparer.Ordinal);

    /// <summary>A copy of one case, which outlives its file.</summary>
    public static JsonElement Read(string file, string? list, int index)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        return (list is null ? document.RootElement : document.RootElement.GetProperty(list)[index]).Clone();
    }

    /// <summary>A member's text; null where it is absent or null.</summary>
    public static string? Text(this JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A member; null where it is absent or null.</summary>
    public static JsonElement? Member(this JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
