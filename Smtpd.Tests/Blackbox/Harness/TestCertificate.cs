using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>Certificates of a test's own, made by openssl.</summary>
internal static class TestCertificate
{
    /// <summary>Makes <c>NAME.pem</c> and <c>NAME.key</c>, vouched for by themselves.</summary>
    public static async Task<(string Certificate, string Key)> MakeAsync(TemporaryFolder folder, string name, string commonName = "mx.local.test")
    {
        (string certificate, string key) = (folder.File(name + ".pem"), folder.File(name + ".key"));
        await OpenSslAsync("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", $"/CN={commonName}", "-days", "2",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate);
        return (certificate, key);
    }

    /// <summary>Makes a certificate for a client, vouched for by another.</summary>
    public static async Task<(string Certificate, string Key)> MakeClientAsync(TemporaryFolder folder, string name, string commonName, (string Certificate, string Key) authority)
    {
        (string certificate, string key) = (folder.File(name + ".pem"), folder.File(name + ".key"));
        await OpenSslAsync("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", $"/CN={commonName}", "-days", "2",
            "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=clientAuth",
            "-CA", authority.Certificate, "-CAkey", authority.Key, "-keyout", key, "-out", certificate);
        return (certificate, key);
    }

    /// <summary>Writes the certificate and its key into a server's configuration.</summary>
    public static async Task<(string Certificate, string Key)> ConfigureAsync(SmtpdConfiguration configuration, TemporaryFolder folder)
    {
        (string certificate, string key) = await MakeAsync(folder, "server");
        configuration.Smtp["public.key"] = certificate;
        configuration.Smtp["private.key"] = key;
        return (certificate, key);
    }

    private static async Task OpenSslAsync(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync("openssl", arguments);
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
    }
}
