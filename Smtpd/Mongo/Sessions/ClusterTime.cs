using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Sessions;

/// <summary>The newest time that any server of the cluster has told; servers want to hear it, so that their clocks follow each other. Safe for several threads.</summary>
internal sealed class ClusterTime
{
    private readonly Lock _gate = new();
    private BsonDocument _newest;

    /// <summary><c>{clusterTime, signature}</c>; empty before any server has told one.</summary>
    public BsonDocument Newest
    {
        get { lock (_gate) return _newest; }
    }

    /// <summary>Takes over what a reply says, if it is newer.</summary>
    public void Hear(BsonDocument reply)
    {
        BsonElement told = reply["$clusterTime"u8];
        if (told.Type != BsonType.Document) return;
        BsonDocument time = told.AsDocument();
        lock (_gate)
        {
            // A copy: the reply may be long, and this stays.
            if (time["clusterTime"u8].AsTimestamp() > _newest["clusterTime"u8].AsTimestamp()) _newest = time.Copy();
        }
    }
}
