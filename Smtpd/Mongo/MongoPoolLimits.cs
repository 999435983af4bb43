namespace Smtpd.Mongo;

/// <summary>Connections to one server. The defaults are those on which MongoDB's own clients agree.</summary>
internal sealed record MongoPoolLimits
{
    /// <summary>At most so many at once; 0: no limit.</summary>
    public int Most { get; init; } = 100;

    /// <summary>So many are kept open.</summary>
    public int Least { get; init; }

    /// <summary>So many are opened at once.</summary>
    public int MostConnecting { get; init; } = 2;

    /// <summary>One that was not used for so long is closed; null: never.</summary>
    public TimeSpan? MaxIdle { get; init; }

    /// <summary>How long somebody waits for one; null: as long as the operation may take.</summary>
    public TimeSpan? MaxWait { get; init; }
}
