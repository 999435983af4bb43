using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Network;

/// <summary>Listening, limits and the stop.</summary>
public sealed class WebFrontTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a\r\n";

    [Test]
    public async Task One_connection_too_many_is_told_so_and_a_freed_place_is_used()
    {
        using var backend = new ScriptedBackend();
        var log = new ListLog();
        await using var front = new WebFront(FrontFixture.Settings(2), backend.Target, log);
        front.Start();
        // Both have asked, and wait for the server.
        Socket first = await RawHttp.ConnectAsync(front.EndPoints[0]);
        using Socket second = await RawHttp.ConnectAsync(front.EndPoints[0]);
        foreach (Socket one in (Socket[])[first, second])
        {
            await one.SendAsync(Get + "\r\n");
            await (await backend.AcceptAsync()).ReadUntilAsync("\r\n\r\n");
        }
        RawAnswer refused = await RawHttp.ExchangeAsync(front.EndPoints[0], Get + "\r\n");
        Assert.That(refused.Status, Is.EqualTo(503));
        Assert.That(refused.Field("Retry-After"), Is.EqualTo("1"));
        Assert.That(refused.Field("Content-Security-Policy"), Is.Not.Null);
        Assert.That((await RawHttp.ExchangeAsync(front.EndPoints[0], Get + "\r\n")).Status, Is.EqualTo(503));
        Assert.That(log.Lines.Count(line => line.Text.Contains("web.max.connections", StringComparison.Ordinal)), Is.EqualTo(1));

        first.Close(0);
        await RawHttp.UntilAsync(() => front.OpenConnections == 1, "a free place");
        using Socket third = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await third.SendAsync(Get + "\r\n");
        await (await backend.AcceptAsync()).ReadUntilAsync("\r\n\r\n");
    }

    [TestCase("", TestName = "Sockets that say nothing")]
    [TestCase("GET / HTTP/1.1\r\nHost: localhost\r\nX: ", TestName = "Sockets that say half a head")]
    public async Task Those_who_are_waited_for_lock_nobody_out(string said)
    {
        await using var web = new WebFixture(maxConnections: 5);
        var idle = new List<Socket>();
        for (int i = 0; i < 50; i++)
        {
            idle.Add(await RawHttp.ConnectAsync(web.EndPoint));
            await idle[i].SendAsync(said);
        }
        for (int i = 0; i < 20; i++) Assert.That((await web.GetAsync("/livez")).Status, Is.EqualTo(200));
        // The first of them was told why.
        Assert.That((await idle[0].ReadAnswerAsync()).Status, Is.EqualTo(503));
        Assert.That(web.Metrics.WebRefusals.Values.Single(one => one.Label == "shed").Count, Is.GreaterThanOrEqualTo(45));
        foreach (Socket one in idle) one.Dispose();
    }

    [TestCase(false, TestName = "Bodies that stop lock nobody out")]
    [TestCase(true, TestName = "Bodies in drops lock nobody out")]
    public async Task Those_who_keep_the_server_waiting_make_room(bool drips)
    {
        await using var web = new WebFixture(maxConnections: 5);
        var slow = new List<Socket>();
        for (int i = 0; i < 5; i++)
        {
            slow.Add(await RawHttp.ConnectAsync(web.EndPoint));
            await slow[i].SendAsync("PUT /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n");
        }
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        long dripped = Environment.TickCount64;
        while ((await web.GetAsync("/livez")).Status != 200)
        {
            patience.Token.ThrowIfCancellationRequested();
            if (!drips || Environment.TickCount64 - dripped < 100) continue;
            dripped = Environment.TickCount64;
            foreach (Socket one in slow) await one.SendAsync(" ");
        }
        foreach (Socket one in slow) one.Dispose();
    }

    [Test]
    public async Task A_port_in_use_is_named_and_nothing_stays_bound()
    {
        using var backend = new ScriptedBackend();
        await using WebFront holder = FrontFixture.Start(backend);
        int free = Posix.FreePort();
        await using var front = new WebFront(FrontFixture.Settings(10, $"127.0.0.1:{free}", holder.EndPoints[0].ToString()), backend.Target, new ListLog());
        WebFrontException failure = Assert.Throws<WebFrontException>(front.Start)!;
        Assert.That(failure.Message, Does.StartWith($"web: cannot listen on {holder.EndPoints[0]}: ").And.Not.Contain('\n'));
        await using var again = new WebFront(FrontFixture.Settings(10, $"127.0.0.1:{free}"), backend.Target, new ListLog());
        Assert.DoesNotThrow(again.Start);
    }

    [Test]
    public async Task A_port_is_free_again_at_once_after_a_stop()
    {
        using var backend = new ScriptedBackend();
        WebFront first = FrontFixture.Start(backend);
        IPEndPoint endPoint = first.EndPoints[0];
        // The front closes first here, which leaves its side in TIME_WAIT.
        Assert.That((await RawHttp.ExchangeAsync(endPoint, "nonsense\r\n\r\n")).Status, Is.EqualTo(400));
        await first.DisposeAsync();
        await using var second = new WebFront(FrontFixture.Settings(10, endPoint.ToString()), backend.Target, new ListLog());
        Assert.DoesNotThrow(second.Start);
    }

    [Test]
    public async Task Tls_on_a_web_listener_is_refused_clearly()
    {
        using var backend = new ScriptedBackend();
        WebSettings settings = FrontFixture.Settings() with { Listen = [new ListenAddress(IPEndPoint.Parse("127.0.0.1:0"), ImplicitTls: true)] };
        await using var front = new WebFront(settings, backend.Target, new ListLog());
        Assert.That(Assert.Throws<WebFrontException>(front.Start)!.Message, Does.Contain("TLS"));
    }

    [Test]
    public async Task All_addresses_of_both_families_are_listened_on()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this system has no IPv6");
        using var backend = new ScriptedBackend();
        await using var both = new WebFront(FrontFixture.Settings(10, "[::]:0", "127.0.0.1:0"), backend.Target, new ListLog());
        both.Start();
        Assert.That(both.EndPoints, Has.Count.EqualTo(2));
        int dual = both.EndPoints[0].Port;
        foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
            Assert.That((await RawHttp.ExchangeAsync(new IPEndPoint(address, dual), "nonsense\r\n\r\n")).Status, Is.EqualTo(400));

        int shared = Posix.FreePort();
        await using var separate = new WebFront(FrontFixture.Settings(10, $"[::]:{shared}", $"0.0.0.0:{shared}"), backend.Target, new ListLog());
        Assert.DoesNotThrow(separate.Start);
    }

    [Test]
    public async Task An_ipv4_client_of_a_dual_listener_is_shown_as_ipv4()
    {
        if (!Socket.OSSupportsIPv6) Assert.Ignore("this system has no IPv6");
        using var backend = new ScriptedBackend();
        await using var front = new WebFront(FrontFixture.Settings(10, "[::]:0"), backend.Target, new ListLog());
        front.Start();
        using Socket client = await RawHttp.ConnectAsync(new IPEndPoint(IPAddress.Loopback, front.EndPoints[0].Port));
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        Assert.That(await server.ReadUntilAsync("\r\n\r\n"), Does.Contain($"X-Smtpd-Peer: {client.LocalEndPoint}\r\n"));
    }

    [Test]
    public async Task A_stop_lets_a_request_under_way_end_and_cuts_off_one_that_does_not()
    {
        using var backend = new ScriptedBackend();
        WebFront front = FrontFixture.Start(backend, new WebFrontLimits { Drain = TimeSpan.FromSeconds(3) });
        using Socket good = await RawHttp.ConnectAsync(front.EndPoints[0]), stuck = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await good.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await RawHttp.UntilAsync(() => front.OpenConnections == 2, "both connections");
        Task stop = front.DisposeAsync().AsTask();
        await server.SendAsync($"HTTP/1.1 200 OK\r\n{ScriptedBackend.Mark}Content-Length: 2\r\n\r\nok");
        Assert.That((await good.ReadAnswerAsync()).Text, Is.EqualTo("ok"));
        await stop;
        Assert.That(front.OpenConnections, Is.Zero);
    }
}
