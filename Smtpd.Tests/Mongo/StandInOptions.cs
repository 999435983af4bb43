namespace Smtpd.Tests.Mongo;

/// <summary>What kind of cluster the stand-in plays.</summary>
internal sealed record StandInOptions
{
    public static StandInOptions Standalone { get; } = new();

    public static StandInOptions ReplicaSet { get; } = new() { Members = 3, Set = "rs0" };

    public int Members { get; init; } = 1;

    /// <summary>Where its one member listens; null: anywhere.</summary>
    public int? Port { get; init; }

    /// <summary>The replica set's name; null: none.</summary>
    public string? Set { get; init; }

    public bool IsMongos { get; init; }

    /// <summary><c>name:password</c>.</summary>
    public string? User { get; init; }

    /// <summary>Certificate and key in PEM.</summary>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>Whose client certificates are demanded.</summary>
    public string? Authority { get; init; }

    public int Wire { get; init; } = 21;

    /// <summary>The file in which it keeps its data from one start to the next; null: nowhere.</summary>
    public string? Data { get; init; }

    /// <summary>How long every answer waits.</summary>
    public int LatencyMilliseconds { get; init; }

    public IEnumerable<string> Arguments(IEnumerable<int> ports)
    {
        yield return "--ports";
        yield return string.Join(',', ports);
        if (Set is not null)
        {
            yield return "--set";
            yield return Set;
        }
        if (IsMongos) yield return "--mongos";
        if (User is not null)
        {
            yield return "--auth";
            yield return User;
        }
        if (Tls is { } tls)
        {
            yield return "--tls";
            yield return tls.Certificate;
            yield return tls.Key;
        }
        if (Authority is not null)
        {
            yield return "--ca";
            yield return Authority;
        }
        yield return "--wire";
        yield return $"{Wire}";
        if (Data is not null)
        {
            yield return "--data";
            yield return Data;
        }
        if (LatencyMilliseconds > 0)
        {
            yield return "--latency";
            yield return $"{LatencyMilliseconds}";
        }
    }
}
