using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Topology;

namespace Smtpd.Tests.Mongo;

/// <summary>Server discovery and monitoring: replies and faults go in, phase by phase, and the description that comes out is compared.</summary>
public sealed class TopologyCorpusTests
{
    private static IEnumerable<TestCaseData> Files => SpecificationCorpus.Cases(null,
        "server-discovery-and-monitoring/rs", "server-discovery-and-monitoring/single", "server-discovery-and-monitoring/sharded", "server-discovery-and-monitoring/errors");

    [TestCaseSource(nameof(Files))]
    public void A_cluster_is_followed_as_specified(string file, int index)
    {
        JsonElement test = SpecificationCorpus.Read(file, null, index);
        Assert.That(ConnectionString.TryParse(test.GetProperty("uri").GetString()!, out MongoConnectionSettings? settings, out string? problem), problem);
        TopologyDescription topology = TopologyDescription.Start(settings!);
        Dictionary<MongoHost, int> generations = [];
        foreach (JsonElement phase in test.GetProperty("phases").EnumerateArray())
        {
            foreach (JsonElement response in phase.Member("responses")?.EnumerateArray().ToArray() ?? []) topology = TakeReply(topology, response, generations);
            foreach (JsonElement fault in phase.Member("applicationErrors")?.EnumerateArray().ToArray() ?? []) topology = TakeFault(topology, fault, generations);
            Compare(topology, generations, phase.GetProperty("outcome"), phase.Text("description"));
        }
    }

    private static TopologyDescription TakeReply(TopologyDescription topology, JsonElement response, Dictionary<MongoHost, int> generations)
    {
        MongoHost host = Host(response[0].GetString()!);
        // An empty reply stands for a connection that broke.
        if (!response[1].EnumerateObject().Any())
        {
            generations[host] = generations.GetValueOrDefault(host) + 1;
            return TopologyChange.Apply(topology, ServerDescription.Unknown(host, "the connection broke"));
        }
        return TopologyChange.Apply(topology, ServerDescription.FromHello(host, ExtendedJson.Read(response[1]), TimeSpan.FromMilliseconds(1), topology.Servers.GetValueOrDefault(host), DateTimeOffset.UnixEpoch));
    }

    private static TopologyDescription TakeFault(TopologyDescription topology, JsonElement fault, Dictionary<MongoHost, int> generations)
    {
        MongoHost host = Host(fault.Text("address")!);
        FaultKind kind = fault.Text("type") switch { "network" => FaultKind.Network, "timeout" => FaultKind.Timeout, "command" => FaultKind.Command, var other => throw new AssertionException($"{other} is no fault") };
        int generation = fault.Member("generation")?.GetInt32() ?? generations.GetValueOrDefault(host);
        var what = new ServerFault(kind, generation, fault.Text("when") == "afterHandshakeCompletes", fault.Member("response") is { } reply ? ExtendedJson.Read(reply) : default);
        FaultVerdict verdict = FaultVerdict.Of(topology.Servers[host], generations.GetValueOrDefault(host), what);
        if (verdict.ClearsPool) generations[host] = generations.GetValueOrDefault(host) + 1;
        return verdict.Server is { } server ? TopologyChange.Apply(topology, server) : topology;
    }

    private static void Compare(TopologyDescription topology, Dictionary<MongoHost, int> generations, JsonElement outcome, string? phase)
    {
        Assert.That(topology.Kind.ToString(), Is.EqualTo(outcome.Text("topologyType")), phase);
        Assert.That(topology.SetName, Is.EqualTo(outcome.Text("setName")), phase);
        if (outcome.TryGetProperty("logicalSessionTimeoutMinutes", out JsonElement minutes))
            Assert.That(topology.SessionTimeout?.TotalMinutes, Is.EqualTo(minutes.ValueKind == JsonValueKind.Null ? null : (double?)minutes.GetDouble()), phase);
        if (outcome.TryGetProperty("maxSetVersion", out JsonElement version)) Assert.That(topology.MaxSetVersion, Is.EqualTo(version.ValueKind == JsonValueKind.Null ? null : (int?)version.GetInt32()), phase);
        if (outcome.TryGetProperty("maxElectionId", out JsonElement election)) Assert.That(topology.MaxElectionId, Is.EqualTo(Id(election)), phase);
        if (outcome.TryGetProperty("compatible", out JsonElement compatible)) Assert.That(topology.Incompatibility is null, Is.EqualTo(compatible.GetBoolean()), topology.Incompatibility);

        JsonElement servers = outcome.GetProperty("servers");
        Assert.That(topology.Servers.Keys, Is.EquivalentTo(servers.EnumerateObject().Select(server => Host(server.Name))), phase);
        foreach (JsonProperty expected in servers.EnumerateObject())
        {
            ServerDescription server = topology.Servers[Host(expected.Name)];
            Assert.That(server.Kind, Is.EqualTo(Kind(expected.Value.Text("type")!)), $"{phase} {expected.Name}");
            foreach (JsonProperty member in expected.Value.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "type": break;
                    case "setName": Assert.That(server.SetName, Is.EqualTo(member.Value.GetString()), phase); break;
                    case "setVersion": Assert.That(server.SetVersion, Is.EqualTo(member.Value.ValueKind == JsonValueKind.Null ? null : (int?)member.Value.GetInt32()), phase); break;
                    case "electionId": Assert.That(server.ElectionId, Is.EqualTo(Id(member.Value)), phase); break;
                    case "topologyVersion": Assert.That(server.Version, Is.EqualTo(Version(member.Value)), phase); break;
                    case "pool": Assert.That(generations.GetValueOrDefault(server.Host), Is.EqualTo(member.Value.GetProperty("generation").GetInt32()), phase); break;
                    default: throw new AssertionException($"{member.Name} of a server is not compared");
                }
            }
        }
    }

    internal static MongoHost Host(string text)
    {
        Assert.That(MongoHost.TryParse(text, out MongoHost host, out string? problem), problem);
        return host;
    }

    internal static ServerKind Kind(string type) => type switch
    {
        "Unknown" or "PossiblePrimary" => ServerKind.Unknown,
        "Standalone" => ServerKind.Standalone,
        "Mongos" => ServerKind.Mongos,
        "RSPrimary" => ServerKind.Primary,
        "RSSecondary" => ServerKind.Secondary,
        "RSArbiter" => ServerKind.Arbiter,
        "RSOther" => ServerKind.OtherMember,
        "RSGhost" => ServerKind.Ghost,
        _ => throw new AssertionException(type),
    };

    private static MessageId? Id(JsonElement element) => element.ValueKind != JsonValueKind.Null && MessageId.TryParse(element.Text("$oid"), out MessageId id) ? id : null;

    private static TopologyVersion? Version(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null
        : new TopologyVersion(Id(element.GetProperty("processId"))!.Value, long.Parse(element.GetProperty("counter").Text("$numberLong")!, System.Globalization.CultureInfo.InvariantCulture));
}
