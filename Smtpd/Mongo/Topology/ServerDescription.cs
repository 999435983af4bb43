using Smtpd.Mail;
using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Topology;

/// <summary>What is known of one server.</summary>
internal sealed record ServerDescription(MongoHost Host, ServerKind Kind)
{
    /// <summary>Share of the newest measurement in the mean of the round-trip times.</summary>
    private const double NewestShare = 0.2;

    /// <summary>Why it is unknown, in words for the operator; null where it was not asked yet, and where it is known.</summary>
    public string? Error { get; init; }

    /// <summary>How long it takes to answer, on the average; null where that is not known.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    public WireVersions Wire { get; init; }

    public ServerLimits Limits { get; init; } = new();

    public string? SetName { get; init; }

    /// <summary>The host by which the member itself is listed in the replica set; null where it does not say.</summary>
    public MongoHost? Me { get; init; }

    /// <summary>All members that it names: electable, passive, arbiters.</summary>
    public IReadOnlyList<MongoHost> Members { get; init; } = [];

    public int? SetVersion { get; init; }

    public MessageId? ElectionId { get; init; }

    public TopologyVersion? Version { get; init; }

    /// <summary>How long a session lives unused; null where the server has no sessions.</summary>
    public TimeSpan? SessionTimeout { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags;

    /// <summary>The newest write that the member has, by its own clock.</summary>
    public DateTimeOffset? LastWrite { get; init; }

    /// <summary>When it was last heard of.</summary>
    public DateTimeOffset Updated { get; init; }

    /// <summary>True when it understands the command <c>hello</c>, whose old name is going away.</summary>
    public bool KnowsHello { get; init; }

    private static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>();

    public bool IsMember => Kind is ServerKind.Primary or ServerKind.Secondary or ServerKind.Arbiter or ServerKind.OtherMember;

    public bool IsDataBearing => Kind is ServerKind.Primary or ServerKind.Secondary or ServerKind.Mongos or ServerKind.Standalone;

    public bool IsWritable => Kind is ServerKind.Primary or ServerKind.Mongos or ServerKind.Standalone;

    /// <summary>Why this program cannot speak to it; null when it can, or when that is not known.</summary>
    public string? Incompatibility => Kind == ServerKind.Unknown ? null : Wire.ProblemWith(Host);

    public static ServerDescription Unknown(MongoHost host, string? error = null, TopologyVersion? version = null) =>
        new(host, ServerKind.Unknown) { Error = error, Version = version };

    /// <summary>From a reply to <c>hello</c> or its old name. Hosts in it that are none are passed over.</summary>
    /// <param name="roundTrip">How long this reply took; null where it was waited for on purpose.</param>
    /// <param name="before">What was known until now.</param>
    public static ServerDescription FromHello(MongoHost host, BsonDocument reply, TimeSpan? roundTrip, ServerDescription? before, DateTimeOffset now)
    {
        if (!reply["ok"u8].AsBoolean()) return Unknown(host, $"{host}: {reply["errmsg"u8].AsString() ?? "the server's answer to hello is no success"}", TopologyVersion.From(reply["topologyVersion"u8]));
        int? minutes = reply["logicalSessionTimeoutMinutes"u8] is { Exists: true, IsNull: false } element ? element.AsInt32() : null;
        return new ServerDescription(host, KindOf(reply))
        {
            RoundTripTime = MeanOf(before?.RoundTripTime, roundTrip),
            Wire = new WireVersions(reply["minWireVersion"u8].AsInt32(), reply["maxWireVersion"u8].AsInt32()),
            Limits = ServerLimits.From(reply),
            SetName = reply["setName"u8].AsString(),
            Me = HostIn(reply["me"u8]),
            Members = [.. HostsIn(reply["hosts"u8]).Concat(HostsIn(reply["passives"u8])).Concat(HostsIn(reply["arbiters"u8])).Distinct()],
            SetVersion = reply["setVersion"u8] is { Exists: true, IsNull: false } version ? version.AsInt32() : null,
            ElectionId = reply["electionId"u8].TryObjectId(out MessageId election) ? election : null,
            Version = TopologyVersion.From(reply["topologyVersion"u8]),
            SessionTimeout = minutes is { } number ? TimeSpan.FromMinutes(number) : null,
            Tags = TagsIn(reply["tags"u8]),
            LastWrite = reply["lastWrite"u8].AsDocument()["lastWriteDate"u8] is { Type: BsonType.DateTime } written ? written.AsDateTime() : null,
            Updated = now,
            KnowsHello = reply["helloOk"u8].AsBoolean(),
        };
    }

    /// <summary>An exponentially weighted mean, so that one slow answer does not make a server slow.</summary>
    public static TimeSpan? MeanOf(TimeSpan? before, TimeSpan? newest) =>
        newest is not { } time ? before : before is { } old ? (NewestShare * time) + ((1 - NewestShare) * old) : time;

    private static ServerKind KindOf(BsonDocument reply)
    {
        if (reply["isreplicaset"u8].AsBoolean()) return ServerKind.Ghost;
        if (reply["setName"u8].AsString() is not null)
        {
            return reply["isWritablePrimary"u8].AsBoolean() || reply["ismaster"u8].AsBoolean() ? ServerKind.Primary
                : reply["hidden"u8].AsBoolean() ? ServerKind.OtherMember
                : reply["secondary"u8].AsBoolean() ? ServerKind.Secondary
                : reply["arbiterOnly"u8].AsBoolean() ? ServerKind.Arbiter
                : ServerKind.OtherMember;
        }
        return reply["msg"u8].AsString() == "isdbgrid" ? ServerKind.Mongos : ServerKind.Standalone;
    }

    private static MongoHost? HostIn(BsonElement element) =>
        element.AsString() is { } text && MongoHost.TryParse(text, out MongoHost host, out _) ? host : null;

    private static List<MongoHost> HostsIn(BsonElement list)
    {
        List<MongoHost> hosts = [];
        foreach (BsonElement element in list.AsDocument())
            if (HostIn(element) is { } host) hosts.Add(host);
        return hosts;
    }

    private static IReadOnlyDictionary<string, string> TagsIn(BsonElement element)
    {
        BsonDocument document = element.AsDocument();
        if (document.IsEmpty) return NoTags;
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (BsonElement tag in document) tags[tag.NameText] = tag.AsString() ?? "";
        return tags;
    }
}
