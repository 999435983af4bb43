using System.Net;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd.Web;

/// <summary>The web: the front that clients reach and the server behind it with all its routes.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebSettings _settings;
    private readonly Log _log;
    private readonly WebFrontLimits? _limits;
    private readonly HttpHost _host;
    private WebFront? _front;

    /// <param name="listenersUp">True when every configured listener of the program accepts; asked by <c>/readyz</c>.</param>
    /// <param name="limits">Null for the usual ones.</param>
    public WebServer(WebSettings settings, IMailStore store, Log log, Func<bool> listenersUp, WebFrontLimits? limits = null)
    {
        _settings = settings;
        _log = log;
        _limits = limits;
        Route[] routes =
        [
            new("api/v1/messages", new MessagesHandler(store)),
            new("api/v1/message/*", new MessageHandler(store, log)),
            new("api/v1/message/*/raw", new RawHandler(store)),
            new("api/v1/message/*/headers", new HeadersHandler(store)),
            new("api/v1/message/*/part/*", new PartHandler(store)),
            new("livez", new TextHandler("OK"), IsOpen: true),
            new("readyz", new ReadinessHandler(store, listenersUp), IsOpen: true),
            new("ping", new TextHandler("OK"), IsOpen: true),
        ];
        // The front lets no more connections through, so a slot is free for each of them and one for the accept loop.
        _host = new HttpHost(new Router(routes, new AccessRule(settings.Authentication), log), new HttpPath(settings.BasePath), settings.MaxConnections + 1, log);
    }

    /// <summary>Where clients reach it, in the order of the settings.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => _front?.EndPoints ?? [];

    /// <summary>Binds every address and begins to serve.</summary>
    /// <exception cref="WebFrontException">An address cannot be had.</exception>
    public void Start()
    {
        _host.Start();
        _front = new WebFront(_settings, _host.Target, _log, _limits);
        _front.Start();
    }

    /// <summary>Stops accepting, lets requests under way end for a short time, then cuts them off.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_front is not null) await _front.DisposeAsync();
        await _host.DisposeAsync();
    }
}
