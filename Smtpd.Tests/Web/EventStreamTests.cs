using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Tests.Web;

/// <summary>Live events without websockets (HTML §9.2).</summary>
public sealed class EventStreamTests
{
    private static async Task<Socket> OpenAsync(WebFixture web, string fields = "")
    {
        Socket socket = await RawHttp.ConnectAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, web.EndPoint.Port));
        await socket.SendAsync($"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip, br\r\n{fields}\r\n");
        return socket;
    }

    /// <summary>Reads up to the next event of that name.</summary>
    private static async Task<(string Id, JsonElement Data, string Before)> NextAsync(Socket socket, string name)
    {
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        var text = new StringBuilder();
        byte[] octet = new byte[1];
        while (true)
        {
            Assert.That(await socket.ReceiveAsync(octet.AsMemory(), patience.Token), Is.EqualTo(1), $"ended after {text}");
            text.Append((char)octet[0]);
            string so = text.ToString();
            int start = so.IndexOf($"\nevent: {name}\ndata: ", StringComparison.Ordinal);
            if (start < 0 || !so.EndsWith("\n\n", StringComparison.Ordinal)) continue;
            string id = so[(so.LastIndexOf("id: ", start, StringComparison.Ordinal) + 4)..start];
            return (id, JsonDocument.Parse(so[(start + name.Length + 15)..].TrimEnd()).RootElement, so);
        }
    }

    [Test]
    public async Task The_events_of_the_websocket_come_as_lines()
    {
        await using var web = new WebFixture();
        MessageSummary message = web.Store.Add("x"u8.ToArray());
        using Socket socket = await OpenAsync(web);
        (_, JsonElement counts, string head) = await NextAsync(socket, "stats");
        Assert.That(head, Does.StartWith("HTTP/1.1 200 ").And.Contain("Content-Type: text/event-stream; charset=utf-8\r\n").And.Contain("Cache-Control: no-store\r\n")
            .And.Contain("X-Accel-Buffering: no\r\n").And.Contain("Transfer-Encoding: chunked\r\n").And.Contain("retry: 2000\n\n").And.Contain("X-Content-Type-Options: nosniff"));
        Assert.That(head, Does.Not.Contain("Content-Encoding"));
        Assert.That(counts.GetRawText(), Does.StartWith("""{"Type":"stats","Data":{"Total":1,"Unread":1"""));

        web.Feed.Publish(new MailEvent(MailEventKind.New, message.Id, message));
        (string id, JsonElement row, _) = await NextAsync(socket, "new");
        Assert.That(row.GetProperty("Type").GetString(), Is.EqualTo("new"));
        Assert.That(row.GetProperty("Data").GetProperty("ID").GetString(), Is.EqualTo(message.Id.ToString()));
        web.Feed.Publish(new MailEvent(MailEventKind.Deleted, message.Id));
        (string next, _, _) = await NextAsync(socket, "delete");
        Assert.That(next, Is.Not.EqualTo(id));
    }

    [Test]
    public async Task Who_comes_back_hears_whether_anything_was_missed()
    {
        await using var web = new WebFixture();
        MessageSummary message = web.Store.Add("x"u8.ToArray());
        using Socket holder = await OpenAsync(web);
        await NextAsync(holder, "stats");
        web.Feed.Publish(new MailEvent(MailEventKind.Deleted, message.Id));
        (string id, _, _) = await NextAsync(holder, "delete");

        using Socket upToDate = await OpenAsync(web, $"Last-Event-ID: {id}\r\n");
        Assert.That((await NextAsync(upToDate, "stats")).Before, Does.Not.Contain("event: prune"));
        web.Feed.Publish(new MailEvent(MailEventKind.Deleted, message.Id));
        await NextAsync(holder, "delete");
        foreach (string old in (string[])[id, "nonsense", ""])
        {
            using Socket late = await OpenAsync(web, $"Last-Event-ID: {old}\r\n");
            Assert.That((await NextAsync(late, "stats")).Before, Does.Contain("event: prune\n"));
        }
    }

    [Test]
    public async Task A_head_alone_holds_no_place_and_other_sites_get_none()
    {
        await using var web = new WebFixture(maxConnections: 2);
        for (int i = 0; i < 3; i++)
        {
            RawAnswer head = await web.GetAsync("/api/v1/events", method: "HEAD");
            Assert.That((head.Status, head.Field("Content-Type"), head.Body.Length), Is.EqualTo((200, "text/event-stream; charset=utf-8", 0)));
            Assert.That((await web.GetAsync("/api/v1/events", "Sec-Fetch-Site: cross-site\r\n")).Status, Is.EqualTo(403));
            Assert.That((await web.GetAsync("/api/v1/events", "Origin: https://evil.example\r\n")).Status, Is.EqualTo(403));
        }
        using Socket one = await OpenAsync(web);
        await NextAsync(one, "stats");
        RawAnswer refused = await web.GetAsync("/api/v1/events");
        Assert.That((refused.Status, refused.Field("Retry-After")), Is.EqualTo((503, "10")));
    }

    [Test]
    public async Task A_place_is_free_as_soon_as_its_client_is_gone()
    {
        await using var web = new WebFixture(maxConnections: 2);
        for (int i = 0; i < 5; i++)
        {
            Socket socket = await OpenAsync(web);
            await NextAsync(socket, "stats");
            socket.Close(0);
            using var patience = new CancellationTokenSource(RawHttp.Patience);
            while ((await web.GetAsync("/api/v1/messages")).Status != 200) patience.Token.ThrowIfCancellationRequested();
            await RawHttp.UntilAsync(() => web.LivePeers == 0, "the place given back");
        }
    }
}
