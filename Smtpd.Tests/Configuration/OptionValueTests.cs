using System.Net;
using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

public sealed class OptionValueTests
{
    [TestCase("smtp", "max.clients", "0", "0 is out of bounds; it must be from 1 to 1000000")]
    [TestCase("smtp", "max.clients", "99999999999999999999", "99999999999999999999 is out of bounds; it must be from 1 to 1000000")]
    [TestCase("smtp", "max.clients", "5e2", "\"5e2\" is not a whole number")]
    [TestCase("smtp", "max.clients", "1.5", "\"1.5\" is not a whole number")]
    [TestCase("smtp", "max.clients", "\"\"", "\"\" is not a whole number")]
    [TestCase("smtp", "max.clients", "true", "\"true\" is not a whole number")]
    [TestCase("smtp", "max.message.bytes", "2147483648", "2147483648 is out of bounds; it must be from 1 to 2147483647")]
    [TestCase("smtp", "max.idle.seconds", "86401", "86401 is out of bounds; it must be from 1 to 86400")]
    [TestCase("datastore", "min.free.bytes", "-1", "-1 is too small; it must be at least 0")]
    [TestCase("smtp", "ip4.port", "65536", "65536 is out of bounds; it must be from 0 to 65535")]
    [TestCase("smtp", "ip4.address", "\"example.com\"", "\"example.com\" is not an IP address")]
    [TestCase("smtp", "ip4.address", "\"127.1\"", "\"127.1\" is not an IP address")]
    [TestCase("smtp", "ip4.address", "\"010.0.0.1\"", "\"010.0.0.1\" is not an IP address")]
    [TestCase("smtp", "ip4.address", "\"[::1]:25\"", "\"[::1]:25\" is not an IP address")]
    [TestCase("smtp", "store.messages", "\"maybe\"", "\"maybe\" is neither true nor false")]
    [TestCase("smtp", "store.messages", "2", "\"2\" is neither true nor false")]
    [TestCase("smtp", "bare.lf", "\"drop\"", "\"drop\" is not one of reject, keep")]
    [TestCase("smtp", "domain", "\"\"", "\"\" is not a domain name")]
    [TestCase("smtp", "domain", "\"mail server\"", "\"mail server\" is not a domain name")]
    [TestCase("smtp", "domain", "\"a..example\"", "\"a..example\" is not a domain name")]
    [TestCase("smtp", "domain", "\"a.example\\r\\n250 forged\"", "\"a.example\\u000D\\u000A250 forged\" has a control character")]
    [TestCase("smtp", "allowed.hosts", "[\"me@a.example\"]", "\"me@a.example\" is not a domain name; *.example.com stands for those below it, * for all")]
    [TestCase("smtp", "allowed.hosts", "\"a.*.example\"", "\"a.*.example\" is not a domain name; *.example.com stands for those below it, * for all")]
    [TestCase("smtp", "allowed.hosts", "\"*.\"", "\"*.\" is not a domain name; *.example.com stands for those below it, * for all")]
    [TestCase("smtp", "allowed.hosts", "\"*.[192.0.2.1]\"", "\"*.[192.0.2.1]\" is not a domain name; *.example.com stands for those below it, * for all")]
    [TestCase("smtp", "trusted.hosts", "\"localhost\"", "\"localhost\" is neither an IP address nor a network such as 192.0.2.0/24")]
    [TestCase("smtp", "trusted.hosts", "\"10.0.0.0/33\"", "\"10.0.0.0/33\" is neither an IP address nor a network such as 192.0.2.0/24")]
    [TestCase("smtp", "trusted.hosts", "\"10.0.0.0/\"", "\"10.0.0.0/\" is neither an IP address nor a network such as 192.0.2.0/24")]
    [TestCase("smtp", "trusted.hosts", "\"10.1.2.3/8\"", "\"10.1.2.3/8\" has bits set beyond its prefix; did you mean 10.0.0.0/8?")]
    [TestCase("smtp", "trusted.hosts", "\"fe80::1%eth0\"", "\"fe80::1%eth0\" is neither an IP address nor a network such as 192.0.2.0/24")]
    [TestCase("smtp", "listen", "[]", "the list is empty; leave the option out to have its default")]
    [TestCase("web", "base.path", "\"mail\"", "\"mail\" is not a path such as /mail: it starts with / and does not end with it, and needs no %, ? or #")]
    [TestCase("web", "base.path", "\"/mail/\"", "\"/mail/\" is not a path such as /mail: it starts with / and does not end with it, and needs no %, ? or #")]
    [TestCase("web", "base.path", "\"/a/../b\"", "\"/a/../b\" is not a path such as /mail: it starts with / and does not end with it, and needs no %, ? or #")]
    [TestCase("web", "auth", "\"on\"", "\"on\" is not one of auto, required, off")]
    [TestCase("web", "redis.port", "\"x\"", "\"x\" is not a whole number")]
    [TestCase("web", "listen", "\"127.0.0.1:443 tls\"", "this version does not serve the web page by TLS; put a reverse proxy in front, or leave tls out")]
    [TestCase("smtp", "listen", "\"127.0.0.1:25 proxy\"", "\"127.0.0.1:25 proxy\" needs smtp.trusted.hosts: only a proxy that it names is believed")]
    [TestCase("web", "listen", "\"127.0.0.1:80 proxy\"", "\"127.0.0.1:80 proxy\" needs smtp.trusted.hosts: only a proxy that it names is believed")]
    [TestCase("web", "nginx.listen", "\"127.0.0.1:80 tls\"", "this version does not serve the web page by TLS; put a reverse proxy in front, or leave tls out")]
    [TestCase("smtp", "spam.regex", "\"a(b\"", "\"a(b\" is not a regular expression: Not enough )'s, at character 3")]
    [TestCase("smtp", "spam.regex", "\"a(?=b)\"", "\"a(?=b)\" looks ahead, behind or back; leave (?=, (?!, (?<=, (?<!, (?> and \\1 out: with them one mail could hold the server up")]
    [TestCase("smtp", "spam.action", "\"burn\"", "\"burn\" is not one of reject, discard, tag")]
    [TestCase("smtp", "public.key", "\"a.pem\"", "smtp.private.key is needed too; TLS wants a certificate and its key")]
    [TestCase("smtp", "private.key", "\"a.pem\"", "smtp.public.key is needed too; TLS wants a certificate and its key")]
    [TestCase("smtp", "listen", "\"[::]:465 tls\"", "\"[::]:465 tls\" needs smtp.public.key and smtp.private.key")]
    [TestCase("smtp", "tls.required", "true", "this needs smtp.public.key and smtp.private.key")]
    [TestCase("smtp", "tls.client.ca", "\"ca.pem\"", "this needs smtp.public.key and smtp.private.key")]
    [TestCase("smtp", "auth.scram.plus", "true", "this needs smtp.public.key and smtp.private.key")]
    [TestCase("smtp", "auth", "\"required\"", "required lets nobody send: AUTH needs TLS, thus smtp.public.key and smtp.private.key, or smtp.auth.insecure")]
    [TestCase("smtp", "auth", "\"yes\"", "\"yes\" is not one of off, optional, required, any")]
    public void A_wrong_value_is_named_with_the_way_out(string section, string key, string value, string problem)
    {
        ConfigurationReading reading = Configure.Option(section, key, value);
        Assert.That(reading.Settings, Is.Null);
        Assert.That(reading.Errors, Is.EqualTo((string[])[$"smtpd.conf:1: {section}.{key}: {problem}"]));
    }

