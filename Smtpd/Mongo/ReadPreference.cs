namespace Smtpd.Mongo;

/// <summary>Which members of a replica set are read from.</summary>
internal enum ReadMode { Primary, PrimaryPreferred, Secondary, SecondaryPreferred, Nearest }

/// <summary>Which servers may answer a query.</summary>
internal sealed record ReadPreference(ReadMode Mode)
{
    public static ReadPreference Primary { get; } = new(ReadMode.Primary);

    /// <summary>
    /// Tags that a member must have, all of one set; the first set that fits any member counts. Empty: every member fits. The primary
    /// itself is never asked for tags.
    /// </summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> TagSets { get; init; } = [];

    /// <summary>How far behind a secondary may be; null: any.</summary>
    public TimeSpan? MaxStaleness { get; init; }
}
