using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

/// <summary>The settings of TLS and AUTH, and what of them does not go together.</summary>
public sealed class SmtpSecurityTests
{
    [Test]
    public void Every_setting_is_read()
    {
        Settings settings = Configure.Good("""
            { "smtp": { "public.key": "c.pem", "private.key": "k.pem", "tls.required": true, "tls.client.ca": "ca.pem", "auth": "REQUIRED", "auth.insecure": "yes", "auth.any.public": true, "auth.scram.plus": true } }
            """);
        Assert.That(settings.Smtp.Tls, Is.EqualTo(new TlsSettings(Required: true, ClientAuthorities: "ca.pem")));
        Assert.That(settings.Smtp.SignIn, Is.EqualTo(new SignInSettings(SignInMode.Required, true, true, true)));
    }

    [Test]
    public void A_certificate_may_fail_in_a_file_of_the_originals_only()
    {
        Assert.That(Configure.Good("[smtp]\npublic.key=c.pem\nprivate.key=k.pem\n").Smtp.Tls.CertificateMayFail, Is.True);
        Assert.That(Configure.Good("""{ "GSMTP_PUB_KEY": "c.pem", "GSMTP_PRV_KEY": "k.pem" }""").Smtp.Tls.CertificateMayFail, Is.False);
    }

    [TestCase("0.0.0.0:25", false, false)]
    [TestCase("[::]:25", false, false)]
    [TestCase("192.0.2.1:25", false, false)]
    [TestCase("127.0.0.1:25", false, true)]
    [TestCase("[::1]:25", false, true)]
    [TestCase("0.0.0.0:25", true, true)]
    public void Any_password_is_taken_in_public_only_when_that_is_said_twice(string listen, bool confirmed, bool isGood)
    {
        ConfigurationReading reading = Configure.From($$"""{ "smtp": { "listen": ["{{listen}}"], "auth": "any", "auth.any.public": {{(confirmed ? "true" : "false")}} } }""");
        Assert.That(reading.Settings is not null, Is.EqualTo(isGood));
        if (!isGood) Assert.That(reading.Errors, Is.EqualTo((string[])[$"smtpd.conf:1: smtp.auth: any takes every name and password, and {listen} can be reached from elsewhere; listen on 127.0.0.1 or ::1, or set smtp.auth.any.public to true if that is what you want"]));
    }
}
