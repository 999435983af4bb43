namespace Smtpd.Mongo;

/// <summary>How long things may take. The defaults are those on which MongoDB's own clients agree.</summary>
internal sealed record MongoTimes
{
    /// <summary>A monitor asks no oftener than this, whatever hurry somebody is in.</summary>
    public static readonly TimeSpan LeastHeartbeat = TimeSpan.FromMilliseconds(500);

    /// <summary>For the connection itself, TLS and the first answer.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For one answer of a server; null: no limit.</summary>
    public TimeSpan? Socket { get; init; }

    /// <summary>For a server that can take the operation to be found.</summary>
    public TimeSpan ServerSelection { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A read gives up sooner where no server has answered anybody for so long; null: never.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>Between two looks at a server.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Servers that answer so much later than the fastest are as good.</summary>
    public TimeSpan LocalThreshold { get; init; } = TimeSpan.FromMilliseconds(15);

    /// <summary>For one operation from beginning to end; null: no limit of its own.</summary>
    public TimeSpan? Operation { get; init; }
}
