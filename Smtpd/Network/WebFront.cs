using System.Net;
using System.Net.Sockets;
using Smtpd.Configuration;
using Smtpd.Operations;

namespace Smtpd.Network;

/// <summary>
/// Stands where clients of the web can reach it and lets one well-formed request per connection through to the HTTP server
/// behind. Knows sizes, times and the grammar of heads (RFC 9112); of pages and the API it knows nothing.
/// </summary>
internal sealed class WebFront : IAsyncDisposable
{
    private readonly IReadOnlyList<ListenAddress> _listen;
    private readonly WebSettings _settings;
    private readonly WebFrontPlaces _places;
    private readonly Metrics _metrics;
    private readonly Func<IPAddress, bool> _trustsProxy;
    private readonly HttpRelayTarget _target;
    private readonly Log _log;
    private readonly WebFrontLimits _limits;
    private readonly CancellationTokenSource _accepting = new();
    private readonly CancellationTokenSource _serving = new();
    private readonly List<WebFrontListener> _listeners = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _accepts = Task.CompletedTask;
    private long _saidFullAt = long.MinValue / 2;
    private long _saidTooManyAt = long.MinValue / 2;
    private bool _disposed;

    /// <param name="limits">Null for the usual ones.</param>
    /// <param name="trustsProxy">Whether a proxy at that address is believed when it names its client; null for none.</param>
    /// <param name="metrics">Where connections are counted; null for nowhere.</param>
    public WebFront(WebSettings settings, HttpRelayTarget target, Log log, WebFrontLimits? limits = null, Func<IPAddress, bool>? trustsProxy = null, Metrics? metrics = null)
        : this(settings.Listen, settings, target, log, limits, trustsProxy, metrics)
    {
    }

    /// <param name="listen">The addresses, where they are not those of the page.</param>
    public WebFront(
        IReadOnlyList<ListenAddress> listen,
        WebSettings settings,
        HttpRelayTarget target,
        Log log,
        WebFrontLimits? limits = null,
        Func<IPAddress, bool>? trustsProxy = null,
        Metrics? metrics = null)
    {
        _listen = listen;
        _settings = settings;
        _trustsProxy = trustsProxy ?? (_ => false);
        _target = target;
        _log = log;
        _limits = limits ?? new WebFrontLimits();
        _metrics = metrics ?? new Metrics(TimeProvider.System);
        // Who may speak for others has the connections of others.
        _places = new WebFrontPlaces(settings.MaxConnections, settings.ConnectionsOfAddress, address => _trustsProxy(address) || settings.TrustedProxies.Any(proxies => proxies.Contains(address)));
    }

    /// <summary>What is spoken here, for the figures: <c>http</c> or <c>nginx</c>.</summary>
    public string Protocol { get; init; } = "http";

    /// <summary>Where it listens, in the order of the settings, with the ports that were found for port 0.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _listeners.Select(listener => listener.EndPoint)];

    /// <summary>Connections that are being served.</summary>
    public int OpenConnections => _places.Taken;

    /// <summary>Binds every address, and only when all are bound begins to accept.</summary>
    /// <exception cref="WebFrontException">An address cannot be had; none is held then.</exception>
    public void Start()
    {
        try
        {
            foreach (ListenAddress address in _listen) _listeners.Add(WebFrontListener.Bind(Protocol, address, _listen));
        }
        catch (WebFrontException)
        {
            CloseListeners();
            throw;
        }
        foreach (WebFrontListener listener in _listeners) _metrics.Add(listener.Figures);
        _accepts = Task.WhenAll(_listeners.Select(listener => Task.Run(() => listener.AcceptAllAsync(Take, _log, _limits, _accepting.Token))));
        foreach (IPEndPoint endPoint in EndPoints) _log.Info($"web: listening on {endPoint}");
    }

    /// <summary>Never waits: what takes time goes on beside the accept loop.</summary>
    private void Take(Socket client, WebFrontListener listener)
    {
        _metrics.WebConnections.Increment();
        listener.Figures.Connections.Increment();
        WebFrontPlace? place = _places.TryEnter(listener.IsBehindProxy ? null : AddressOf(client), out WebFrontVerdict verdict, out WebFrontPlace? shed);
        if (shed is not null)
        {
            _metrics.WebRefusals.Increment("shed");
            _ = shed.ShedAsync();
        }
        if (shed is not null || verdict == WebFrontVerdict.Full) SayFull();
        _ = place is null ? RefuseAsync(client, verdict, listener) : ServeAsync(client, place, listener);
    }

