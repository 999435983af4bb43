using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo;

/// <summary>What a query gives back, and how. An empty document stands for what is not wanted.</summary>
internal sealed record FindOptions
{
    public static FindOptions None { get; } = new();

    public BsonDocument Sort { get; init; }

    /// <summary>Which fields are given back.</summary>
    public BsonDocument Projection { get; init; }

    /// <summary>The keys of the index to use.</summary>
    public BsonDocument Hint { get; init; }

    public long Skip { get; init; }

    /// <summary>At most so many; 0: all.</summary>
    public long Limit { get; init; }

    /// <summary>So many in one answer; 0: as the server likes.</summary>
    public int BatchSize { get; init; }

    /// <summary>How long the server may work on one answer; null: as long as it likes.</summary>
    public TimeSpan? MaxTime { get; init; }
}
