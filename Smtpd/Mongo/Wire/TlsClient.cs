using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Smtpd.Mongo.Wire;

/// <summary>Our side of TLS with MongoDB: whom we believe, and what we show. Its files are read once.</summary>
internal sealed class TlsClient
{
    private readonly MongoTlsSettings _settings;
    private readonly X509Certificate2Collection? _authorities;
    private readonly SslStreamCertificateContext? _certificate;

    /// <exception cref="MongoException">A file cannot be used; the text names it.</exception>
    public TlsClient(MongoTlsSettings settings)
    {
        _settings = settings;
        if (settings.AuthoritiesFile is { } authorities) _authorities = LoadAuthorities(authorities);
        if (settings.CertificateFile is { } certificate) _certificate = LoadCertificate(certificate, settings.CertificatePassword);
    }

    /// <param name="stream">Closed when TLS cannot be agreed on.</param>
    /// <exception cref="WireException">The server has no certificate that is believed, or does not speak TLS.</exception>
    public async Task<Stream> SecureAsync(Stream stream, MongoHost host, CancellationToken cancellationToken)
    {
        string? problem = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host.Name,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            ClientCertificateContext = _certificate,
            CertificateChainPolicy = _authorities is null ? null : Trusting(_authorities),
            RemoteCertificateValidationCallback = (_, _, _, errors) => (problem = ProblemWith(errors)) is null,
        };
        var secured = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await secured.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return secured;
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw new WireException(problem ?? $"TLS could not be agreed on: {failure.InnerException?.Message ?? failure.Message}", failure);
        }
        catch
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private string? ProblemWith(SslPolicyErrors errors)
    {
        if (_settings.AllowsInvalidCertificates) errors &= ~(SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNotAvailable);
        if (_settings.AllowsInvalidNames) errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        return errors switch
        {
            SslPolicyErrors.None => null,
            SslPolicyErrors.RemoteCertificateNameMismatch => "the server's certificate is for another name (tlsAllowInvalidHostnames takes it all the same)",
            _ => _settings.AuthoritiesFile is { } file ? $"the server's certificate is signed by nobody in {file}, or is out of date" : "the server's certificate is signed by nobody whom this system trusts (tlsCAFile names others), or is out of date",
        };
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2Collection LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception failure) when (IsUnusable(failure))
        {
            throw Unusable("tlsCAFile", file, failure.Message, failure);
        }
        return authorities.Count > 0 ? authorities : throw Unusable("tlsCAFile", file, "there is no certificate in PEM in it", null);
    }

    private static SslStreamCertificateContext LoadCertificate(string file, string? password)
    {
        try
        {
            X509Certificate2 certificate = password is null ? X509Certificate2.CreateFromPemFile(file) : X509Certificate2.CreateFromEncryptedPemFile(file, password);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception failure) when (IsUnusable(failure))
        {
            throw Unusable("tlsCertificateKeyFile", file, failure.Message, failure);
        }
    }

    private static bool IsUnusable(Exception failure) => failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    private static MongoException Unusable(string option, string file, string why, Exception? inner) =>
        new(MongoFailure.Incompatible, "connect to MongoDB", $"option {option}: {file} cannot be used: {why}", inner: inner);
}
