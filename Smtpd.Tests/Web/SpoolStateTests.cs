using NUnit.Framework;
using Smtpd.Storage;

namespace Smtpd.Tests.Web;

/// <summary>What clients, operators and health checks see of a spool.</summary>
public sealed class SpoolStateTests
{
    private static readonly SpoolStatus _inUse = new(IsInUse: true, new DateTimeOffset(2026, 11, 29, 1, 2, 3, TimeSpan.Zero), Messages: 7, Octets: 4096, MostOctets: 1_000_000, Held: 1, Forwarded: 3, Trouble: "/secret: not reachable");

    private static readonly SpoolStatus _atRest = new(IsInUse: false, null, 0, 0, 1_000_000, 0, 10, null);

    private static readonly string[] _lists = ["messages", "mailbox/a@local.test", "tags"];

    [Test]
    public async Task Lists_say_when_they_may_be_incomplete_and_nothing_else_does()
    {
        await using var web = new WebFixture { Spool = _inUse };
        foreach (string list in _lists) Assert.That((await web.GetAsync($"/api/v1/{list}")).Field("Smtpd-Incomplete"), Is.EqualTo("spool"), list);
        Assert.That((await web.GetAsync("/api/v1/messages?limit=x")).Field("Smtpd-Incomplete"), Is.Null, "an error is no list");
        Assert.That((await web.GetAsync("/api/v1/info")).Field("Smtpd-Incomplete"), Is.Null);
        web.Spool = _atRest;
        foreach (string list in _lists) Assert.That((await web.GetAsync($"/api/v1/{list}")).Field("Smtpd-Incomplete"), Is.Null, list);
        web.Spool = _atRest with { Trouble = "cannot be asked" };
        Assert.That((await web.GetAsync("/api/v1/messages")).Field("Smtpd-Incomplete"), Is.EqualTo("spool"));
        web.Spool = null;
        Assert.That((await web.GetAsync("/api/v1/messages")).Field("Smtpd-Incomplete"), Is.Null);
    }

    [Test]
    public async Task Mail_in_the_spool_is_taken_so_the_server_is_ready_and_says_how()
    {
        await using var web = new WebFixture { Spool = _inUse };
        RawAnswer ready = await web.GetAsync("/readyz");
        Assert.That((ready.Status, ready.Text), Is.EqualTo((200, "OK, mail waits in the spool")));
        web.Spool = _atRest;
        Assert.That((await web.GetAsync("/readyz")).Text, Is.EqualTo("OK"));
    }

    [Test]
    public async Task Status_and_metrics_count_what_waits_without_its_secrets()
    {
        await using var web = new WebFixture { Spool = _inUse };
        string status = (await web.GetAsync("/status")).Text, metrics = (await web.GetAsync("/metrics")).Text;
        Assert.That(status, Does.Contain("spool in use since 2026-11-29 01:02:03Z").And.Contain("spool messages 7").And.Contain("spool size 4096 of 1000000").And.Contain("spool refused messages 1"));
        Assert.That(metrics, Does.Contain("smtpd_spool_in_use 1\n").And.Contain("smtpd_spool_messages 7\n").And.Contain("smtpd_spool_bytes 4096\n").And.Contain("smtpd_spool_refused_messages 1\n")
            .And.Contain("smtpd_spool_forwarded_total 3\n").And.Contain("smtpd_spool_store_in_trouble 1\n"));
        Assert.That(status + metrics, Does.Not.Contain("secret"));
        web.Spool = null;
        Assert.That((await web.GetAsync("/status")).Text, Does.Not.Contain("spool"));
        Assert.That((await web.GetAsync("/metrics")).Text, Does.Not.Contain("spool"));
    }
}
