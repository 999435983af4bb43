namespace Smtpd.Storage.Mongo;

/// <summary>What the store of mail in MongoDB is to be like.</summary>
/// <param name="Database">The database (<c>mongo.db</c>).</param>
/// <param name="Collection">The collection of messages (<c>mongo.coll</c>).</param>
internal sealed record MongoStoreSettings(string Database, string Collection)
{
    /// <summary>The server's name, for the field <c>Message-ID</c> that the original adds.</summary>
    public required string Domain { get; init; }

    /// <summary>Where bodies wait for the database.</summary>
    public required string StagingFolder { get; init; }

    /// <summary>Octets that mail leaves free there.</summary>
    public long MinFreeBytes { get; init; }

    /// <summary>How long a batch may take (<c>mongo.timeout</c>).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
