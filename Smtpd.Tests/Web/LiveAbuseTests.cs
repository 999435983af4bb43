using System.Net;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Tests.Network;
using Smtpd.Web;
using Smtpd.Web.Live;

namespace Smtpd.Tests.Web;

/// <summary>Live connections in the hands of those who mean ill.</summary>
public sealed class LiveAbuseTests
{
    [TestCase("Origin: http://evil.example\r\n")]
    [TestCase("Origin: null\r\n")]
    [TestCase("Sec-Fetch-Site: cross-site\r\n")]
    public async Task A_page_of_another_site_cannot_wait_for_mail(string fields)
    {
        await using var web = new WebFixture();
        Assert.That((await web.GetAsync("/lp", fields)).Status, Is.EqualTo(403));
    }

    [TestCase("HTTP://LOCALHOST", "localhost", 403)]
    [TestCase("http://localhost:81", "localhost", 403)]
    [TestCase("http://localhost.", "localhost", 403)]
    [TestCase("http://[::1]:8025", "[::1]:8025", 101)]
    [TestCase("http://[::2]:8025", "[::1]:8025", 403)]
    [TestCase("https://localhost", "LOCALHOST", 101)]
    [TestCase("http://localhost, http://localhost", "localhost", 403)]
    [TestCase("", "localhost", 403)]
    public async Task An_origin_is_compared_as_browsers_write_it(string origin, string host, int status)
    {
        await using var web = new WebFixture();
        using TcpClient client = await OpenAsync(web, $"Origin: {origin}\r\n", host);
        Assert.That(await HeadAsync(client), Does.StartWith($"HTTP/1.1 {status} "));
    }

    [Test]
    public async Task An_offer_of_subprotocols_and_extensions_is_taken_for_none()
    {
        await using var web = new WebFixture();
        using TcpClient client = await OpenAsync(web, "Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
        Assert.That(await HeadAsync(client), Does.StartWith("HTTP/1.1 101 ").And.Not.Contain("Sec-WebSocket-Protocol").And.Not.Contain("Sec-WebSocket-Extensions"));
    }

    [Test]
    public async Task A_client_that_says_more_than_it_can_have_to_say_is_cut_off()
    {
        await using var web = new WebFixture();
        using TcpClient client = await OpenAsync(web, "");
        Assert.That(await HeadAsync(client), Does.StartWith("HTTP/1.1 101 "));
        // Pings without content, masked with zeros (RFC 6455 §5.2): within the limit, then beyond it.
        byte[] pings = [.. Enumerable.Repeat((byte[])[0x89, 0x80, 0, 0, 0, 0], 1000).SelectMany(one => one)];
        NetworkStream stream = client.GetStream();
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        await stream.WriteAsync(pings, patience.Token);
        int pongs = 0;
        byte[] buffer = new byte[4096];
        while (pongs < 2000) pongs += await stream.ReadAsync(buffer, patience.Token);
        try
        {
            for (int sent = pings.Length; sent <= WebFrontLimits.WebSocketBytes; sent += pings.Length) await stream.WriteAsync(pings, patience.Token);
            while (await stream.ReadAsync(buffer, patience.Token) > 0) { }
        }
        catch (IOException)
        {
            // A reset is an end as well.
        }
        await RawHttp.UntilAsync(() => web.LivePeers == 0, "the place given back");
    }

    [Test]
    public void One_user_leaves_places_for_others()
    {
        var places = new LivePlaces(8);
        Assert.That((bool[])[places.TryTake("alice"), places.TryTake("alice"), places.TryTake("alice")], Is.EqualTo((bool[])[true, true, false]));
        Assert.That(places.TryTake("bob"), Is.True);
        places.GiveBack("alice");
        Assert.That((bool[])[places.TryTake("alice"), places.TryTake("alice")], Is.EqualTo((bool[])[true, false]));
        for (int i = 0; i < 5; i++) Assert.That(places.TryTake(null), Is.True);
        Assert.That((bool[])[places.TryTake(null), places.TryTake("carol")], Is.EqualTo((bool[])[false, false]));
    }

    [Test]
    public async Task The_place_of_an_event_tells_nobody_how_many_there_were()
    {
        var feed = new MailFeed();
        var log = new ListLog();
        await using var hub = new LiveHub(feed, new MemoryStore(1000), new EnvelopeView(false), 10, new Metrics(TimeProvider.System), log);
        var peer = new Peer(MailScope.Everything);
        Task told = hub.TellAsync(peer, peer.TalkAsync, null, null, default);
        string before = hub.Place;
        Assert.That(before, Does.Match("^[0-9a-f]{32}$"));
        feed.Publish(new MailEvent(MailEventKind.Deleted, new MessageId(1, 2, 3)));
        await RawHttp.UntilAsync(() => hub.Place != before, "the next place");
        Assert.That(hub.Place, Does.Match("^[0-9a-f]{32}$"));
        Assert.That(hub.Place[..8], Is.Not.EqualTo(before[..8]));
        Assert.That(told.IsCompleted, Is.False);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_session_or_token_that_another_process_has_ended_ends_what_lasts(bool isToken)
    {
        TicketKind kind = isToken ? TicketKind.Token : TicketKind.Session;
        var store = new MemoryUsers();
        var users = new UserDirectory(store);
        var log = new ListLog();
        var clock = new ManualClock();
        await users.AddAsync(new User("alice", ScramCredential.Derive("secret", [1, 2, 3], 4096)), default);
        var tickets = new Tickets(users, clock, log);
        Ticket ended = await NewTicketAsync(), kept = await NewTicketAsync();
        await using var hub = new LiveHub(new MailFeed(), new MemoryStore(1000), new EnvelopeView(false), 10, new Metrics(TimeProvider.System), log)
        {
            Tickets = tickets,
            TicketInterval = TimeSpan.FromMilliseconds(20),
        };
        Peer goes = new(MailScope.Nothing), stays = new(MailScope.Nothing);
        Task going = hub.TellAsync(goes, goes.TalkAsync, null, ended, default), staying = hub.TellAsync(stays, stays.TalkAsync, null, kept, default);
        // Behind the back of the directory.
        await store.DeleteTicketsAsync("alice", kind, ended.Id, default);
        Assert.That(async () => await going.WaitAsync(RawHttp.Patience), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(staying.IsCompleted, Is.False);

        async Task<Ticket> NewTicketAsync()
        {
            string secret = isToken ? (await tickets.MakeTokenAsync("alice", "", default))! : (await tickets.OpenSessionAsync("alice", 0, default))!;
            return (await tickets.FindAsync(secret, kind, default))!.Value.Ticket!;
        }
    }

    private static async Task<TcpClient> OpenAsync(WebFixture web, string fields, string host = "localhost")
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, web.EndPoint.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /api/events HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{fields}\r\n"));
        return client;
    }

    private static async Task<string> HeadAsync(TcpClient client)
    {
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        var head = new StringBuilder();
        byte[] octet = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await client.GetStream().ReadAsync(octet, patience.Token) == 1) head.Append((char)octet[0]);
        return head.ToString();
    }

    private sealed class Peer(MailScope scope) : LivePeer(new EventsDialect(keepsMail: true), scope)
    {
        protected override ValueTask SendAsync(byte[] text, CancellationToken cancellation) => ValueTask.CompletedTask;

        public Task TalkAsync(CancellationToken stop) => SendAllAsync(stop);
    }
}
