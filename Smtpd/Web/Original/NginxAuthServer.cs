using System.Net;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Web.Access;

namespace Smtpd.Web.Original;

/// <summary>go-guerrilla's second web server: a listener that answers nginx's questions at every address, and nothing else.</summary>
internal sealed class NginxAuthServer : IAsyncDisposable
{
    private readonly HttpHost _host;
    private readonly WebSettings _settings;
    private readonly Func<IPAddress, bool> _trustsProxy;
    private readonly Metrics _metrics;
    private readonly Log _log;
    private WebFront? _front;

    public NginxAuthServer(WebSettings settings, NginxAuthHandler auth, WebAccess access, Func<IPAddress, bool> trustsProxy, Metrics metrics, Log log)
    {
        _settings = settings;
        _trustsProxy = trustsProxy;
        _metrics = metrics;
        _log = log;
        var router = new Router([], access, auth, log) { AnswersOnlyNginx = true };
        _host = new HttpHost(router, new HttpPath(""), settings.MaxConnections + 1, settings, metrics, log);
    }

    /// <exception cref="WebFrontException">An address cannot be had.</exception>
    public void Start()
    {
        _host.Start();
        _front = new WebFront(_settings.NginxListen, _settings, _host.Target, _log, trustsProxy: _trustsProxy, metrics: _metrics) { Protocol = "nginx" };
        _front.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_front is not null) await _front.DisposeAsync();
        await _host.DisposeAsync();
    }
}
