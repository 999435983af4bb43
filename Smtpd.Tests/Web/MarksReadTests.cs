using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Tests.Web;

/// <summary>The one GET that changes something.</summary>
public sealed class MarksReadTests
{
    [TestCase("", 1)]
    [TestCase("Sec-Fetch-Site: none\r\n", 1)]
    [TestCase("Sec-Fetch-Site: same-origin\r\n", 1)]
    [TestCase("Sec-Fetch-Site: same-site\r\n", 0)]
    [TestCase("Sec-Fetch-Site: cross-site\r\n", 0)]
    [TestCase("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: none\r\n", 0)]
    [TestCase("Sec-Fetch-Site: cross-site\r\nConnection: Sec-Fetch-Site\r\n", 0)]
    public async Task Reading_marks_read_unless_another_site_asks(string fields, int marks)
    {
        await using var web = new WebFixture();
        MessageSummary stored = web.Store.Add("x"u8.ToArray());
        Assert.That((await web.GetAsync($"/api/v1/message/{stored.Id}", fields)).Status, Is.EqualTo(200));
        Assert.That(web.Store.Marked, Has.Count.EqualTo(marks));
    }

    [Test]
    public async Task Head_and_raw_and_lists_never_mark_read()
    {
        await using var web = new WebFixture();
        MessageSummary stored = web.Store.Add("x"u8.ToArray());
        await web.GetAsync($"/api/v1/message/{stored.Id}", method: "HEAD");
        await web.GetAsync($"/api/v1/message/{stored.Id}/raw");
        await web.GetAsync($"/api/v1/message/{stored.Id}/raw", method: "HEAD");
        await web.GetAsync("/api/v1/messages");
        Assert.That(web.Store.Marked, Is.Empty);
    }

    [Test]
    public async Task A_message_that_cannot_be_marked_read_can_still_be_read()
    {
        await using var web = new WebFixture();
        web.Store.Add("x"u8.ToArray());
        web.Store.MarkFailure = new StoreException("/var/lib/smtpd/mail.db: disk full", isFull: true);
        Assert.That((await web.GetAsync("/api/v1/message/latest")).Status, Is.EqualTo(200));
        Assert.That(web.Log.Lines.Where(line => line.Level == LogLevel.Warn).Select(line => line.Text), Has.Some.Contain("disk full"));
    }
}
