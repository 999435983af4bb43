namespace Smtpd.Mongo.Topology;

/// <summary>What all servers together are.</summary>
internal enum TopologyKind
{
    Unknown,

    /// <summary>One server, used whatever it is.</summary>
    Single,
    ReplicaSetNoPrimary,
    ReplicaSetWithPrimary,
    Sharded,
}
