using Smtpd.Mongo.Wire;

namespace Smtpd.Mongo.Connections;

/// <summary>A connection that belongs to a pool.</summary>
/// <param name="generation">Of the pool when it was opened: a later one means that it is of no use any more.</param>
internal sealed class PooledConnection(WireConnection connection, int generation)
{
    public WireConnection Connection => connection;

    public int Generation => generation;

    /// <summary>When it was given back, by the clock's own count.</summary>
    public long IdleSince { get; set; }
}
