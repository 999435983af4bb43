using Smtpd.Mail;

namespace Smtpd.Mongo.Topology;

/// <summary>
/// What is known of a cluster. It never changes: <see cref="TopologyChange"/> makes the next one of what a server says. No clock and no
/// socket is known here.
/// </summary>
internal sealed record TopologyDescription(TopologyKind Kind, IReadOnlyDictionary<MongoHost, ServerDescription> Servers)
{
    /// <summary>The replica set's name; null where it is none, or not known yet.</summary>
    public string? SetName { get; init; }

    /// <summary>Version of the replica set's configuration of the newest primary that was seen; an older one is stale.</summary>
    public int? MaxSetVersion { get; init; }

    /// <summary>The newest primary's election.</summary>
    public MessageId? MaxElectionId { get; init; }

    /// <summary>With how many hosts the connection string began: a standalone server is used only when it is the only one.</summary>
    public int Seeds { get; init; }

    /// <summary>What is known at the beginning: the hosts' names.</summary>
    public static TopologyDescription Start(MongoConnectionSettings settings, IReadOnlyList<MongoHost>? hosts = null)
    {
        IReadOnlyList<MongoHost> seeds = hosts ?? settings.Hosts;
        TopologyKind kind = settings.DirectConnection ? TopologyKind.Single : settings.ReplicaSet is null ? TopologyKind.Unknown : TopologyKind.ReplicaSetNoPrimary;
        return new TopologyDescription(kind, seeds.ToDictionary(host => host, host => ServerDescription.Unknown(host))) { SetName = settings.ReplicaSet, Seeds = seeds.Count };
    }

    /// <summary>True as long as DNS may say of which servers it is: they are mongos, or nobody knows yet.</summary>
    public bool TakesNames => Kind is TopologyKind.Unknown or TopologyKind.Sharded;

    /// <summary>True when every server was asked and none answers.</summary>
    public bool IsSilent => Servers.Count > 0 && Servers.Values.All(server => server is { Kind: ServerKind.Unknown, Error: not null });

    public ServerDescription? Primary => Servers.Values.FirstOrDefault(server => server.Kind == ServerKind.Primary);

    /// <summary>Why this program cannot speak to one of the servers; null when it can to all.</summary>
    public string? Incompatibility => Servers.Values.Select(server => server.Incompatibility).FirstOrDefault(problem => problem is not null);

    /// <summary>How long a session lives unused on every server; null where one has no sessions.</summary>
    public TimeSpan? SessionTimeout
    {
        get
        {
            List<ServerDescription> bearing = [.. Servers.Values.Where(server => server.IsDataBearing)];
            return bearing.Count == 0 || bearing.Any(server => server.SessionTimeout is null) ? null : bearing.Min(server => server.SessionTimeout);
        }
    }

    /// <summary>What is there, for error texts: every server, and why it is not known where it is not.</summary>
    public override string ToString() => Servers.Count == 0
        ? "no server is left"
        : string.Join("; ", Servers.Values.Select(server => server.Error is { } error ? $"{server.Host} is unknown: {error}" : $"{server.Host} is {NameOf(server.Kind)}"));

    private static string NameOf(ServerKind kind) => kind switch
    {
        ServerKind.Standalone => "a standalone server",
        ServerKind.Mongos => "a mongos",
        ServerKind.Primary => "primary",
        ServerKind.Secondary => "secondary",
        ServerKind.Arbiter => "an arbiter",
        ServerKind.OtherMember => "a member that takes nothing now",
        ServerKind.Ghost => "a member without a configuration",
        _ => "not known yet",
    };
}