    [TestCase("25000")]
    [TestCase("127.0.0.1")]
    [TestCase("127.0.0.1:")]
    [TestCase("127.0.0.1:+5")]
    [TestCase("127.0.0.1:x")]
    [TestCase("::1:25")]
    [TestCase("[127.0.0.1]:25")]
    [TestCase("[::1:25")]
    [TestCase("mail.example:25")]
    [TestCase("127.0.0.1:25 ssl")]
    [TestCase("127.0.0.1:25 tls tls")]
    [TestCase("127.0.0.1:25 proxy proxy")]
    [TestCase("127.0.0.1:25 tls proxy tls")]
    [TestCase("")]
    [TestCase("tls")]
    public void What_is_no_listener_is_refused(string text)
    {
        Assert.That(OptionText.TryListener(text, out _, out string? problem), Is.False);
        Assert.That(problem, Does.StartWith($"\"{text}\" is not address:port"));
    }

    [Test]
    public void A_port_of_a_listener_has_bounds()
    {
        Assert.That(OptionText.TryListener("127.0.0.1:65536", out _, out string? problem), Is.False);
        Assert.That(problem, Is.EqualTo("65536 is out of bounds; it must be from 0 to 65535"));
    }

    [TestCase("127.0.0.1:25000", "127.0.0.1:25000", false)]
    [TestCase("  [::]:25 ", "[::]:25", false)]
    [TestCase("0.0.0.0:465 TLS", "0.0.0.0:465", true)]
    [TestCase("localhost:0", "127.0.0.1:0", false)]
    [TestCase("0.0.0.0:25 proxy", "0.0.0.0:25", false, true)]
    [TestCase("[::]:465 tls proxy", "[::]:465", true, true)]
    [TestCase("[::]:465 Proxy TLS", "[::]:465", true, true)]
    public void A_listener_is_an_address_a_port_and_perhaps_tls_and_proxy(string text, string endPoint, bool tls, bool proxy = false)
    {
        Assert.That(OptionText.TryListener(text, out ListenAddress listener, out _), Is.True);
        Assert.That(listener, Is.EqualTo(new ListenAddress(IPEndPoint.Parse(endPoint), tls, proxy)));
    }

