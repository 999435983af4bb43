using System.Net;
using System.Text;
using NUnit.Framework;
using Smtpd.Smtp;

namespace Smtpd.Tests.Smtp;

/// <summary>XCLIENT as Postfix documents it. DEFECTS row 32: arguments were upper-cased, <c>IPV6:</c> and <c>[UNAVAILABLE]</c> refused.</summary>
public sealed class XClientReaderTests
{
    [TestCase("ADDR=192.0.2.1", "192.0.2.1")]
    [TestCase("addr=192.0.2.1", "192.0.2.1")]
    [TestCase("ADDR=IPV6:2001:db8::1", "2001:db8::1")]
    [TestCase("ADDR=ipv6:2001:DB8::1", "2001:db8::1")]
    [TestCase("ADDR=2001:db8::1", "2001:db8::1")]
    [TestCase("ADDR=IPV6:::ffff:192.0.2.1", "192.0.2.1")]
    [TestCase("ADDR=[UNAVAILABLE]", "0.0.0.0")]
    [TestCase("ADDR=[tempunavail]", "0.0.0.0")]
    [TestCase("ADDR=192.0.2.+31", "192.0.2.1")]
    public void The_address_is_read(string text, string address) => Assert.That(Read(text).Address, Is.EqualTo(IPAddress.Parse(address)));

    [Test]
    public void All_attributes_are_read_and_keep_their_case()
    {
        XClientAttributes said = Read("ADDR=192.0.2.1 PORT=4711 NAME=Mail.Example.COM HELO=Some.Name PROTO=ESMTP LOGIN=J+C3+BCrgen+2B1 DESTADDR=IPV6:::1 DESTPORT=25");
        Assert.That(said, Is.EqualTo(new XClientAttributes { Address = IPAddress.Parse("192.0.2.1"), Name = "Mail.Example.COM", Helo = "Some.Name", IsExtended = true, Login = "Jürgen+1" }));
    }

    [Test]
    public void What_the_proxy_does_not_know_is_told_from_what_it_does_not_say()
    {
        Assert.That(Read("NAME=[UNAVAILABLE] HELO=[UNAVAILABLE] LOGIN=[UNAVAILABLE] PORT=[UNAVAILABLE] DESTADDR=[UNAVAILABLE]"), Is.EqualTo(new XClientAttributes { Name = "", Helo = "", Login = "" }));
        Assert.That(Read("NAME=[TEMPUNAVAIL]  \t PROTO=smtp"), Is.EqualTo(new XClientAttributes { Name = "", IsExtended = false }));
    }

    // DEFECTS row 1: without an argument the process ended.
    [TestCase("")]
    [TestCase("ADDR")]
    [TestCase("ADDR=")]
    [TestCase("=1")]
    [TestCase("COLOUR=red")]
    [TestCase("ADDR=mail.example.com")]
    [TestCase("ADDR=1")]
    [TestCase("ADDR=192.0.2.256")]
    [TestCase("ADDR=fe80::1%2")]
    [TestCase("ADDR=192.0.2.1 NAME")]
    [TestCase("ADDR=192.0.2.+3")]
    [TestCase("ADDR=192.0.2.+ZZ")]
    [TestCase("ADDR=192.0.2.1=")]
    [TestCase("NAME=a_name..b")]
    [TestCase("NAME=two+20words")]
    [TestCase("HELO=a+0D+0Ab")]
    [TestCase("LOGIN=a+00b")]
    [TestCase("PROTO=HTTP")]
    [TestCase("PROTO=[UNAVAILABLE]")]
    [TestCase("PORT=65536")]
    [TestCase("DESTPORT=x")]
    [TestCase("DESTADDR=x")]
    public void What_is_not_understood_is_not_taken(string text) => Assert.That(XClientReader.TryRead(Encoding.ASCII.GetBytes(text), out _), Is.False);

    [Test]
    public void A_value_beyond_255_octets_is_not_taken()
    {
        Assert.That(Read("HELO=" + new string('a', 255)).Helo, Has.Length.EqualTo(255));
        Assert.That(XClientReader.TryRead(Encoding.ASCII.GetBytes("HELO=" + new string('a', 256)), out _), Is.False);
    }

    private static XClientAttributes Read(string text)
    {
        Assert.That(XClientReader.TryRead(Encoding.ASCII.GetBytes(text), out XClientAttributes attributes), Is.True);
        return attributes;
    }
}
