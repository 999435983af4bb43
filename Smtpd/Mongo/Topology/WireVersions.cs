using System.Globalization;

namespace Smtpd.Mongo.Topology;

/// <summary>The versions of the wire protocol that a server speaks.</summary>
internal readonly record struct WireVersions(int Least, int Most)
{
    /// <summary>OP_MSG, on which everything here is built, came with version 6: MongoDB 3.6.</summary>
    public const int OldestUsed = 6;

    /// <summary>The newest that was known when this was written: MongoDB 8.</summary>
    public const int NewestKnown = 29;

    /// <summary>MongoDB 6.0, where the election counts before the configuration when two servers both say that they are primary.</summary>
    public const int ElectionFirst = 17;

    /// <summary>Why this program and such a server cannot understand each other; null when they can.</summary>
    public string? ProblemWith(MongoHost host) =>
        Most < OldestUsed ? string.Create(CultureInfo.InvariantCulture, $"{host} speaks wire version {Most}, and Smtpd needs {OldestUsed} at least: MongoDB 3.6")
        : Least > NewestKnown ? string.Create(CultureInfo.InvariantCulture, $"{host} speaks wire version {Least} at least, and Smtpd knows none above {NewestKnown}: a newer Smtpd is needed")
        : null;
}
