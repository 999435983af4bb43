using System.Net;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Tests.Network;
using Smtpd.Web;

namespace Smtpd.Tests.Web;

/// <summary>The front and the server behind it with one route, <c>/x</c>, that the test answers.</summary>
internal sealed class HandlerFixture : IAsyncDisposable
{
    private readonly HttpHost _host;
    private readonly WebFront _front;

    public HandlerFixture(Func<HttpRequest, CancellationToken, ValueTask<Answer>> handle, WebFrontLimits? limits = null, WebSettings? settings = null)
    {
        var handler = new Handler(handle);
        Route[] routes = [new("x", handler, IsOpen: true) { Changes = new Dictionary<string, IHandler> { ["POST"] = handler } }];
        _host = new HttpHost(new Router(routes, new Smtpd.Web.Access.WebAccess(new WebSettings([], "", WebAuthentication.Off, 10), null, Log), new Smtpd.Web.Original.NginxAuthHandler(() => null), Log), new HttpPath("/"), 10, settings ?? FrontFixture.Settings(), Metrics, Log);
        _host.Start();
        _front = new WebFront(FrontFixture.Settings(), _host.Target, Log, limits);
        _front.Start();
    }

    public ListLog Log { get; } = new();

    public Metrics Metrics { get; } = new(TimeProvider.System);

    public IPEndPoint EndPoint => _front.EndPoints[0];

    public int OpenConnections => _front.OpenConnections;

    public Task<RawAnswer> GetAsync(string fields = "", string method = "GET", int minorVersion = 1) =>
        RawHttp.ExchangeAsync(EndPoint, $"{method} /x HTTP/1.{minorVersion}\r\nHost: localhost\r\n{fields}\r\n");

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        await _host.DisposeAsync();
    }

    private sealed class Handler(Func<HttpRequest, CancellationToken, ValueTask<Answer>> handle) : IHandler
    {
        public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) => handle(request, cancellation);
    }
}
