using System.Net;
using System.Net.Sockets;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;

namespace Smtpd.Smtp;

/// <summary>Listens for SMTP clients and runs a session for each, up to <c>smtp.max.clients</c>.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private readonly SmtpContext _context;
    private readonly DeadlineWheel _wheel;
    private readonly NetworkBuffers _buffers = new();
    private readonly List<ConnectionListener> _listeners = [];
    private readonly HashSet<SmtpSession> _sessions = [];
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _full;

    /// <summary>Binds every address; accepts nothing yet.</summary>
    /// <exception cref="ListenException">An address cannot be listened on.</exception>
    public SmtpServer(SmtpContext context)
    {
        _context = context;
        _wheel = new DeadlineWheel(context.Clock);
        SmtpSettings settings = context.Settings;
        try
        {
            foreach (ListenAddress listen in settings.Listen)
            {
                ListenerFigures? figures = null;
                _listeners.Add(new ConnectionListener("smtp", listen.EndPoint, IsAlone(listen, settings.Listen), socket => Accept(socket, figures!), context.Log));
                // None is accepted before it is there.
                context.Metrics.Add(figures = new ListenerFigures("smtp", _listeners[^1].Address, TlsOf(listen), listen.Proxy));
            }
        }
        catch (ListenException)
        {
            foreach (ConnectionListener listener in _listeners) listener.Abandon();
            _wheel.Dispose();
            throw;
        }
    }

    private ListenerTls TlsOf(ListenAddress listen) => listen.ImplicitTls ? ListenerTls.Implicit : _context.Certificates is not null ? ListenerTls.StartTls : ListenerTls.None;

    /// <summary>True when no other listener has the port on IPv4.</summary>
    private static bool IsAlone(ListenAddress listen, IReadOnlyList<ListenAddress> all) =>
        !all.Any(other => other.EndPoint.AddressFamily == AddressFamily.InterNetwork && other.EndPoint.Port == listen.EndPoint.Port);

    /// <summary>Where clients can connect.</summary>
    public IReadOnlyList<IPEndPoint> Addresses => [.. _listeners.Select(listener => listener.Address)];

    public void Start()
    {
        foreach (ConnectionListener listener in _listeners) listener.Start();
    }

    /// <summary>Runs on the thread that accepted, so it never waits.</summary>
    private void Accept(Socket socket, ListenerFigures listener)
    {
        Connection connection;
        try
        {
            InlineCompletions.Enable(socket);
            socket.NoDelay = true;
            connection = new Connection(socket, _wheel, _buffers);
        }
        catch (SocketException)
        {
            // The client hung up between its connection and now.
            socket.Dispose();
            return;
        }
        var session = new SmtpSession(connection, _context, listener, listener.Tls == ListenerTls.Implicit, listener.IsBehindProxy);
        bool full;
        lock (_sessions)
        {
            full = _sessions.Count >= _context.Settings.MaxClients;
            if (!full) _sessions.Add(session);
            // Once when it begins, not for each client that is turned away.
            if (full && !_full) _context.Log.Warn($"smtp: all {_context.Settings.MaxClients} connections are in use (smtp.max.clients); more are answered 421 4.3.2");
            _full = full;
        }
        _context.Metrics.SmtpConnections.Increment();
        listener.Connections.Increment();
        if (full)
        {
            _context.Metrics.Refusals.Increment("421 4.3.2");
            _context.Metrics.Rejections.Count(RejectionReason.Limited);
        }
        _ = full ? TurnAwayAsync(connection) : RunAsync(session, listener);
    }

    private async Task RunAsync(SmtpSession session, ListenerFigures listener)
    {
        _context.Metrics.OpenSmtpConnections.Increment();
        listener.OpenConnections.Increment();
        try
        {
            await session.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _context.Metrics.OpenSmtpConnections.Decrement();
            listener.OpenConnections.Decrement();
            lock (_sessions)
            {
                _sessions.Remove(session);
                if (_context.IsDraining && _sessions.Count == 0) _empty.TrySetResult();
            }
        }
    }

    private static async Task TurnAwayAsync(Connection connection)
    {
        Replies.TooManyConnections.CopyTo(connection.Outbox.GetSpan(Replies.TooManyConnections.Length));
        connection.Outbox.Advance(Replies.TooManyConnections.Length);
        await connection.FlushAsync().ConfigureAwait(false);
        connection.Dispose();
    }

    /// <summary>
    /// Accepts no more connections, sends idle sessions away, lets running transactions finish, and returns when all are gone or
    /// the time is over; what is left then is cut off.
    /// </summary>
    public async Task DrainAsync(TimeSpan atMost)
    {
        foreach (ConnectionListener listener in _listeners) await listener.DisposeAsync().ConfigureAwait(false);
        SmtpSession[] sessions;
        lock (_sessions)
        {
            _context.IsDraining = true;
            sessions = [.. _sessions];
            if (sessions.Length == 0) _empty.TrySetResult();
        }
        foreach (SmtpSession session in sessions) session.Drain();
        if (await Task.WhenAny(_empty.Task, Task.Delay(atMost)).ConfigureAwait(false) == _empty.Task) return;
        lock (_sessions) sessions = [.. _sessions];
        _context.Log.Warn($"smtp: {sessions.Length} transactions did not finish within {atMost.TotalSeconds:F0} s and are cut off; their senders keep the mail");
        foreach (SmtpSession session in sessions) session.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ConnectionListener listener in _listeners) await listener.DisposeAsync().ConfigureAwait(false);
        _wheel.Dispose();
    }
}
