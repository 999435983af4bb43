using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Storage;

namespace Smtpd.Tests.Web;

/// <summary>What clients and health checks see when the store fails.</summary>
public sealed class TroubleTests
{
    [Test]
    public async Task A_store_in_trouble_answers_503_without_its_secrets()
    {
        foreach (Exception failure in new Exception[] { new StoreException("/secret/mail.db is gone"), new InvalidOperationException("/secret/bug") })
        {
            await using var web = new WebFixture();
            web.Store.ReadFailure = failure;
            RawAnswer answer = await web.GetAsync("/api/v1/messages");
            Assert.That(answer.Status, Is.EqualTo(503));
            Assert.That(answer.Error(), Does.Not.Contain("secret"));
            Assert.That(web.Log.Lines.Where(line => line.Level == LogLevel.Error).Select(line => line.Text), Has.Some.Contain("/secret/"));
        }
    }

    [Test]
    public async Task A_source_that_ends_early_breaks_the_connection_instead_of_ending_it()
    {
        await using var web = new WebFixture();
        web.Store.Add(new byte[200_000]);
        web.Store.OpenStream = source => new MemoryStream(source, 0, 100_000);
        using var socket = await RawHttp.ConnectAsync(web.EndPoint);
        await socket.SendAsync("GET /api/v1/message/latest/raw HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.That(async () => await socket.ReadToEndAsync(), Throws.InstanceOf<System.Net.Sockets.SocketException>());
        await RawHttp.UntilAsync(() => web.Log.Lines.Any(line => line.Level == LogLevel.Error && line.Text.Contains("source ends", StringComparison.Ordinal)), "an error line");
    }

    [Test]
    public async Task Health_says_whether_mail_can_come_in()
    {
        await using var web = new WebFixture();
        Assert.That((await web.GetAsync("/readyz")).Status, Is.EqualTo(200));
        Assert.That((await web.GetAsync("/ping")).Text, Is.EqualTo("OK"));

        web.Store.Trouble = "/secret/mail.db: disk full";
        RawAnswer troubled = await web.GetAsync("/readyz");
        Assert.That(troubled.Status, Is.EqualTo(503));
        Assert.That(troubled.Error(), Does.Contain("store").And.Not.Contain("secret"));

        web.Store.Trouble = null;
        web.ListenersUp = false;
        Assert.That((await web.GetAsync("/readyz")).Error(), Does.Contain("listeners"));
        Assert.That((await web.GetAsync("/livez")).Status, Is.EqualTo(200));
        Assert.That((await web.GetAsync("/ping")).Status, Is.EqualTo(200));
    }
}