    private static IPAddress? AddressOf(Socket client)
    {
        try
        {
            return WebFrontConnection.Plain(client.RemoteEndPoint).Address;
        }
        catch (SocketException)
        {
            // Gone already; whoever reads from it first finds out.
            return null;
        }
    }

    /// <summary>A flood must not fill the log: one line in a while is enough to act on.</summary>
    private void SayFull()
    {
        if (MaySay(ref _saidFullAt)) _log.Warn($"web: all {_settings.MaxConnections} connections are in use; those that say nothing make room, others are refused (web.max.connections)");
    }

    private bool MaySay(ref long saidAt)
    {
        long now = Environment.TickCount64, last = Interlocked.Read(ref saidAt);
        return now - last >= _limits.WarningInterval.TotalMilliseconds && Interlocked.CompareExchange(ref saidAt, now, last) == last;
    }

    private Task ServeAsync(Socket client, WebFrontPlace place, WebFrontListener listener) => GuardAsync(
        client,
        listener,
        async () =>
        {
            IPEndPoint? peer = null;
            if (listener.IsBehindProxy)
            {
                using var life = CancellationTokenSource.CreateLinkedTokenSource(_serving.Token, place.Shed);
                if ((peer = await WebFrontProxy.ReadAsync(client, _trustsProxy, _limits, _log, life.Token)) is null) return;
                if (!place.TrySpeakFor(peer.Address))
                {
                    place.Dispose();
                    await RefuseAsync(client, WebFrontVerdict.TooManyOfAddress, listener);
                    return;
                }
            }
            await new WebFrontConnection(client, listener.EndPoint, _target, _limits, _metrics, peer).ServeAsync(place, _serving.Token);
        },
        () =>
        {
            place.Dispose();
            if (_places.Taken == 0 && _accepting.IsCancellationRequested) _idle.TrySetResult();
        });

    private Task RefuseAsync(Socket client, WebFrontVerdict verdict, WebFrontListener listener)
    {
        bool isOfAddress = verdict == WebFrontVerdict.TooManyOfAddress;
        if (isOfAddress && MaySay(ref _saidTooManyAt)) _log.Warn($"web: {AddressOf(client)} has {_settings.ConnectionsOfAddress} connections, further ones are refused (web.limit.connections)");
        HttpHeadRefusal refusal = isOfAddress ? HttpHeadRefusal.TooManyOfAddress : HttpHeadRefusal.TooManyConnections;
        bool lingers = _places.TryLinger();
        return GuardAsync(
            client,
            listener,
            () => new WebFrontConnection(client, listener.EndPoint, _target, _limits, _metrics).RefuseAsync(refusal, lingers, _serving.Token),
            () =>
            {
                if (lingers) _places.EndLinger();
            });
    }

    private async Task GuardAsync(Socket client, WebFrontListener listener, Func<Task> work, Action leave)
    {
        _metrics.OpenWebConnections.Increment();
        listener.Figures.OpenConnections.Increment();
        // Back to the accept loop first.
        await Task.Yield();
        try
        {
            await work();
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A client that broke its connection, was too slow or was cut off at the stop: everyday, and nobody is left to tell.
            if (_log.Keeps(LogLevel.Trace)) _log.Trace($"web: connection ended early: {failure.Message}");
        }
        catch (Exception failure)
        {
            // A fault of ours must cost one connection, not the process.
            _log.Error($"web: connection failed: {failure}");
        }
        finally
        {
            client.Dispose();
            leave();
            _metrics.OpenWebConnections.Decrement();
            listener.Figures.OpenConnections.Decrement();
        }
    }

    /// <summary>Stops accepting, gives requests under way a short time, then cuts them off.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _accepting.CancelAsync();
        CloseListeners();
        await _accepts;
        if (OpenConnections == 0) _idle.TrySetResult();
        await Task.WhenAny(_idle.Task, Task.Delay(_limits.Drain));
        await _serving.CancelAsync();
        // The cut-off connections still use these tokens; sources without a timer or handle need no disposal.
        await Task.WhenAny(_idle.Task, Task.Delay(_limits.Drain));
    }

    private void CloseListeners()
    {
        foreach (WebFrontListener listener in _listeners) listener.Dispose();
    }
}
