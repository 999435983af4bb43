using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using Smtpd.Network;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Network;

public sealed class TlsCertificateTests
{
    private readonly TemporaryFolder _folder = new();

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [TestCase("SHA256", 32)]
    [TestCase("SHA384", 48)]
    [TestCase("SHA512", 64)]
    public void The_end_point_is_the_digest_by_the_signatures_hash(string hash, int octets)
    {
        using X509Certificate2 certificate = Make(new HashAlgorithmName(hash));
        Assert.That(TlsCertificate.EndPointOf(certificate), Has.Length.EqualTo(octets).And.EqualTo(CryptographicOperations.HashData(new HashAlgorithmName(hash), certificate.RawData)));
    }

    [Test]
    public void What_cannot_be_used_is_named()
    {
        string garbage = _folder.Write("garbage.pem", "no certificate");
        (string certificate, string key) = Write("good");
        (_, string otherKey) = Write("other");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => TlsCertificate.Load(garbage, key, null), Throws.TypeOf<ListenException>().With.Message.Contains("garbage.pem"));
            Assert.That(() => TlsCertificate.Load(certificate, garbage, null), Throws.TypeOf<ListenException>().With.Message.Contains("garbage.pem"));
            Assert.That(() => TlsCertificate.Load(certificate, otherKey, null), Throws.TypeOf<ListenException>().With.Message.Contains("other.key"));
            Assert.That(() => TlsCertificate.Load(certificate, key, garbage), Throws.TypeOf<ListenException>().With.Message.Contains("garbage.pem"));
            Assert.That(() => TlsCertificate.Load(certificate, key, _folder["missing.pem"]), Throws.TypeOf<ListenException>().With.Message.Contains("missing.pem"));
            Assert.That(TlsCertificate.Load(certificate, key, certificate).Options.ClientCertificateRequired, Is.True);
        }
    }

    [Test]
    public void A_source_takes_new_files_and_keeps_the_old_certificate_when_they_are_bad()
    {
        (string certificate, string key) = Write("source");
        var clock = new ManualClock();
        var log = new ListLog();
        using var source = new CertificateSource(certificate, key, null, mayFail: false, clock, log);
        TlsCertificate first = source.Current!;
        clock.Pass(5);
        Assert.That(source.Current, Is.SameAs(first), "nothing has changed");
        string good = File.ReadAllText(certificate);
        File.WriteAllText(certificate, "half a certi");
        clock.Pass(5);
        clock.Pass(5);
        Assert.That(source.Current, Is.SameAs(first));
        Assert.That(log.Lines.Select(line => line.Text), Has.One.Contains("the one before stays in force"), "told once");
        File.WriteAllText(certificate, good + "\n");
        clock.Pass(5);
        Assert.That(source.Current, Is.Not.SameAs(first).And.Not.Null);
    }

    [Test]
    public void A_source_that_may_fail_begins_when_its_files_are_good()
    {
        var clock = new ManualClock();
        using var source = new CertificateSource(_folder["later.pem"], _folder["later.key"], null, mayFail: true, clock, new ListLog());
        Assert.That(source.Current, Is.Null);
        Write("later");
        clock.Pass(5);
        Assert.That(source.Current, Is.Not.Null);
        Assert.That(() => new CertificateSource(_folder["absent.pem"], _folder["absent.key"], null, mayFail: false, clock, new ListLog()), Throws.TypeOf<ListenException>());
    }

    private static X509Certificate2 Make(HashAlgorithmName hash)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=mx.test", key, hash).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private (string Certificate, string Key) Write(string name)
    {
        using X509Certificate2 certificate = Make(HashAlgorithmName.SHA256);
        return (_folder.Write(name + ".pem", certificate.ExportCertificatePem()), _folder.Write(name + ".key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
    }
}
