using System.Collections.Specialized;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Web.Delivery;

namespace Smtpd.Web;

/// <summary>
/// The HTTP server behind the front: an <see cref="HttpListener"/> on a loopback port of its own, which answers nobody who
/// does not know the secret of this process.
/// </summary>
internal sealed class HttpHost : IAsyncDisposable
{
    /// <summary>Another process may take the port between its choice and its use; so often in a row it does not.</summary>
    private const int PortAttempts = 20;

    /// <summary>Octets of the secret: beyond guessing.</summary>
    private const int SecretOctets = 32;

    /// <summary>Time that requests under way get when the host stops. The front has given them theirs already.</summary>
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(2);

    /// <summary>Keeps proxies on the way from ending a quiet websocket, and makes a dead peer known.</summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Octets of a websocket's receive buffer: clients say next to nothing.</summary>
    private const int WebSocketBuffer = 1024;

    /// <summary>Statuses by their first digits, as the metrics name them.</summary>
    private static readonly string[] s_classes = ["", "1xx", "2xx", "3xx", "4xx", "5xx"];

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpListener _listener = new();
    private readonly Router _router;
    private readonly HttpPath _path;
    private readonly AnswerDelivery _delivery;
    private readonly CrossOrigin _crossOrigin;
    private readonly Metrics _metrics;
    private readonly Log _log;
    private readonly byte[] _secret;
    private readonly int _concurrency;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();
    private Task _accepts = Task.CompletedTask;
    private bool _disposed;

