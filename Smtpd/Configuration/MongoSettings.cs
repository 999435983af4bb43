using Smtpd.Mongo;

namespace Smtpd.Configuration;

/// <summary>Where mail is kept in MongoDB, and what happens while that is away.</summary>
/// <param name="Connection">What <c>mongo.uri</c> says.</param>
/// <param name="Database">The database's name.</param>
/// <param name="Collection">The collection of the messages.</param>
/// <param name="Timeout">How long a write may take before the message goes to the spool, or is refused where there is none.</param>
internal sealed record MongoSettings(MongoConnectionSettings Connection, string Database, string Collection, TimeSpan Timeout)
{
    /// <summary>True: mail waits in a local file while MongoDB is away. False: it is refused.</summary>
    public bool Spools { get; init; } = true;

    /// <summary>The spool's SQLite file; also where message bodies wait on their way in.</summary>
    public string SpoolPath { get; init; } = "";

    /// <summary>Octets of messages that the spool takes.</summary>
    public long SpoolMostOctets { get; init; }
}
