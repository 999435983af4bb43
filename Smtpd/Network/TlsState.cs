using System.Security.Cryptography.X509Certificates;

namespace Smtpd.Network;

/// <summary>What a TLS handshake came to.</summary>
/// <param name="Version">Such as <c>TLSv1.3</c>.</param>
/// <param name="Cipher">The cipher suite's name in IANA's registry.</param>
/// <param name="EndPoint">See <see cref="TlsCertificate.EndPoint"/>.</param>
/// <param name="ClientNames">The verified names of the client's certificate: its mailbox, then its common name. Empty without a certificate that is believed.</param>
internal sealed record TlsState(string Version, string Cipher, byte[]? EndPoint, IReadOnlyList<string> ClientNames)
{
    /// <summary>For people and for the stored envelope.</summary>
    public string Description => $"{Version} {Cipher}";

    /// <summary>The names of a certificate that was verified: the mailbox of its subject alternative names, and its common name.</summary>
    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate) =>
        [.. new[] { certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false), certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) }
            .Where(name => !string.IsNullOrEmpty(name)).Distinct(StringComparer.Ordinal)];
}
