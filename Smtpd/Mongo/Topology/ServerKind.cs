namespace Smtpd.Mongo.Topology;

/// <summary>What a server says of itself. Only the primary, a mongos and a standalone server can be written to.</summary>
internal enum ServerKind
{
    /// <summary>Not asked yet, not reached, or not to be trusted until it is asked again.</summary>
    Unknown,
    Standalone,
    Mongos,
    Primary,
    Secondary,
    Arbiter,

    /// <summary>A member that nobody reads from: hidden, recovering, rolling back.</summary>
    OtherMember,

    /// <summary>A member that has not got its configuration yet.</summary>
    Ghost,
}
