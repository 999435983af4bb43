using Smtpd.Mail;
using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Topology;

/// <summary>How often a server process has changed its mind about what it is.</summary>
/// <param name="Process">A new one with each start.</param>
internal readonly record struct TopologyVersion(MessageId Process, long Counter)
{
    /// <summary>From a document <c>{processId, counter}</c>; null where there is none.</summary>
    public static TopologyVersion? From(BsonElement element)
    {
        BsonDocument document = element.AsDocument();
        return document["processId"u8].TryObjectId(out MessageId process) ? new TopologyVersion(process, document["counter"u8].AsInt64()) : null;
    }

    /// <summary>True when this is later news than the other. Of different processes nobody can say; the one that spoke last is believed.</summary>
    public bool IsNewerThan(TopologyVersion other) => Process == other.Process && Counter > other.Counter;

    /// <summary>True when what goes with this was known when the other was.</summary>
    public bool IsNoNewsTo(TopologyVersion other) => Process == other.Process && Counter <= other.Counter;
}
