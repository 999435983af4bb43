using System.Net;
using NUnit.Framework;
using Smtpd.Network;

namespace Smtpd.Tests.Network;

/// <summary>Who has a place at the front, and who loses it.</summary>
public sealed class WebFrontPlacesTests
{
    private static readonly IPAddress s_one = IPAddress.Parse("192.0.2.1");

    private static WebFrontPlace Enter(WebFrontPlaces places, IPAddress? client, WebFrontPlace? expectedShed = null)
    {
        WebFrontPlace? place = places.TryEnter(client, out WebFrontVerdict verdict, out WebFrontPlace? shed);
        Assert.That((verdict, shed), Is.EqualTo((WebFrontVerdict.Welcome, expectedShed)));
        return place!;
    }

    [Test]
    public void The_one_who_is_waited_for_longest_makes_room()
    {
        var places = new WebFrontPlaces(3, 0, _ => false);
        WebFrontPlace served = Enter(places, s_one), first = Enter(places, s_one), second = Enter(places, s_one);
        served.Serve();
        WebFrontPlace third = Enter(places, s_one, first);
        third.Serve();
        WebFrontPlace fourth = Enter(places, s_one, second);
        fourth.Serve();
        Assert.That(places.TryEnter(s_one, out WebFrontVerdict verdict, out _), Is.Null);
        Assert.That(verdict, Is.EqualTo(WebFrontVerdict.Full));
        Assert.That(places.Taken, Is.EqualTo(3));

        // Who has got his answer and does not go is waited for too.
        third.AwaitEnd();
        Enter(places, s_one, third);
        foreach (WebFrontPlace one in (WebFrontPlace[])[served, first, second, third, fourth, served]) one.Dispose();
        Assert.That(places.Taken, Is.EqualTo(1));
    }

    [Test]
    public void An_address_has_its_share()
    {
        var places = new WebFrontPlaces(100, 2, address => address.ToString() == "198.51.100.1");
        WebFrontPlace first = Enter(places, s_one);
        Enter(places, IPAddress.Parse("::ffff:192.0.2.1"));
        Assert.That(places.TryEnter(s_one, out WebFrontVerdict verdict, out _), Is.Null);
        Assert.That(verdict, Is.EqualTo(WebFrontVerdict.TooManyOfAddress));
        Enter(places, IPAddress.Parse("192.0.2.2"));
        first.Dispose();
        Enter(places, s_one);

        Enter(places, IPAddress.Parse("2001:db8:0:1::1"));
        Enter(places, IPAddress.Parse("2001:db8:0:1:ffff::2"));
        Assert.That(places.TryEnter(IPAddress.Parse("2001:db8:0:1::3"), out _, out _), Is.Null);
        Enter(places, IPAddress.Parse("2001:db8:0:2::3"));

        for (int i = 0; i < 5; i++)
        {
            Enter(places, IPAddress.Loopback);
            Enter(places, IPAddress.IPv6Loopback);
            Enter(places, IPAddress.Parse("198.51.100.1"));
        }
    }

    [Test]
    public void A_client_behind_a_proxy_is_counted_when_it_is_known()
    {
        var places = new WebFrontPlaces(100, 1, _ => false);
        WebFrontPlace first = Enter(places, null), second = Enter(places, null);
        Assert.That((first.TrySpeakFor(s_one), second.TrySpeakFor(s_one)), Is.EqualTo((true, false)));
        first.Dispose();
        Assert.That(second.TrySpeakFor(s_one), Is.True);
    }

    [Test]
    public void A_refused_client_leaves_no_trace_in_the_count()
    {
        var places = new WebFrontPlaces(1, 5, _ => false);
        Enter(places, s_one).Serve();
        for (int i = 0; i < 10; i++)
        {
            Assert.That(places.TryEnter(s_one, out WebFrontVerdict verdict, out _), Is.Null);
            Assert.That(verdict, Is.EqualTo(WebFrontVerdict.Full));
        }
    }

    [Test]
    public void A_debt_grows_by_waiting_and_is_paid_by_octets()
    {
        var debt = new ClientDebt();
        TimeSpan idle = TimeSpan.FromSeconds(30);
        Assert.That(debt.Begin(idle), Is.EqualTo(idle));
        Assert.That(debt.IsOwedFor(TimeSpan.Zero), Is.True);
        Assert.That(debt.IsOwedFor(TimeSpan.FromHours(1)), Is.False);
        debt.End(1);
        Assert.That(debt.IsOwedFor(TimeSpan.Zero), Is.False);
        Assert.That(debt.Begin(TimeSpan.Zero), Is.EqualTo(TimeSpan.Zero));
        debt.End(1_000_000);
        // Never more patience at once than with anybody else.
        Assert.That(debt.Begin(idle), Is.EqualTo(idle));
    }
}
