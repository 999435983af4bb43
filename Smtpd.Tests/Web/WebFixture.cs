using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Web;

namespace Smtpd.Tests.Web;

/// <summary>A whole web server on a free loopback port over a fake store.</summary>
internal sealed class WebFixture : IAsyncDisposable
{
    private readonly WebServer _server;

    public WebFixture(
        string basePath = "/",
        WebAuthentication authentication = WebAuthentication.Auto,
        int maxConnections = 200,
        WebFrontLimits? limits = null,
        string listen = "127.0.0.1:0")
    {
        var settings = new WebSettings([new ListenAddress(IPEndPoint.Parse(listen), false)], basePath, authentication, maxConnections);
        _server = new WebServer(settings, Store, Feed, new WebSurroundings(() => ListenersUp, () => Smtp, KeepsMail: true) { Metrics = Metrics }, Log, limits);
        _server.Start();
    }

    public Metrics Metrics { get; } = new(TimeProvider.System);

    public long LivePeers => Metrics.LivePeers.Value;

    public FakeMailStore Store { get; } = new();
    public MailFeed Feed { get; } = new();
    public IPEndPoint? Smtp { get; set; } = new(IPAddress.Loopback, 2525);
    public ListLog Log { get; } = new();
    public bool ListenersUp { get; set; } = true;
    public IPEndPoint EndPoint => _server.EndPoints[0];

    public Task<RawAnswer> SendAsync(string request) => RawHttp.ExchangeAsync(new IPEndPoint(IPAddress.Loopback, EndPoint.Port), request);

    /// <param name="fields">Further field lines, each ending in CRLF.</param>
    public Task<RawAnswer> GetAsync(string target, string fields = "", string method = "GET", string host = "localhost") =>
        SendAsync($"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n");

    public async Task<JsonElement> GetJsonAsync(string target)
    {
        RawAnswer answer = await GetAsync(target);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        // Only a failed test shows them.
        foreach ((LogLevel level, string text) in Log.Lines.Where(line => line.Level != LogLevel.Trace)) TestContext.Out.WriteLine($"[{level}] {text}");
    }
}
