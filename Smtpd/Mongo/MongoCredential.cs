namespace Smtpd.Mongo;

/// <summary>How Smtpd signs in to MongoDB.</summary>
/// <param name="UserName">Null only for X.509, where the certificate says it.</param>
/// <param name="Password">As it was written; null where there is none.</param>
/// <param name="Source">The database that knows the user, or <c>$external</c>.</param>
/// <param name="Mechanism">One of the names below; null to take what the server has, SCRAM-SHA-256 first.</param>
internal sealed record MongoCredential(string? UserName, string? Password, string Source, string? Mechanism)
{
    public const string ScramSha1 = "SCRAM-SHA-1";
    public const string ScramSha256 = "SCRAM-SHA-256";
    public const string X509 = "MONGODB-X509";

    /// <summary>The source of those whom the server does not know by a database of its own.</summary>
    public const string External = "$external";

    /// <summary>What <c>authMechanismProperties</c> says, for mechanisms that this client has not.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Properties { get; init; } = [];

    /// <summary>True when this client has the mechanism.</summary>
    public bool IsSupported => Mechanism is null or ScramSha1 or ScramSha256 or X509;

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{UserName ?? "(certificate)"} of {Source} by {Mechanism ?? "SCRAM"}";
}