    [TestCase(":2525")]
    [TestCase("*:2525")]
    public void No_address_means_all_of_them(string text)
    {
        Assert.That(OptionText.TryListener(text, out ListenAddress listener, out _), Is.True);
        Assert.That(listener.EndPoint.Address, Is.AnyOf(IPAddress.IPv6Any, IPAddress.Any));
    }

    [TestCase("192.0.2.7", "192.0.2.7/32")]
    [TestCase("10.0.0.0/8", "10.0.0.0/8")]
    [TestCase("0.0.0.0/0", "0.0.0.0/0")]
    [TestCase("2001:db8::/32", "2001:db8::/32")]
    [TestCase("::ffff:192.0.2.7", "192.0.2.7/32")]
    [TestCase("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    public void A_trusted_host_is_an_address_or_a_network(string text, string network)
    {
        Assert.That(OptionText.TryNetwork(text, out IPNetwork read, out _), Is.True);
        Assert.That(read, Is.EqualTo(IPNetwork.Parse(network)));
    }

    [TestCase("t"), TestCase("TRUE"), TestCase("y"), TestCase("Yes"), TestCase("on"), TestCase("1")]
    public void The_originals_words_for_yes_are_known(string word) => Assert.That(OptionText.TryBoolean(word, out bool value, out _) && value, Is.True);

    [TestCase("f"), TestCase("False"), TestCase("n"), TestCase("NO"), TestCase("off"), TestCase("0")]
    public void The_originals_words_for_no_are_known(string word)
    {
        Assert.That(OptionText.TryBoolean(word, out bool value, out _), Is.True);
        Assert.That(value, Is.False);
    }

    [TestCase("*"), TestCase("."), TestCase("*.a.example"), TestCase("a.example"), TestCase("localhost"), TestCase("[192.0.2.1]"), TestCase("[IPv6:2001:db8::1]"), TestCase("bücher.example"), TestCase("xn--bcher-kva.example")]
    public void These_are_allowed_hosts(string host) => Assert.That(Configure.Option("smtp", "allowed.hosts", $"\"{host}\"").Settings!.Smtp.AllowedHosts, Is.EqualTo((string[])[host]));

    [Test]
    public void A_list_of_listeners_replaces_address_and_port()
    {
        Settings settings = Configure.Good("""
            { "smtp": { "listen": ["127.0.0.1:2525", { "address": "[::1]:465", "tls": "yes" }], "public.key": "c.pem", "private.key": "k.pem" },
              "web": { "listen": "127.0.0.1:8080, [::1]:8080" } }
            """);
        Assert.That(settings.Smtp.Listen, Is.EqualTo((ListenAddress[])[new(IPEndPoint.Parse("127.0.0.1:2525"), false), new(IPEndPoint.Parse("[::1]:465"), true)]));
        Assert.That(settings.Web.Listen, Has.Count.EqualTo(2));
        Assert.That(settings.Smtp.CertificateFile, Is.EqualTo("c.pem"));
        Assert.That(settings.Smtp.PrivateKeyFile, Is.EqualTo("k.pem"));
    }

    [Test]
    public void Every_option_that_is_acted_on_reaches_the_settings()
    {
        Settings settings = Configure.Good("""
            { "logging": { "level": "warn" },
              "smtp": { "ip4.address": "0.0.0.0", "ip4.port": 0, "domain": "mx.example", "max.clients": 1, "max.recipients": 200, "max.idle.seconds": 9,
                        "max.message.bytes": 1000, "store.messages": "off", "bare.lf": "KEEP", "trusted.hosts": "10.0.0.0/8",
                        "xclient": true, "spam.regex": "casino", "spam.action": "TAG", "greylist.host": false, "greylist.from": false, "greylist.to": false, "greylist.action": "defer",
                        "limit.connections": 1, "limit.connections.per.minute": 2, "limit.messages.per.minute": 3, "limit.recipients.per.minute": 4,
                        "limit.bad.commands": 5, "limit.bad.recipients": 6, "limit.failed.signins": 0 },
              "pop3": { "ip4.port": 110, "domain": "pop.example", "max.idle.seconds": 11 },
              "web": { "ip4.port": 1, "base.path": "/mail", "auth": "Required", "max.connections": 2, "nginx.listen": "127.0.0.1:8025 proxy" },
              "datastore": { "storage": "memory", "path": "/srv/x.db", "min.free.bytes": 0, "memory.max.bytes": "4096" } }
            """);
        Assert.Multiple(() =>
        {
            Assert.That(settings.Logging.Level, Is.EqualTo(LogLevel.Warn));
            Assert.That(settings.Smtp.Listen[0].EndPoint, Is.EqualTo(new IPEndPoint(IPAddress.Any, 0)));
            Assert.That(settings.Smtp.Domain, Is.EqualTo("mx.example"));
            Assert.That(settings.Smtp.MaxClients, Is.EqualTo(1));
            Assert.That(settings.Smtp.MaxRecipients, Is.EqualTo(200));
            Assert.That(settings.Smtp.MaxIdle, Is.EqualTo(TimeSpan.FromSeconds(9)));
            Assert.That(settings.Smtp.MaxMessageBytes, Is.EqualTo(1000));
            Assert.That(settings.Smtp.StoreMessages, Is.False);
            Assert.That(settings.Smtp.BareLineFeeds, Is.EqualTo(BareLineFeeds.Keep));
            Assert.That(settings.Smtp.TrustedHosts.Single().Contains(IPAddress.Parse("10.9.8.7")), Is.True);
            Assert.That(settings.Pop3.Listen[0].EndPoint.Port, Is.EqualTo(110));
            Assert.That(settings.Pop3.Domain, Is.EqualTo("pop.example"));
            Assert.That(settings.Pop3.MaxIdle, Is.EqualTo(TimeSpan.FromSeconds(11)));
            Assert.That(settings.Web.Listen[0].EndPoint.Port, Is.EqualTo(1));
            Assert.That(settings.Web.BasePath, Is.EqualTo("/mail"));
            Assert.That(settings.Web.Authentication, Is.EqualTo(WebAuthentication.Required));
            Assert.That(settings.Web.MaxConnections, Is.EqualTo(2));
            Assert.That(settings.Web.NginxListen, Is.EqualTo((ListenAddress[])[new(IPEndPoint.Parse("127.0.0.1:8025"), false, true)]));
            Assert.That(settings.Smtp.XClient, Is.True);
            Assert.That(settings.Smtp.SpamPattern!.IsMatch("the casino"), Is.True);
            Assert.That(settings.Smtp.SpamAction, Is.EqualTo(SpamAction.Tag));
            Assert.That(settings.Smtp.Blocks, Is.EqualTo(new BlockSettings(false, false, false, true)));
            Assert.That(settings.Smtp.Limits, Is.EqualTo(new LimitSettings(1, 2, 3, 4, 5, 6, 0)));
            Assert.That(settings.Datastore, Is.EqualTo(new DatastoreSettings(StorageKind.Memory, "/srv/x.db", 0, 4096)));
        });
    }
}
