using System.Text.Json;
using NUnit.Framework;

namespace Smtpd.Tests.Mongo;

/// <summary>Nothing of the specification data that concerns connection strings and topology is left out silently.</summary>
public sealed class SpecificationCoverageTests
{
    private static readonly string[] _suites = ["connection-string", "uri-options", "auth", "read-write-concern", "server-discovery-and-monitoring", "server-selection"];

    /// <summary>Read by the tests beside this one.</summary>
    private static readonly string[] _read =
    [
        "connection-string/", "uri-options/", "auth/legacy/connection-string.json", "read-write-concern/connection-string/", "read-write-concern/document/write-concern.json",
        "server-discovery-and-monitoring/rs/", "server-discovery-and-monitoring/single/", "server-discovery-and-monitoring/sharded/", "server-discovery-and-monitoring/errors/",
        "server-selection/server_selection/", "server-selection/in_window/", "server-selection/rtt/",
    ];

    private static readonly Dictionary<string, string> _leftOut = new()
    {
        ["read-write-concern/document/read-concern.json"] = "a read concern here is one word, and the document is that word",
        ["read-write-concern/operation/"] = "commands as a server sees them",
        ["server-discovery-and-monitoring/monitoring/"] = "events of a driver's public interface, which this client has not",
        ["server-discovery-and-monitoring/unified/"] = "needs a server with fail points",
        ["server-selection/logging/"] = "log messages of a driver's public interface",
    };

    [Test]
    public void Every_file_is_read_or_left_out_for_a_reason()
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SpecificationCorpus.Folder, "index.json")));
        Dictionary<string, int> counts = [];
        List<string> forgotten = [];
        foreach (JsonElement file in index.RootElement.GetProperty("files").EnumerateArray())
        {
            if (!_suites.Contains(file.GetProperty("suite").GetString())) continue;
            string name = file.GetProperty("file").GetString()!;
            int cases = file.GetProperty("cases").GetInt32();
            string? place = _read.Concat(_leftOut.Keys).FirstOrDefault(start => name.StartsWith(start, StringComparison.Ordinal));
            if (place is null) forgotten.Add(name);
            else counts[place] = counts.GetValueOrDefault(place) + cases;
        }
        foreach ((string place, int cases) in counts) TestContext.Out.WriteLine($"{place}: {cases} cases {(_leftOut.TryGetValue(place, out string? why) ? $"left out: {why}" : "read")}");
        Assert.Multiple(() =>
        {
            Assert.That(forgotten, Is.Empty);
            Assert.That(counts.Keys, Is.EquivalentTo(_read.Concat(_leftOut.Keys)));
        });
    }
}
