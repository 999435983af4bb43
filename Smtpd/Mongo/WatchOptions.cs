using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo;

/// <summary>Where a change stream begins and what it tells.</summary>
internal sealed record WatchOptions
{
    public static WatchOptions None { get; } = new();

    /// <summary>An array of stages that choose and shape what is told.</summary>
    public BsonDocument Pipeline { get; init; }

    /// <summary>Go on behind this token; empty: from now on.</summary>
    public BsonDocument ResumeAfter { get; init; }

    /// <summary>Begin at this moment of the server's own clock; 0: from now on.</summary>
    public ulong StartAt { get; init; }

    /// <summary>True: with an update comes the document as it is when the change is told.</summary>
    public bool LooksUp { get; init; }

    public int BatchSize { get; init; }

    /// <summary>How long the server waits for a change before it answers that there was none.</summary>
    public TimeSpan MaxAwait { get; init; } = TimeSpan.FromSeconds(1);
}
