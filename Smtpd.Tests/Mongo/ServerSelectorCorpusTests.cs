using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Topology;

namespace Smtpd.Tests.Mongo;

/// <summary>The choice of a server against the drivers' specification data.</summary>
public sealed class ServerSelectorCorpusTests
{
    private static readonly TimeSpan _localThreshold = new MongoTimes().LocalThreshold;
    private static readonly TimeSpan _heartbeat = new MongoTimes().Heartbeat;

    private static IEnumerable<TestCaseData> Selections => SpecificationCorpus.Cases(null, "server-selection/server_selection");

    private static IEnumerable<TestCaseData> Windows => SpecificationCorpus.Cases(null, "server-selection/in_window");

    private static IEnumerable<TestCaseData> RoundTrips => SpecificationCorpus.Cases(null, "server-selection/rtt");

    [TestCaseSource(nameof(Selections))]
    public void Servers_are_chosen_as_specified(string file, int index)
    {
        JsonElement test = SpecificationCorpus.Read(file, null, index);
        TopologyDescription topology = Topology(test.GetProperty("topology_description"));
        ReadPreference? preference = test.Text("operation") == "write" ? null : Preference(test.GetProperty("read_preference"));
        MongoHost[] avoided = test.Member("deprioritized_servers") is { } list ? [.. list.EnumerateArray().Select(HostOf)] : [];
        IReadOnlyList<ServerDescription> suitable = ServerSelector.Suitable(topology, preference, _heartbeat, avoided);
        Assert.That(suitable.Select(server => server.Host), Is.EquivalentTo(test.GetProperty("suitable_servers").EnumerateArray().Select(HostOf)));
        Assert.That(ServerSelector.InWindow(suitable, _localThreshold).Select(server => server.Host), Is.EquivalentTo(test.GetProperty("in_latency_window").EnumerateArray().Select(HostOf)));
    }

    [TestCaseSource(nameof(Windows))]
    public void Among_near_servers_those_with_less_to_do_are_taken_oftener(string file, int index)
    {
        JsonElement test = SpecificationCorpus.Read(file, null, index);
        TopologyDescription topology = Topology(test.GetProperty("topology_description"));
        Dictionary<MongoHost, int> underWay = test.GetProperty("mocked_topology_state").EnumerateArray().ToDictionary(HostOf, state => state.GetProperty("operation_count").GetInt32());
        IReadOnlyList<ServerDescription> inWindow = ServerSelector.InWindow(ServerSelector.Suitable(topology, new ReadPreference(ReadMode.Nearest), _heartbeat), _localThreshold);
        int iterations = test.GetProperty("iterations").GetInt32();
        var random = new Random(20261129);
        Dictionary<MongoHost, int> counts = [];
        for (int i = 0; i < iterations; i++)
        {
            MongoHost picked = ServerSelector.Pick(inWindow, host => underWay.GetValueOrDefault(host), random)!.Host;
            counts[picked] = counts.GetValueOrDefault(picked) + 1;
        }
        JsonElement outcome = test.GetProperty("outcome");
        double tolerance = outcome.GetProperty("tolerance").GetDouble();
        foreach (JsonProperty expected in outcome.GetProperty("expected_frequencies").EnumerateObject())
        {
            double frequency = counts.GetValueOrDefault(TopologyCorpusTests.Host(expected.Name)) / (double)iterations;
            Assert.That(frequency, Is.EqualTo(expected.Value.GetDouble()).Within(tolerance), expected.Name);
        }
    }

    [TestCaseSource(nameof(RoundTrips))]
    public void Round_trips_are_averaged_as_specified(string file, int index)
    {
        JsonElement test = SpecificationCorpus.Read(file, null, index);
        JsonElement before = test.GetProperty("avg_rtt_ms");
        TimeSpan? mean = ServerDescription.MeanOf(before.ValueKind == JsonValueKind.Number ? TimeSpan.FromMilliseconds(before.GetDouble()) : null, TimeSpan.FromMilliseconds(test.GetProperty("new_rtt_ms").GetDouble()));
        Assert.That(mean!.Value.TotalMilliseconds, Is.EqualTo(test.GetProperty("new_avg_rtt").GetDouble()).Within(0.001));
    }

    [Test]
    public void A_secondary_that_is_too_far_behind_is_not_read_from()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch.AddDays(1);
        ServerDescription[] servers =
        [
            new(TopologyCorpusTests.Host("a"), ServerKind.Primary) { Updated = now, LastWrite = now },
            new(TopologyCorpusTests.Host("b"), ServerKind.Secondary) { Updated = now, LastWrite = now.AddSeconds(-100) },
            new(TopologyCorpusTests.Host("c"), ServerKind.Secondary) { Updated = now, LastWrite = now.AddSeconds(-10) },
        ];
        var topology = new TopologyDescription(TopologyKind.ReplicaSetWithPrimary, servers.ToDictionary(server => server.Host));
        var preference = new ReadPreference(ReadMode.Secondary) { MaxStaleness = TimeSpan.FromSeconds(90) };
        Assert.That(ServerSelector.Suitable(topology, preference, _heartbeat).Select(server => server.Host.Name), Is.EqualTo(new[] { "c" }));
    }

    private static TopologyDescription Topology(JsonElement description)
    {
        string type = description.Text("type")!;
        TopologyKind kind = Enum.Parse<TopologyKind>(type);
        return new TopologyDescription(kind, description.GetProperty("servers").EnumerateArray().Select(Server).ToDictionary(server => server.Host));
    }

    private static ServerDescription Server(JsonElement server) => new(HostOf(server), TopologyCorpusTests.Kind(server.Text("type")!))
    {
        RoundTripTime = server.Member("avg_rtt_ms") is { } time ? TimeSpan.FromMilliseconds(time.GetDouble()) : null,
        Tags = Tags(server.Member("tags")),
    };

    private static ReadPreference Preference(JsonElement preference) => new(Enum.Parse<ReadMode>(preference.Text("mode")!))
    {
        TagSets = preference.Member("tag_sets") is { } sets ? [.. sets.EnumerateArray().Select(set => Tags(set))] : [],
    };

    private static Dictionary<string, string> Tags(JsonElement? tags) => tags?.EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!) ?? [];

    private static MongoHost HostOf(JsonElement server) => TopologyCorpusTests.Host(server.Text("address")!);
}
