using System.Net;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Policy;

namespace Smtpd.Tests.Policy;

public sealed class RecipientPolicyTests
{
    [TestCase("example.com", "example.com", true)]
    [TestCase("example.com", "EXAMPLE.Com", true)]
    [TestCase("Example.COM", "example.com", true)]
    [TestCase("example.com", "example.com.", true)]
    [TestCase("example.com.", "example.com", true)]
    [TestCase("example.com", "sub.example.com", false)]
    [TestCase("example.com", "notexample.com", false)]
    [TestCase("example.com", "example.com.evil.test", false)]
    [TestCase("example.com", "com", false)]
    [TestCase("sub.example.com", "example.com", false)]
    [TestCase("*.example.com", "sub.example.com", true)]
    [TestCase("*.example.com", "A.B.Example.Com.", true)]
    [TestCase("*.Example.com.", "sub.example.com", true)]
    [TestCase("*.example.com", "example.com", false)]
    [TestCase("*.example.com", "notexample.com", false)]
    [TestCase("*.example.com", "sub.example.com.evil.test", false)]
    [TestCase("*", "anything.test", true)]
    [TestCase("*", "[192.0.2.1]", true)]
    [TestCase(".", "anything.test", true)]
    [TestCase("[192.0.2.1]", "[192.0.2.1]", true)]
    [TestCase("[192.0.2.1]", "[192.0.2.10]", false)]
    [TestCase("[192.0.2.1]", "192.0.2.1", false)]
    [TestCase("[IPv6:2001:db8::1]", "[ipv6:2001:DB8::1]", true)]
    [TestCase("*.example.com", "[192.0.2.1]", false)]
    public void A_recipient_is_taken_when_his_domain_is_allowed(string allowed, string domain, bool isTaken) =>
        Assert.That(new RecipientPolicy([allowed], []).Allows(new MailAddress("a", domain)), Is.EqualTo(isTaken));

    [Test]
    public void Nobody_is_taken_where_nothing_is_allowed() => Assert.That(new RecipientPolicy([], []).Allows(new MailAddress("a", "example.com")), Is.False);

    [Test]
    public void Every_entry_counts()
    {
        var policy = new RecipientPolicy(["one.test", "*.two.test", "*.three.test", "four.test"], []);
        Assert.That(((string[])["one.test", "a.two.test", "a.three.test", "four.test"]).Select(domain => policy.Allows(new MailAddress("a", domain))), Is.All.True);
        Assert.That(policy.Allows(new MailAddress("a", "five.test")), Is.False);
    }

    [TestCase("192.0.2.0/24", "192.0.2.77", true)]
    [TestCase("192.0.2.0/24", "192.0.3.1", false)]
    [TestCase("192.0.2.7/32", "192.0.2.7", true)]
    [TestCase("192.0.2.7/32", "192.0.2.8", false)]
    [TestCase("0.0.0.0/0", "203.0.113.1", true)]
    [TestCase("0.0.0.0/0", "2001:db8::1", false)]
    [TestCase("2001:db8::/32", "2001:db8:1::1", true)]
    [TestCase("2001:db8::/32", "2001:db9::1", false)]
    [TestCase("::1/128", "::1", true)]
    [TestCase("::1/128", "127.0.0.1", false)]
    [TestCase("192.0.2.0/24", "::ffff:192.0.2.7", true)]
    [TestCase("::/0", "::ffff:192.0.2.7", false)]
    [TestCase("fe80::/10", "fe80::1%2", true)]
    public void A_client_is_trusted_when_his_address_is_in_a_network(string network, string client, bool isTrusted) =>
        Assert.That(new RecipientPolicy([], [IPNetwork.Parse(network)]).IsTrusted(IPAddress.Parse(client)), Is.EqualTo(isTrusted));

    [Test]
    public void Trust_in_one_of_several_networks_is_enough()
    {
        var policy = new RecipientPolicy([], [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8::/32")]);
        Assert.That(policy.IsTrusted(IPAddress.Parse("2001:db8::5")), Is.True);
        Assert.That(new RecipientPolicy(["*"], []).IsTrusted(IPAddress.Loopback), Is.False);
    }
}
