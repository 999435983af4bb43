using System.Net;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Policy;
using Smtpd.Tests.Network;

namespace Smtpd.Tests.Policy;

/// <summary>What one client's address may do.</summary>
public sealed class ClientLimitsTests
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.1");

    private readonly ManualClock _clock = new();

    [Test]
    public void Connections_at_once_are_counted_until_they_end()
    {
        ClientLimits limits = Limits(new LimitSettings(Connections: 2));
        ClientVisit first = Enter(limits)!;
        Assert.That(Enter(limits), Is.Not.Null);
        Assert.That(limits.Enter(Client, out _), Is.EqualTo(ClientVerdict.TooMany));
        Assert.That(limits.Enter(IPAddress.Parse("192.0.2.2"), out _), Is.EqualTo(ClientVerdict.Welcome));
        first.Leave();
        first.Leave();
        Assert.That(Enter(limits), Is.Not.Null);
        Assert.That(limits.Enter(Client, out _), Is.EqualTo(ClientVerdict.TooMany), "leaving twice counts once");
    }

    [Test]
    public void What_a_minute_allows_comes_back_with_the_minute()
    {
        ClientLimits limits = Limits(new LimitSettings(ConnectionsPerMinute: 6, MessagesPerMinute: 3, RecipientsPerMinute: 2));
        ClientVisit visit = Enter(limits)!;
        for (int i = 0; i < 5; i++) Enter(limits)!.Leave();
        Assert.That(limits.Enter(Client, out _), Is.EqualTo(ClientVerdict.TooOften));
        Assert.That(Enumerable.Range(0, 4).Select(_ => visit.MayBeginMessage()), Is.EqualTo((bool[])[true, true, true, false]));
        Assert.That(Enumerable.Range(0, 3).Select(_ => visit.MayNameRecipient()), Is.EqualTo((bool[])[true, true, false]));
        _clock.Pass(10);
        Assert.That(limits.Enter(Client, out _), Is.EqualTo(ClientVerdict.Welcome));
        Assert.That(limits.Enter(Client, out _), Is.EqualTo(ClientVerdict.TooOften));
        _clock.Pass(60);
        Assert.That(Enumerable.Range(0, 4).Select(_ => visit.MayBeginMessage()), Is.EqualTo((bool[])[true, true, true, false]), "what was not used is not saved up");
    }

    [Test]
    public void Errors_end_the_visit_and_keep_the_address_out_for_a_while()
    {
        ClientLimits limits = Limits(new LimitSettings(BadCommands: 3, BadRecipients: 2));
        ClientVisit visit = Enter(limits)!;
        Assert.That((visit.CountBadCommand(), visit.CountBadCommand(), visit.CountBadCommand()), Is.EqualTo((true, true, false)));
        Assert.That(limits.Enter(Client, out _), Is.EqualTo(ClientVerdict.TooManyErrors));
        _clock.Pass(20);
        visit = Enter(limits)!;
        Assert.That((visit.CountBadRecipient(), visit.CountBadRecipient()), Is.EqualTo((true, false)));
        Assert.That(limits.Enter(Client, out _), Is.EqualTo(ClientVerdict.TooManyErrors));
    }

    [Test]
    public void Failed_sign_ins_are_counted_by_the_hour_without_a_connection()
    {
        ClientLimits limits = Limits(new LimitSettings(FailedSignIns: 2));
        Assert.That(limits.MaySignIn(Client), Is.True);
        Assert.That(limits.Addresses, Is.Zero, "asking leaves nothing behind");
        Assert.That((limits.CountFailedSignIn(Client), limits.CountFailedSignIn(Client)), Is.EqualTo((true, false)));
        Assert.That(limits.MaySignIn(Client), Is.False);
        _clock.Pass(29 * 60);
        Assert.That(limits.MaySignIn(Client), Is.False);
        _clock.Pass(2 * 60);
        Assert.That(limits.MaySignIn(Client), Is.True);
        Assert.That(limits.CountFailedSignIn(IPAddress.Loopback) && limits.CountFailedSignIn(IPAddress.Loopback) && limits.MaySignIn(IPAddress.Loopback), Is.True);
    }

    [TestCase("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [TestCase("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [TestCase("192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("192.0.2.1", "192.0.2.2", false)]
    public void A_client_is_an_address_or_a_64th(string one, string other, bool isSame)
    {
        ClientLimits limits = Limits(new LimitSettings(Connections: 1));
        Assert.That(limits.Enter(IPAddress.Parse(one), out _), Is.EqualTo(ClientVerdict.Welcome));
        Assert.That(limits.Enter(IPAddress.Parse(other), out _), Is.EqualTo(isSame ? ClientVerdict.TooMany : ClientVerdict.Welcome));
    }

    [TestCase("127.0.0.1")]
    [TestCase("127.9.8.7")]
    [TestCase("::1")]
    [TestCase("::ffff:127.0.0.1")]
    [TestCase("198.51.100.7")]
    public void Loopback_and_trusted_clients_are_not_counted(string client)
    {
        ClientLimits limits = Limits(new LimitSettings(1, 1, 1, 1, 1, 1, 1));
        for (int i = 0; i < 3; i++)
        {
            Assert.That(limits.Enter(IPAddress.Parse(client), out ClientVisit? visit), Is.EqualTo(ClientVerdict.Welcome));
            Assert.That(visit, Is.Null);
        }
        Assert.That(limits.Addresses, Is.Zero);
    }

    [Test]
    public void Zero_is_no_limit()
    {
        ClientLimits limits = Limits(new LimitSettings(Connections: 1000));
        ClientVisit visit = Enter(limits)!;
        for (int i = 0; i < 500; i++)
            Assert.That(visit.MayBeginMessage() && visit.MayNameRecipient() && visit.CountBadCommand() && visit.CountBadRecipient() && limits.CountFailedSignIn(Client), Is.True);
        Assert.That(new LimitSettings().AreAllOff && !new LimitSettings(FailedSignIns: 1).AreAllOff, Is.True);
    }

    [Test]
    public void So_many_addresses_are_known_and_the_connected_ones_stay()
    {
        var limits = new ClientLimits(new LimitSettings(Connections: 1), new RecipientPolicy([], []), _clock, mostAddresses: 100);
        Assert.That(limits.Enter(Client, out ClientVisit? staying), Is.EqualTo(ClientVerdict.Welcome));
        for (int i = 0; i < 10_000; i++)
        {
            limits.Enter(new IPAddress((long)(i * 2654435761 % 0xDFFFFFFF) | 1), out ClientVisit? visit);
            visit?.Leave();
        }
        Assert.That(limits.Addresses, Is.EqualTo(100));
        Assert.That(limits.Enter(Client, out _), Is.EqualTo(ClientVerdict.TooMany), "it is still connected, so it is still known");
        staying!.Leave();
        Assert.That(limits.Enter(Client, out _), Is.EqualTo(ClientVerdict.Welcome));
    }

    [Test]
    public void Many_threads_count_right()
    {
        ClientLimits limits = Limits(new LimitSettings(Connections: 1_000_000, MessagesPerMinute: 5000));
        int taken = 0;
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 2000; i++)
            {
                limits.Enter(Client, out ClientVisit? visit);
                if (visit!.MayBeginMessage()) Interlocked.Increment(ref taken);
                visit.Leave();
            }
        });
        Assert.That(taken, Is.EqualTo(5000));
    }

    private ClientLimits Limits(LimitSettings settings) => new(settings, new RecipientPolicy([], [IPNetwork.Parse("198.51.100.0/24")]), _clock);

    private static ClientVisit? Enter(ClientLimits limits)
    {
        Assert.That(limits.Enter(Client, out ClientVisit? visit), Is.EqualTo(ClientVerdict.Welcome));
        return visit;
    }
}
