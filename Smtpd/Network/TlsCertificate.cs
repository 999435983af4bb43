using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Smtpd.Network;

/// <summary>The server's certificate as it is offered to TLS clients, with what is worked out of it once.</summary>
/// <param name="EndPoint">The <c>tls-server-end-point</c> of RFC 5929 §4; null where that defines none for the certificate.</param>
internal sealed record TlsCertificate(SslServerAuthenticationOptions Options, byte[]? EndPoint, DateTime NotAfter)
{
    /// <summary>Extended key usage of client certificates (RFC 5280 §4.2.1.12).</summary>
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <param name="certificateFile">PEM: the server's certificate, then those that lead to its root (RFC 8446 §4.4.2).</param>
    /// <param name="keyFile">PEM: the private key, not encrypted.</param>
    /// <param name="clientAuthorities">PEM: whose certificates of clients are believed. Null: clients are not asked for any.</param>
    /// <exception cref="ListenException">A file cannot be used; the text names it.</exception>
    public static TlsCertificate Load(string certificateFile, string keyFile, string? clientAuthorities)
    {
        X509Certificate2 certificate;
        SslStreamCertificateContext context;
        try
        {
            certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            // Built once and without the network: a handshake never looks anything up.
            context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ListenException($"smtp: the certificate {certificateFile} with the key {keyFile} cannot be used: {failure.Message}", failure);
        }
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            // Asked for, never demanded: what it is worth is decided by whoever asks for it (see TlsState).
            ClientCertificateRequired = clientAuthorities is not null,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = clientAuthorities is null ? null : Trusting(clientAuthorities),
        };
        return new TlsCertificate(options, EndPointOf(certificate), certificate.NotAfter);
    }

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            // Nothing is looked up while a client waits, least of all at an address that it names.
            DisableCertificateDownloads = true,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ListenException($"smtp: the certificates {file} cannot be used: {failure.Message}", failure);
        }
        if (policy.CustomTrustStore.Count == 0) throw new ListenException($"smtp: {file} holds no certificate in PEM", new CryptographicException());
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return policy;
    }

    /// <summary>
    /// The certificate's digest by the hash of its signature, SHA-256 in place of MD5 and SHA-1 (RFC 5929 §4.1). Worked out here
    /// because the TLS stream cannot tell it on the server's side.
    /// </summary>
    internal static byte[]? EndPointOf(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        // md5WithRSA, sha1WithRSA, sha256WithRSA, ecdsa-with-SHA1, ecdsa-with-SHA256
        "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.113549.1.1.11" or "1.2.840.10045.4.1" or "1.2.840.10045.4.3.2" => SHA256.HashData(certificate.RawData),
        // sha384WithRSA, ecdsa-with-SHA384
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(certificate.RawData),
        // sha512WithRSA, ecdsa-with-SHA512
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(certificate.RawData),
        _ => null,
    };
}
