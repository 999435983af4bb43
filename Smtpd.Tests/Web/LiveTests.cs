using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Tests.Web;

/// <summary>What is told over lasting connections, and to whom.</summary>
public sealed class LiveTests
{
    private static async Task<ClientWebSocket> ConnectAsync(WebFixture web, string path, string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null) socket.Options.SetRequestHeader("Origin", origin);
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{web.EndPoint.Port}{path}"), patience.Token);
        return socket;
    }

    /// <summary>The next message, or null when the connection ends.</summary>
    private static async Task<JsonElement?> NextAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        byte[] text = new byte[16384];
        try
        {
            ValueWebSocketReceiveResult result = await socket.ReceiveAsync(text.AsMemory(), patience.Token);
            return result.MessageType == WebSocketMessageType.Text ? JsonDocument.Parse(text.AsMemory(0, result.Count)).RootElement : null;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    private static async Task<JsonElement> NextAsync(ClientWebSocket socket, string type)
    {
        while (await NextAsync(socket) is { } message)
            if (message.GetProperty("Type").GetString() == type) return message.GetProperty("Data");
        throw new AssertionException($"the connection ended before {type}");
    }

    private static Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    [Test]
    public async Task Pages_hear_of_new_changed_and_deleted_messages()
    {
        await using var web = new WebFixture();
        MessageSummary message = web.Store.Add("x"u8.ToArray());
        using ClientWebSocket socket = await ConnectAsync(web, "/api/events", $"http://127.0.0.1:{web.EndPoint.Port}");
        JsonElement counts = await NextAsync(socket, "stats");
        Assert.That((counts.GetProperty("Total").GetInt64(), counts.GetProperty("Unread").GetInt64()), Is.EqualTo((1L, 1L)));

        web.Feed.Publish(new MailEvent(MailEventKind.New, message.Id, message));
        JsonElement row = await NextAsync(socket, "new");
        Assert.That(row.GetProperty("ID").GetString(), Is.EqualTo(message.Id.ToString()));
        Assert.That(row.GetProperty("Read").GetBoolean(), Is.False);

        await web.SendAsync("PUT /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\n{\"IDs\":[\"latest\"],\"Read\":true}");
        JsonElement update = await NextAsync(socket, "update");
        Assert.That(update.GetRawText(), Is.EqualTo($$"""{"ID":"{{message.Id}}","Read":true}"""));
        await web.SendAsync("DELETE /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18\r\n\r\n{\"IDs\":[\"latest\"]}");
        Assert.That((await NextAsync(socket, "delete")).GetProperty("ID").GetString(), Is.EqualTo(message.Id.ToString()));
        await web.GetAsync("/api/v1/messages", method: "DELETE");
        Assert.That((await NextAsync(socket, "truncate")).ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That((await NextAsync(socket, "stats")).GetProperty("Total").GetInt64(), Is.Zero);
    }

    [Test]
    public async Task A_flood_is_told_by_its_end()
    {
        await using var web = new WebFixture();
        MessageSummary message = web.Store.Add([]);
        using ClientWebSocket socket = await ConnectAsync(web, "/api/events");
        await NextAsync(socket, "stats");
        for (int i = 0; i < 5000; i++) web.Feed.Publish(new MailEvent(MailEventKind.New, message.Id, message));
        await NextAsync(socket, "prune");
    }

    [TestCase("http://evil.example")]
    [TestCase("null")]
    public async Task A_page_of_another_site_gets_no_connection(string origin)
    {
        await using var web = new WebFixture();
        foreach (string path in (string[])["/api/events", "/ws/"])
            Assert.That(async () => await ConnectAsync(web, path, origin), Throws.TypeOf<WebSocketException>().With.Message.Contains("403"));
    }

    [TestCase("/api/events", "", 426)]
    [TestCase("/api/events", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", 426)]
    [TestCase("/api/events", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n", 400)]
    [TestCase("/ws/", "", 426)]
    public async Task What_is_no_handshake_is_refused(string path, string fields, int status)
    {
        await using var web = new WebFixture();
        Assert.That((await web.GetAsync(path, fields)).Status, Is.EqualTo(status));
    }

    [Test]
    public async Task Half_of_the_connections_stay_for_requests()
    {
        await using var web = new WebFixture(maxConnections: 4);
        using ClientWebSocket one = await ConnectAsync(web, "/api/events"), two = await ConnectAsync(web, "/api/events");
        await NextAsync(one, "stats");
        await NextAsync(two, "stats");
        using ClientWebSocket three = await ConnectAsync(web, "/api/events");
        Assert.That(await NextAsync(three), Is.Null);
        Assert.That((await web.GetAsync("/livez")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task The_originals_clients_authenticate_and_hear_of_new_mail()
    {
        await using var web = new WebFixture();
        MessageSummary message = web.Store.Add([]);
        using ClientWebSocket socket = await ConnectAsync(web, "/ws/");
        await SendAsync(socket, """{"command":{"command":"authenticate","user":"123456"},"message":{}}""");
        JsonElement? heard = null;
        Task<JsonElement?> next = NextAsync(socket);
        while (!next.IsCompleted)
        {
            web.Feed.Publish(new MailEvent(MailEventKind.Changed, message.Id));
            web.Feed.Publish(new MailEvent(MailEventKind.New, message.Id, message));
            await Task.WhenAny(next, Task.Delay(20));
        }
        heard = await next;
        Assert.That(heard!.Value.GetProperty("event").GetString(), Is.EqualTo("NewMail"));
        Assert.That(heard.Value.GetProperty("data").GetProperty("mail").GetString(), Is.EqualTo(message.Id.ToString()));
        Assert.That(heard.Value.GetProperty("time").GetInt64(), Is.GreaterThan(1_700_000_000));
    }

    [TestCase("nonsense")]
    [TestCase("{}")]
    [TestCase("""{"command":{"command":"setpage","page":"x"}}""")]
    [TestCase("""{"command":{"command":"authenticate"}}""")]
    public async Task Whoever_does_not_authenticate_first_is_sent_away(string text)
    {
        await using var web = new WebFixture();
        using ClientWebSocket socket = await ConnectAsync(web, "/ws/");
        await SendAsync(socket, text);
        Assert.That(await NextAsync(socket), Is.Null);
    }

    /// <summary>A client that keeps its own side open must not keep a connection that the server has done with.</summary>
    [TestCase("/ws/", 0x81, "nonsense")]
    [TestCase("/ws/", 0x82, "octets")]
    [TestCase("/ws/", 0x81, """{"command":{"command":"\ud800 authenticate","user":"x"}}""")]
    [TestCase("/ws/", 0x81, """{"\ud800 command":1}""")]
    [TestCase("/api/events", 0x82, "octets")]
    [TestCase("/api/events", 0x83, "no such kind of frame")]
    public async Task The_end_of_a_websocket_is_the_end_of_its_connection(string path, int kind, string text)
    {
        await using var web = new WebFixture();
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(web.EndPoint);
        System.Net.Sockets.NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        byte[] answer = new byte[4096];
        Assert.That(Encoding.ASCII.GetString(answer, 0, await stream.ReadAsync(answer, patience.Token)), Does.StartWith("HTTP/1.1 101 "));
        // A frame as clients send it, masked with zeros (RFC 6455 §5.2).
        await stream.WriteAsync((byte[])[(byte)kind, (byte)(0x80 | text.Length), 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(text)]);
        while (await stream.ReadAsync(answer, patience.Token) > 0) { }
        Assert.That(web.Log.Lines.Where(line => line.Level == LogLevel.Error), Is.Empty);
    }

    [Test]
    public async Task A_long_poll_answers_with_the_next_mail()
    {
        await using var web = new WebFixture();
        MessageSummary message = web.Store.Add([]);
        Task<RawAnswer> poll = web.GetAsync("/lp?user=123456");
        while (!poll.IsCompleted)
        {
            if (web.Feed.HasListeners) web.Feed.Publish(new MailEvent(MailEventKind.New, message.Id, message));
            await Task.WhenAny(poll, Task.Delay(20));
        }
        RawAnswer answer = await poll;
        Assert.That(answer.Text, Does.StartWith($$"""{"event":"NewMail","data":{"mail":"{{message.Id}}"},"time":"""));
        Assert.That(answer.Field("Access-Control-Allow-Origin"), Is.Null);
    }

    [Test]
    public async Task Stopping_waits_for_no_live_connection()
    {
        var web = new WebFixture();
        using ClientWebSocket socket = await ConnectAsync(web, "/api/events");
        await NextAsync(socket, "stats");
        long before = Environment.TickCount64;
        await web.DisposeAsync();
        Assert.That(Environment.TickCount64 - before, Is.LessThan(2500));
        while (await NextAsync(socket) is not null) { }
    }
}
