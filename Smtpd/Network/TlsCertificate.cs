using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Smtpd.Network;

/// <summary>The server's certificate and what it offers to TLS clients.</summary>
internal static class TlsCertificate
{
    /// <param name="certificateFile">PEM: the server's certificate, then those that lead to its root (RFC 8446 §4.4.2).</param>
    /// <param name="keyFile">PEM: the private key, not encrypted.</param>
    /// <exception cref="ListenException">A file cannot be used; the text names it.</exception>
    public static SslServerAuthenticationOptions Load(string certificateFile, string keyFile)
    {
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            return new SslServerAuthenticationOptions
            {
                // Built once and without the network: a handshake never looks anything up.
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateRequired = false,
                AllowRenegotiation = false,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            };
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ListenException($"smtp: the certificate {certificateFile} with the key {keyFile} cannot be used: {failure.Message}", failure);
        }
    }
}
