namespace Smtpd.Mongo.Dns;

/// <summary>What DNS says of the servers of a name.</summary>
internal sealed class SrvAnswer
{
    /// <summary>The settings that DNS completes, at the beginning of a connection; null later.</summary>
    public MongoConnectionSettings? Settings { get; set; }

    /// <summary>All that are named and of the same domain, each once.</summary>
    public List<MongoHost> Hosts { get; } = [];

    /// <summary>The names of those of other domains.</summary>
    public List<string> Strangers { get; } = [];

    /// <summary>The shortest time for which one of the records may be believed.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.MaxValue;
}
