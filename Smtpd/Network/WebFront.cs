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
    private readonly int _maxConnections;
    private readonly Func<IPAddress, bool> _trustsProxy;
    private readonly HttpRelayTarget _target;
    private readonly Log _log;
    private readonly WebFrontLimits _limits;
    private readonly CancellationTokenSource _accepting = new();
    private readonly CancellationTokenSource _serving = new();
    private readonly List<WebFrontListener> _listeners = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _accepts = Task.CompletedTask;
    private int _open;
    private int _refusing;
    private long _saidFullAt = long.MinValue / 2;
    private bool _disposed;

    /// <param name="limits">Null for the usual ones.</param>
    /// <param name="trustsProxy">Whether a proxy at that address is believed when it names its client; null for none.</param>
    public WebFront(WebSettings settings, HttpRelayTarget target, Log log, WebFrontLimits? limits = null, Func<IPAddress, bool>? trustsProxy = null)
        : this(settings.Listen, settings.MaxConnections, target, log, limits, trustsProxy)
    {
    }

    /// <param name="listen">The addresses, where they are not those of the page.</param>
    public WebFront(IReadOnlyList<ListenAddress> listen, int maxConnections, HttpRelayTarget target, Log log, WebFrontLimits? limits = null, Func<IPAddress, bool>? trustsProxy = null)
    {
        _listen = listen;
        _maxConnections = maxConnections;
        _trustsProxy = trustsProxy ?? (_ => false);
        _target = target;
        _log = log;
        _limits = limits ?? new WebFrontLimits();
    }

    /// <summary>Where it listens, in the order of the settings, with the ports that were found for port 0.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _listeners.Select(listener => listener.EndPoint)];

    /// <summary>Connections that are being served.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    /// <summary>Binds every address, and only when all are bound begins to accept.</summary>
    /// <exception cref="WebFrontException">An address cannot be had; none is held then.</exception>
    public void Start()
    {
        try
        {
            foreach (ListenAddress address in _listen) _listeners.Add(WebFrontListener.Bind(address, _listen));
        }
        catch (WebFrontException)
        {
            CloseListeners();
            throw;
        }
        _accepts = Task.WhenAll(_listeners.Select(listener => Task.Run(() => listener.AcceptAllAsync(Take, _log, _limits, _accepting.Token))));
        foreach (IPEndPoint endPoint in EndPoints) _log.Info($"web: listening on {endPoint}");
    }

    /// <summary>Never waits: what takes time goes on beside the accept loop.</summary>
    private void Take(Socket client, WebFrontListener listener)
    {
        if (Interlocked.Increment(ref _open) <= _maxConnections)
        {
            _ = RunAsync(client, connection => connection.ServeAsync(_serving.Token), listener, () => Leave());
            return;
        }
        Leave();
        SayFull();
        bool linger = Interlocked.Increment(ref _refusing) <= WebFrontLimits.LingeringRefusals;
        _ = RunAsync(
            client,
            connection => connection.RefuseAsync(HttpHeadRefusal.TooManyConnections, linger, _serving.Token),
            listener,
            () => Interlocked.Decrement(ref _refusing));
    }

    /// <summary>A flood must not fill the log: one line in a while is enough to act on.</summary>
    private void SayFull()
    {
        long now = Environment.TickCount64, last = Interlocked.Read(ref _saidFullAt);
        if (now - last < _limits.WarningInterval.TotalMilliseconds || Interlocked.CompareExchange(ref _saidFullAt, now, last) != last) return;
        _log.Warn($"web: all {_maxConnections} connections are in use, further clients are refused (web.max.connections)");
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0 && _accepting.IsCancellationRequested) _idle.TrySetResult();
    }

    private async Task RunAsync(Socket client, Func<WebFrontConnection, Task> serve, WebFrontListener listener, Action leave)
    {
        // Back to the accept loop first.
        await Task.Yield();
        try
        {
            IPEndPoint? peer = null;
            if (listener.IsBehindProxy && (peer = await WebFrontProxy.ReadAsync(client, _trustsProxy, _limits, _log, _serving.Token)) is null) return;
            await serve(new WebFrontConnection(client, listener.EndPoint, _target, _limits, peer));
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
