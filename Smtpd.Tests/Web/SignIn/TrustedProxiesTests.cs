using System.Collections.Specialized;
using System.Net;
using NUnit.Framework;
using Smtpd.Network;
using Smtpd.Web;
using Smtpd.Web.Access;

namespace Smtpd.Tests.Web.SignIn;

/// <summary>Who the client is behind proxies that tell the truth, and behind those that need not.</summary>
public sealed class TrustedProxiesTests
{
    private static readonly TrustedProxies Proxies = new([IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8:1::/48")]);

    private static ClientOrigin Find(string peer, string? hops, string? scheme = null, string? other = null, bool encrypted = false)
    {
        var fields = new NameValueCollection { [HttpRelayFields.Scheme] = encrypted ? "https" : "http" };
        if (hops is not null) fields["X-Forwarded-For"] = hops;
        if (scheme is not null) fields["x-forwarded-proto"] = scheme;
        if (other is not null) fields[other] = "x";
        return Proxies.Find(new HttpRequest("GET", [], new HttpQuery(""), "localhost", new IPEndPoint(IPAddress.Parse(peer), 1), new IPEndPoint(IPAddress.Loopback, 1), fields, null!));
    }

    [TestCase("127.0.0.1", "192.0.2.7", "192.0.2.7", true)]
    [TestCase("127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7", true, Description = "left of it the client may have written what it liked")]
    [TestCase("127.0.0.1", "127.0.0.1, 192.0.2.7", "192.0.2.7", true)]
    [TestCase("10.1.2.3", "192.0.2.7, 10.9.9.9", "192.0.2.7", true, Description = "several hops")]
    [TestCase("10.1.2.3", "203.0.113.9,192.0.2.7 ,10.9.9.9,127.0.0.1", "192.0.2.7", true)]
    [TestCase("10.1.2.3", "10.4.4.4, 10.5.5.5", "10.4.4.4", true, Description = "trusted all the way")]
    [TestCase("2001:db8:1::1", "2001:db8:2::7", "2001:db8:2::7", true)]
    [TestCase("10.1.2.3", "[2001:db8:2::7]:4711", "2001:db8:2::7", true)]
    [TestCase("10.1.2.3", "192.0.2.7:4711", "192.0.2.7", true)]
    [TestCase("10.1.2.3", "::ffff:192.0.2.7", "192.0.2.7", true)]
    [TestCase("10.1.2.3", "192.0.2.7, unknown", "10.1.2.3", false)]
    [TestCase("10.1.2.3", "192.0.2.7,", "10.1.2.3", false)]
    [TestCase("10.1.2.3", "192.0.2.7, 1", "10.1.2.3", false)]
    [TestCase("10.1.2.3", "192.0.2.7, 0x0a000001, 10.0.0.2", "10.0.0.2", false)]
    [TestCase("10.1.2.3", "", "10.1.2.3", false)]
    [TestCase("192.0.2.1", "198.51.100.1", "192.0.2.1", false, Description = "not trusted")]
    [TestCase("192.0.2.1", null, "192.0.2.1", true)]
    [TestCase("10.1.2.3", null, "10.1.2.3", true)]
    public void The_client_is_the_right_most_that_is_no_trusted_proxy(string peer, string? hops, string client, bool certain)
    {
        ClientOrigin origin = Find(peer, hops);
        Assert.That((origin.Address.ToString(), origin.IsCertain), Is.EqualTo((client, certain)));
    }

    [TestCase("127.0.0.1", "192.0.2.7", "https", true)]
    [TestCase("127.0.0.1", "192.0.2.7", "HTTPS", true)]
    [TestCase("127.0.0.1", "192.0.2.7", "http", false)]
    [TestCase("127.0.0.1", "192.0.2.7", null, false)]
    [TestCase("127.0.0.1", "192.0.2.7", "", false)]
    [TestCase("127.0.0.1", null, "https", true)]
    [TestCase("10.1.2.3", "192.0.2.7, 10.9.9.9", "https, http", true, Description = "the client's hop was")]
    [TestCase("10.1.2.3", "192.0.2.7, 10.9.9.9", "http, https", false)]
    [TestCase("127.0.0.1", "198.51.100.1, 192.0.2.7", "https, http", false, Description = "the client's lie")]
    [TestCase("127.0.0.1", "192.0.2.7", "https, http", false)]
    [TestCase("10.1.2.3", "192.0.2.7, 10.9.9.9", "https", true)]
    [TestCase("192.0.2.1", "198.51.100.1", "https", false, Description = "not trusted")]
    [TestCase("127.0.0.2", null, "https", false, Description = "not trusted")]
    public void Https_is_believed_of_trusted_proxies_for_the_client_s_own_hop(string peer, string? hops, string? scheme, bool encrypted) =>
        Assert.That(Find(peer, hops, scheme).IsEncrypted, Is.EqualTo(encrypted));

    [TestCase("127.0.0.1", null, null, true)]
    [TestCase("127.0.0.2", null, null, true)]
    [TestCase("192.0.2.1", null, null, false)]
    [TestCase("127.0.0.1", "127.0.0.1", null, true, Description = "a trusted proxy's own user")]
    [TestCase("127.0.0.1", "192.0.2.7", null, false)]
    [TestCase("127.0.0.1", null, "X-Real-IP", false, Description = "through a proxy that does not tell for whom")]
    [TestCase("127.0.0.1", null, "Forwarded", false)]
    [TestCase("127.0.0.1", null, "via", false)]
    [TestCase("127.0.0.2", "127.0.0.1", null, false, Description = "not trusted")]
    [TestCase("10.1.2.3", "127.0.0.1", null, false, Description = "local to the proxy, not to us")]
    public void Local_is_who_is_on_this_computer_as_far_as_anybody_can_tell(string peer, string? hops, string? other, bool local) =>
        Assert.That(Find(peer, hops, other: other).IsLocal, Is.EqualTo(local));

    [Test]
    public void A_list_of_a_thousand_hops_is_not_believed()
    {
        ClientOrigin origin = Find("10.1.2.3", string.Join(',', Enumerable.Repeat("10.0.0.1", 1000)));
        Assert.That((origin.Address.ToString(), origin.IsCertain), Is.EqualTo(("10.1.2.3", false)));
    }

    [Test]
    public void Our_own_encryption_counts_for_direct_clients() => Assert.That(Find("192.0.2.1", null, encrypted: true).IsEncrypted, Is.True);
}
