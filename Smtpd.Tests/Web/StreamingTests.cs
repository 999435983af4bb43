using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Smtpd.Web;

namespace Smtpd.Tests.Web;

/// <summary>Bodies whose length nobody knows at their beginning, in both directions.</summary>
public sealed class StreamingTests
{
    private static WrittenAnswer Numbers(int count) => new(200, "text/plain", async (output, stop) =>
    {
        for (int i = 0; i < count; i++) await output.WriteAsync(Encoding.ASCII.GetBytes($"{i}\n"), stop);
    });

    private static string Numbered(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"{i}\n"));

    [Test]
    public async Task An_answer_of_unknown_length_comes_in_chunks()
    {
        await using var web = new HandlerFixture((_, _) => new(Numbers(1000)));
        RawAnswer answer = await web.GetAsync();
        Assert.That((answer.Status, answer.Field("Transfer-Encoding"), answer.Field("Content-Length")), Is.EqualTo((200, "chunked", (string?)null)));
        Assert.That(answer.Head, Does.Not.Contain("X-Smtpd").IgnoreCase);
        Assert.That(Encoding.ASCII.GetString(answer.Unchunked()), Is.EqualTo(Numbered(1000)));
        Assert.That(answer.Field("Content-Security-Policy"), Is.Not.Null);
    }

    [Test]
    public async Task An_old_client_has_it_until_the_connection_ends()
    {
        await using var web = new HandlerFixture((_, _) => new(Numbers(1000)));
        RawAnswer answer = await web.GetAsync(minorVersion: 0);
        Assert.That((answer.Status, answer.Field("Transfer-Encoding"), answer.Field("Content-Length")), Is.EqualTo((200, (string?)null, (string?)null)));
        Assert.That(answer.Text, Is.EqualTo(Numbered(1000)));
    }

    [Test]
    public async Task Its_head_is_what_HEAD_gets()
    {
        await using var web = new HandlerFixture((_, _) => new(Numbers(3)));
        RawAnswer head = await web.GetAsync(method: "HEAD"), get = await web.GetAsync();
        Assert.That(head.Body, Is.Empty);
        Assert.That(WithoutDate(head.Head), Is.EqualTo(WithoutDate(get.Head)));
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task One_that_breaks_off_ends_in_a_reset(int minorVersion)
    {
        await using var web = new HandlerFixture((_, _) => new(new WrittenAnswer(200, "text/plain", async (output, stop) =>
        {
            await output.WriteAsync("half"u8.ToArray(), stop);
            throw new InvalidOperationException("not for clients");
        })));
        using Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        await client.SendAsync($"GET /x HTTP/1.{minorVersion}\r\nHost: localhost\r\n\r\n");
        Assert.That(async () => await client.ReadToEndAsync(), Throws.InstanceOf<SocketException>());
    }

    [Test]
    public async Task What_is_written_is_there_at_once()
    {
        var more = new TaskCompletionSource();
        await using var web = new HandlerFixture((_, _) => new(new WrittenAnswer(200, "text/plain", async (output, stop) =>
        {
            await output.WriteAsync("first"u8.ToArray(), stop);
            await more.Task.WaitAsync(stop);
            await output.WriteAsync("second"u8.ToArray(), stop);
        })));
        using Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.ReadUntilAsync("first\r\n");
        more.SetResult();
        Assert.That(Encoding.ASCII.GetString(await client.ReadToEndAsync()), Is.EqualTo("6\r\nsecond\r\n0\r\n\r\n"));
    }

    [TestCase("GET")]
    [TestCase("HEAD")]
    public async Task A_client_that_goes_away_is_known_at_once(string method)
    {
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var web = new HandlerFixture(async (_, stop) =>
        {
            await using CancellationTokenRegistration left = stop.Register(ended.SetResult);
            begun.SetResult();
            await ended.Task;
            return BytesAnswer.Text(200, "");
        });
        Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        await client.SendAsync($"{method} /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await begun.Task.WaitAsync(RawHttp.Patience);
        client.Close(0);
        await ended.Task.WaitAsync(RawHttp.Patience);
    }

    [Test]
    public async Task A_change_goes_on_without_its_client()
    {
        var begun = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        var result = new TaskCompletionSource<bool>();
        await using var web = new HandlerFixture(async (_, stop) =>
        {
            begun.SetResult();
            await gone.Task;
            result.SetResult(stop.IsCancellationRequested);
            return BytesAnswer.Text(200, "");
        });
        Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        await begun.Task.WaitAsync(RawHttp.Patience);
        client.Close(0);
        await RawHttp.UntilAsync(() => web.OpenConnections == 0, "the connection's end");
        gone.SetResult();
        Assert.That(await result.Task.WaitAsync(RawHttp.Patience), Is.False);
    }

    [TestCase("Content-Length: 300000\r\n\r\n", false)]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n", true)]
    public async Task A_body_is_read_while_it_comes(string fields, bool inChunks)
    {
        await using var web = new HandlerFixture(async (request, stop) =>
        {
            await using Stream body = request.Body.OpenRead(300_000);
            byte[] buffer = new byte[1000];
            long sum = 0, count;
            while ((count = await body.ReadAsync(buffer, stop)) > 0) sum += count;
            return BytesAnswer.Text(200, $"{sum}");
        });
        using Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        await client.SendAsync($"POST /x HTTP/1.1\r\nHost: localhost\r\n{fields}");
        for (int i = 0; i < 30; i++) await client.SendAsync((inChunks ? "2710\r\n" : "") + new string('x', 10_000) + (inChunks ? "\r\n" : ""));
        if (inChunks) await client.SendAsync("0\r\n\r\n");
        Assert.That((await client.ReadAnswerAsync()).Text, Is.EqualTo("300000"));
    }

    [TestCase("Content-Length: 11\r\n\r\n", TestName = "Announced")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\nB\r\n12345678901\r\n0\r\n\r\n", TestName = "Found out")]
    public async Task A_body_over_the_limit_is_told_so(string rest)
    {
        await using var web = new HandlerFixture(async (request, stop) => BytesAnswer.Text(200, $"{(await request.Body.ReadAsync(10, stop)).Length}"));
        RawAnswer answer = await RawHttp.ExchangeAsync(web.EndPoint, $"POST /x HTTP/1.1\r\nHost: localhost\r\n{rest}");
        Assert.That((answer.Status, answer.Error()), Is.EqualTo((413, "The body must not be longer than 10 octets.")));
    }

    [TestCase("Content-Length: 30\r\n\r\n", TestName = "Nothing of a length")]
    [TestCase("Content-Length: 30\r\n\r\nabc", TestName = "Half a length")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", TestName = "No last chunk")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n30\r\nabc", TestName = "Half a chunk")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n", TestName = "No chunk at all")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n3", TestName = "Half a size")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", TestName = "No size")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n", TestName = "Negative size")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n", TestName = "Size beyond 64 bits")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", TestName = "More than the size")]
    public async Task Half_a_body_never_passes_for_a_whole_one(string rest)
    {
        bool whole = false;
        await using var web = new HandlerFixture(async (request, stop) =>
        {
            await request.Body.ReadAsync(100_000, stop);
            whole = true;
            return BytesAnswer.Text(200, "");
        });
        using Socket client = await RawHttp.ConnectAsync(web.EndPoint);
        await client.SendAsync($"POST /x HTTP/1.1\r\nHost: localhost\r\n{rest}");
        client.Shutdown(SocketShutdown.Send);
        RawAnswer answer = await client.ReadAnswerAsync();
        Assert.That(answer.Status, Is.EqualTo(400), answer.Text);
        Assert.That(whole, Is.False);
        Assert.That(web.Log.Lines.Where(line => line.Level == Smtpd.Configuration.LogLevel.Error), Is.Empty);
    }

    private static string WithoutDate(string head) => string.Join('\n', head.Split("\r\n").Where(line => !line.StartsWith("Date:", StringComparison.Ordinal)));
}
