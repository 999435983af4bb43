namespace Smtpd.Mongo;

/// <summary>TLS between Smtpd and MongoDB. Revocation is not looked up.</summary>
/// <param name="IsOn">False: everything goes in clear.</param>
internal sealed record MongoTlsSettings(bool IsOn)
{
    /// <summary>Certificates in PEM of those whose servers are believed; null for those that the system trusts.</summary>
    public string? AuthoritiesFile { get; init; }

    /// <summary>Our own certificate and its private key, both in PEM in one file; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>What the private key is encrypted by; null where it is not.</summary>
    public string? CertificatePassword { get; init; }

    /// <summary>True: whatever certificate the server shows is taken. For tests.</summary>
    public bool AllowsInvalidCertificates { get; init; }

    /// <summary>True: the certificate may be somebody else's.</summary>
    public bool AllowsInvalidNames { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => IsOn ? "TLS" : "in clear";
}
