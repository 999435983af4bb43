using System.Text;
using NUnit.Framework;
using Smtpd.Operations;

namespace Smtpd.Tests.Smtp;

/// <summary>What is remembered of transactions that were turned away, and what each listener has done.</summary>
public sealed class SessionRejectionTests
{
    private static Task<string> PlayAsync(SessionServer server, params string[] lines) =>
        server.PlayAsync([Encoding.ASCII.GetBytes($"EHLO client.test\r\n{string.Concat(lines.Select(line => $"{line}\r\n"))}QUIT\r\n")]);

    private static (RejectionReason, string, string, string, int) Of(Rejection one) => (one.Reason, one.From, one.To, one.Reply[..9], one.Recipients);

    [Test]
    public async Task A_refused_recipient_is_remembered_when_its_transaction_ends()
    {
        await using var server = new SessionServer();
        await PlayAsync(server, "MAIL FROM:<ann@remote.test>", "RCPT TO:<bob@elsewhere.test>", "RCPT TO:<eve@elsewhere.test>");
        Rejection one = server.Metrics.Rejections.Last(10).Single();
        Assert.That(Of(one), Is.EqualTo((RejectionReason.Recipient, "ann@remote.test", "bob@elsewhere.test", "550 5.1.2", 2)));
        Assert.That((one.Helo, one.Client.ToString(), one.User), Is.EqualTo(("client.test", "127.0.0.1", "")));
        Assert.That(one.Listener, Is.EqualTo(server.Metrics.Listeners.Single().Name).And.StartsWith("smtp 127.0.0.1:"));
        Assert.That(server.Metrics.Rejections.Of(RejectionReason.Recipient), Is.EqualTo(2));
        Assert.That(server.Metrics.Rejected.Value, Is.EqualTo(1));
    }

    [Test]
    public async Task A_message_that_is_stored_for_some_is_remembered_for_the_others()
    {
        await using var server = new SessionServer();
        await PlayAsync(server, "MAIL FROM:<>", "RCPT TO:<bob@local.test>", "RCPT TO:<eve@elsewhere.test>", "DATA", "x", ".", "MAIL FROM:<>", "RCPT TO:<bob@local.test>", "DATA", "x", ".");
        Assert.That(server.Metrics.Rejections.Last(10).Select(Of), Is.EqualTo(new[] { (RejectionReason.Recipient, "", "eve@elsewhere.test", "550 5.1.2", 1) }), "and the next transaction has nothing of it");
        Assert.That((server.Metrics.Accepted.Value, server.Metrics.Rejected.Value), Is.EqualTo((2, 0)));
        ListenerFigures listener = server.Metrics.Listeners.Single();
        Assert.That((listener.Messages.Value, listener.Connections.Value, listener.Tls), Is.EqualTo((2, 1, ListenerTls.None)));
        Assert.That(() => listener.OpenConnections.Value, Is.Zero.After(30).Seconds.PollEvery(5).MilliSeconds);
    }

    [Test]
    public async Task A_message_that_is_refused_counts_for_more_than_a_recipient()
    {
        await using var server = new SessionServer("\"max.message.bytes\": 1000");
        await PlayAsync(server, "MAIL FROM:<ann@remote.test>", "RCPT TO:<eve@elsewhere.test>", "RCPT TO:<bob@local.test>", "RCPT TO:<carol@local.test>", "DATA", new string('x', 900), new string('x', 900), ".");
        Assert.That(server.Metrics.Rejections.Last(10).Select(Of), Is.EqualTo(new[] { (RejectionReason.Size, "ann@remote.test", "bob@local.test", "552 5.3.4", 2) }));
    }

    [Test]
    public async Task Every_reason_has_its_name()
    {
        await using var server = new SessionServer("\"max.message.bytes\": 1000, \"greylist.from\": true, \"greylist.to\": true");
        await server.Blocks.AddAsync(Smtpd.Storage.BlockKind.Sender, "mallory.test", "", default);
        await server.Blocks.AddAsync(Smtpd.Storage.BlockKind.Recipient, "root@local.test", "", default);
        await PlayAsync(server,
            "MAIL FROM:<ann@remote.test> SIZE=5000",
            "MAIL FROM:<x@mallory.test>",
            "MAIL FROM:<ann@remote.test>", "RCPT TO:<root@local.test>", "RSET",
            "MAIL FROM:<ann@remote.test>", "RCPT TO:<bob@local.test>", "DATA", "a\nb", ".");
        Assert.That(server.Metrics.Rejections.Last(10).Reverse().Select(Of), Is.EqualTo(new[]
        {
            (RejectionReason.Size, "ann@remote.test", "", "552 5.3.4", 0),
            (RejectionReason.Blocked, "x@mallory.test", "", "550 5.7.1", 0),
            (RejectionReason.Blocked, "ann@remote.test", "root@local.test", "550 5.7.1", 1),
            (RejectionReason.Malformed, "ann@remote.test", "bob@local.test", "550 5.6.0", 1),
        }));
        Assert.That(Rejections.Reasons.Select(server.Metrics.Rejections.Of), Is.EqualTo(new long[] { 0, 2, 0, 0, 1, 1, 0, 0, 0 }));
    }

    [Test]
    public async Task Who_finds_no_place_is_counted()
    {
        await using var server = new SessionServer("\"max.clients\": 1");
        string second = "";
        using (var first = new System.Net.Sockets.TcpClient())
        {
            await first.ConnectAsync(server.Address);
            // Its greeting says that it has the only place.
            await first.GetStream().ReadExactlyAsync(new byte[3]);
            second = await PlayAsync(server);
        }
        Assert.That(second, Does.StartWith("421 4.3.2"));
        Assert.That((server.Metrics.Rejections.Of(RejectionReason.Limited), server.Metrics.Rejections.Total), Is.EqualTo((1, 0)));
        Assert.That(server.Metrics.Listeners.Single().Connections.Value, Is.EqualTo(2));
    }

    [TestCase("550 5.1.2 Not here", 550, "5.1.2", "Not here")]
    [TestCase("403 No mail is taken.", 403, "", "No mail is taken.")]
    [TestCase("422 4.7 x", 422, "4.7", "x")]
    [TestCase("503 4 things", 503, "", "4 things")]
    [TestCase("421", 421, "", "")]
    public void A_reply_is_told_in_pieces(string reply, int code, string enhanced, string text) =>
        Assert.That(Smtpd.Web.Status.RejectionsHandler.Split(reply), Is.EqualTo((code, enhanced, text)));
}