    /// <param name="concurrency">Requests that are worked on at once; further ones wait.</param>
    /// <param name="settings">For compression and the origins of other pages.</param>
    public HttpHost(Router router, HttpPath path, int concurrency, WebSettings settings, Metrics metrics, Log log)
    {
        _delivery = new AnswerDelivery(settings.Compresses);
        _crossOrigin = new CrossOrigin(settings.CrossOrigins);
        _metrics = metrics;
        _router = router;
        _path = path;
        _log = log;
        _concurrency = concurrency;
        _slots = new SemaphoreSlim(concurrency);
        string secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(SecretOctets));
        _secret = Encoding.ASCII.GetBytes(secret);
        Target = new HttpRelayTarget(new IPEndPoint(IPAddress.Loopback, 0), secret);
    }

    /// <summary>Where it listens after <see cref="Start"/>, and what it wants to hear.</summary>
    public HttpRelayTarget Target { get; private set; }

    /// <exception cref="WebFrontException">No loopback port can be had.</exception>
    public void Start()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                IPEndPoint endPoint = FreeEndPoint();
                _listener.Prefixes.Clear();
                _listener.Prefixes.Add($"http://{endPoint}/");
                _listener.Start();
                Target = Target with { EndPoint = endPoint };
                break;
            }
            catch (Exception failure) when (failure is HttpListenerException or SocketException)
            {
                if (attempt == PortAttempts) throw new WebFrontException($"web: cannot get a loopback port for the server behind the front: {failure.Message}", failure);
            }
        }
        _accepts = Task.Run(AcceptAllAsync);
    }

    private static IPEndPoint FreeEndPoint()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
    }

    private async Task AcceptAllAsync()
    {
        while (true)
        {
            try
            {
                await _slots.WaitAsync(_stop.Token);
                HttpListenerContext context = await _listener.GetContextAsync();
                _ = ServeAsync(context);
            }
            catch (Exception failure) when (_stop.IsCancellationRequested && failure is OperationCanceledException or HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            catch (Exception failure)
            {
                // One connection that failed before it became a request. Its slot was not used; the pause keeps a lasting fault cheap.
                _slots.Release();
                _log.Warn($"web: request lost: {failure.Message}");
                await Task.Delay(s_pause);
            }
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        await Task.Yield();
        try
        {
            await AnswerAsync(context);
        }
        catch (Exception failure)
        {
            // The answer cannot be completed, so the connection must not end as if it were.
            context.Response.Abort();
            bool everyday = failure is HttpListenerException or ObjectDisposedException or OperationCanceledException or SocketException;
            if (!everyday) _log.Error($"web: answer broken off: {failure}");
            else if (_log.Keeps(LogLevel.Trace)) _log.Trace($"web: answer broken off: {failure.Message}");
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        NameValueCollection fields = context.Request.Headers;
        HttpRequest? request = null;
        HttpRelayCall? call = IsFromFront(fields) ? Target.Calls.Find(fields[HttpRelayFields.Call]) : null;
        // Nobody waits for it any more: what only looks is given up, what changes something goes on to its end.
        bool onlyLooks = context.Request.HttpMethod is "GET" or "HEAD";
        using var life = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, onlyLooks && call is not null ? call.Aborted : default);
        await using Answer answer = IsFromFront(fields) && (request = Read(context.Request, call)) is not null
            ? _crossOrigin.AnswerPreflight(request) ?? _delivery.To(request, await _router.AnswerAsync(request, life.Token))
            : BytesAnswer.Error(403, "Forbidden.");

        if (answer is WebSocketAnswer upgrade)
        {
            _metrics.WebAnswers.Increment(s_classes[1]);
            HttpListenerWebSocketContext accepted = await context.AcceptWebSocketAsync(subProtocol: null, WebSocketBuffer, s_heartbeat);
            using WebSocket socket = accepted.WebSocket;
            try
            {
                await upgrade.TalkAsync(socket, life.Token);
            }
            finally
            {
                // The websocket does not own the connection: whoever was sent away would keep it, and its place at the front.
                context.Response.Abort();
            }
            return;
        }
        HttpListenerResponse response = context.Response;
        response.StatusCode = answer.Status;
        response.KeepAlive = false;
        response.ContentType = answer.ContentType;
        string? framing = answer.Status is 204 or 304 ? "none" : answer.Length is not null ? null : context.Request.ProtocolVersion == HttpVersion.Version10 ? "close" : "chunked";
        // Any number will do where the front delimits the body in its own way: it keeps the listener from doing so.
        response.ContentLength64 = framing is null ? answer.Length!.Value : long.MaxValue;
        if (framing is not null) response.Headers[HttpRelayFields.Framing] = framing;
        response.Headers["Server"] = "smtpd";
        foreach (HttpHeadField field in WebFrontSecurity.Fields) response.Headers[field.Name] = field.Value;
        foreach (HttpHeadField field in answer.Fields) response.Headers[field.Name] = field.Value;
        foreach (HttpHeadField field in _crossOrigin.FieldsFor(fields["Origin"]))
            response.Headers[field.Name] = field.Name == "Vary" && response.Headers["Vary"] is { } varies ? $"{varies}, {field.Value}" : field.Value;
        _metrics.WebAnswers.Increment(s_classes[answer.Status / 100]);
        if (request is not null && _log.Keeps(LogLevel.Trace)) _log.Trace($"web: {request.Peer} {request.Method} {fields[HttpRelayFields.Target]} {answer.Status}");
        if (context.Request.HttpMethod != "HEAD" && framing != "none") await WriteBodyAsync(answer, response.OutputStream, framing == "chunked", life.Token);
        if (call is not null) call.IsAnswered = true;
        // Closing the stream sends a head that is not sent yet.
        response.OutputStream.Close();
        // Close would wait, on a thread of the pool, for a body that nobody reads. What was sent still arrives.
        if (context.Request.HasEntityBody) response.Abort();
        else response.Close();
    }

    private static async Task WriteBodyAsync(Answer answer, Stream output, bool inChunks, CancellationToken cancellation)
    {
        if (!inChunks)
        {
            await answer.WriteBodyAsync(output, cancellation);
            return;
        }
        await using var chunks = new ChunkedStream(output);
        await answer.WriteBodyAsync(chunks, cancellation);
        await chunks.CompleteAsync(cancellation);
    }

    private bool IsFromFront(NameValueCollection fields) =>
        fields[HttpRelayFields.Secret] is { } secret && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), _secret);

    private HttpRequest? Read(HttpListenerRequest request, HttpRelayCall? call)
    {
        NameValueCollection fields = request.Headers;
        if (!IPEndPoint.TryParse(fields[HttpRelayFields.Peer] ?? "", out IPEndPoint? peer)) return null;
        if (!IPEndPoint.TryParse(fields[HttpRelayFields.Listener] ?? "", out IPEndPoint? listener)) return null;
        (IReadOnlyList<string>? path, HttpQuery query) = _path.Split(fields[HttpRelayFields.Target] ?? "");
        return new HttpRequest(request.HttpMethod, path, query, fields[HttpRelayFields.Host], peer, listener, fields, new HttpRequestBody(request.InputStream, LengthOf(request), () => call is { HasWholeBody: true }, () => call?.WantBody()))
        {
            IsFromAllowedOrigin = _crossOrigin.Allows(fields["Origin"]),
        };
    }

    private static long? LengthOf(HttpListenerRequest request) => !request.HasEntityBody ? 0 : request.ContentLength64 < 0 ? null : request.ContentLength64;

    /// <summary>Takes no more, gives requests under way a short time, then cuts them off.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        using (var patience = new CancellationTokenSource(s_drain))
        {
            try
            {
                // The accept loop itself holds one slot.
                while (_slots.CurrentCount < _concurrency - 1) await Task.Delay(10, patience.Token);
            }
            catch (OperationCanceledException)
            {
                // They had their time.
            }
        }
        await _stop.CancelAsync();
        _listener.Abort();
        await _accepts;
    }
}
