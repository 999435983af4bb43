using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Network;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Network;

/// <summary>Clients and servers that go away or stand still.</summary>
public sealed class WebFrontBreakTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: a\r\n";
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(150);

    [Test]
    public async Task A_client_that_resets_ends_its_relay_at_once()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        client.Close(0);
        Assert.That(await server.ReadToEndAsync(), Is.Empty);
        await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the relay's end");
    }

    [Test]
    public async Task A_client_that_closes_ends_its_relay_soon()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend, new WebFrontLimits { HalfClosedIdle = s_short });
        Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        client.Close();
        Assert.That(await server.ReadToEndAsync(), Is.Empty);
        await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the relay's end");
    }

    [Test]
    public async Task A_client_that_goes_away_inside_a_body_ends_its_relay_at_once()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("abc");
        client.Close();
        Assert.That(await server.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task A_client_that_closed_only_its_sending_side_gets_its_answer()
    {
        await using var web = new WebFixture();
        web.Store.Add(new byte[2_000_000]);
        using Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        await client.SendAsync("GET /api/v1/message/latest/raw HTTP/1.0\r\nHost: localhost\r\n\r\n");
        client.Shutdown(SocketShutdown.Send);
        Assert.That((await client.ReadAnswerAsync()).Body, Has.Length.EqualTo(2_000_000));
    }

    [Test]
    public async Task A_head_that_is_cut_short_is_bad_and_silence_is_left_alone()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        using Socket half = await RawHttp.ConnectAsync(front.EndPoints[0]), silent = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await half.SendAsync(Get);
        half.Shutdown(SocketShutdown.Send);
        silent.Shutdown(SocketShutdown.Send);
        Assert.That((await half.ReadAnswerAsync()).Status, Is.EqualTo(400));
        Assert.That(await silent.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task A_body_that_stops_is_given_up()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend, new WebFrontLimits { Idle = s_short });
        Assert.That((await RawHttp.ExchangeAsync(front.EndPoints[0], "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")).Status, Is.EqualTo(408));
    }

    [Test]
    public async Task A_body_in_drops_is_given_up_although_it_never_stops()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend, new WebFrontLimits { Idle = TimeSpan.FromMilliseconds(400) });
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        Task<RawAnswer> answer = client.ReadAnswerAsync();
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n");
        while (!answer.IsCompleted)
        {
            await client.SendAsync("y");
            await Task.WhenAny(answer, Task.Delay(50));
        }
        Assert.That((await answer).Status, Is.EqualTo(408));
    }

    [Test]
    public async Task A_client_that_stops_reading_is_dropped()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend, new WebFrontLimits { Idle = s_short });
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.SendAsync($"HTTP/1.1 200 OK\r\n{ScriptedBackend.Mark}Content-Length: 900000000\r\n\r\n");
        byte[] much = new byte[1_000_000];
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        Assert.That(
            async () =>
            {
                while (true) await server.SendAsync(much.AsMemory(), patience.Token);
            },
            Throws.InstanceOf<SocketException>());
        await RawHttp.UntilAsync(() => front.OpenConnections == 0, "the drop");
    }

    [TestCase(null, TestName = "No server behind")]
    [TestCase("", TestName = "A server that says nothing")]
    [TestCase("HTTP/1.1 200 OK\r\nConte", TestName = "A server that says half a head")]
    [TestCase("nonsense\r\n\r\n", TestName = "A server that speaks another language")]
    public async Task Without_an_answer_from_behind_the_client_is_told_503(string? said)
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        if (said is null) backend.Dispose();
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        if (said is not null)
        {
            using Socket server = await backend.AcceptAsync();
            await server.ReadUntilAsync("\r\n\r\n");
            await server.SendAsync(said);
        }
        Assert.That((await client.ReadAnswerAsync()).Status, Is.EqualTo(503));
    }

    [Test]
    public async Task An_answer_that_the_library_behind_made_up_is_replaced()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        await server.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 11\r\n\r\n<h1>Bad</h1>");
        RawAnswer answer = await client.ReadAnswerAsync();
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Text, Does.StartWith("{\"Error\""));
    }

    [Test]
    public async Task An_answer_cut_short_ends_in_a_reset()
    {
        using var backend = new ScriptedBackend();
        await using WebFront front = FrontFixture.Start(backend);
        using Socket client = await RawHttp.ConnectAsync(front.EndPoints[0]);
        await client.SendAsync(Get + "\r\n");
        using Socket server = await backend.AcceptAsync();
        await server.ReadUntilAsync("\r\n\r\n");
        await server.SendAsync($"HTTP/1.1 200 OK\r\n{ScriptedBackend.Mark}Content-Length: 20\r\n\r\nhalf");
        await client.ReadUntilAsync("half");
        server.Close();
        Assert.That(async () => await client.ReadToEndAsync(), Throws.InstanceOf<SocketException>());
    }
}
