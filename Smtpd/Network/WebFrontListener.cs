using System.Net;
using System.Net.Sockets;
using Smtpd.Configuration;
using Smtpd.Operations;

namespace Smtpd.Network;

/// <summary>One listening socket of the web front.</summary>
internal sealed class WebFrontListener : IDisposable
{
    private readonly Socket _socket;

    private WebFrontListener(Socket socket, string protocol, bool proxy)
    {
        _socket = socket;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        Figures = new ListenerFigures(protocol, EndPoint, ListenerTls.None, proxy);
    }

    public ListenerFigures Figures { get; }

    /// <summary>True when its clients are load balancers that send a PROXY header first.</summary>
    public bool IsBehindProxy => Figures.IsBehindProxy;

    /// <summary>What the socket is bound to.</summary>
    public IPEndPoint EndPoint { get; }

    /// <param name="protocol">What is spoken there, for the figures.</param>
    /// <param name="all">All addresses of the front: <c>[::]</c> takes IPv4 along only where none of them claims the port for it.</param>
    /// <exception cref="WebFrontException">The address cannot be had.</exception>
    public static WebFrontListener Bind(string protocol, ListenAddress address, IReadOnlyList<ListenAddress> all)
    {
        IPEndPoint wanted = address.EndPoint;
        if (address.ImplicitTls) throw new WebFrontException($"web: cannot listen on {wanted} with TLS: this version speaks only plain HTTP here");
        Socket? socket = null;
        try
        {
            socket = new Socket(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            bool taken = wanted.Port != 0 && all.Any(other => other.EndPoint.AddressFamily == AddressFamily.InterNetwork && other.EndPoint.Port == wanted.Port);
            if (wanted.Address.Equals(IPAddress.IPv6Any) && !taken && Socket.OSSupportsIPv4) socket.DualMode = true;
            // ReuseAddress stays unset: .NET makes a port in TIME_WAIT free again on its own, and setting it would also let a
            // second process share the port.
            socket.Bind(wanted);
            socket.Listen(WebFrontLimits.Backlog);
            return new WebFrontListener(socket, protocol, address.Proxy);
        }
        catch (SocketException failure)
        {
            socket?.Dispose();
            throw new WebFrontException($"web: cannot listen on {wanted}: {ListenException.Explain(failure)}", failure);
        }
    }

    /// <summary>Hands every client to <paramref name="take"/>, which must not wait, until <paramref name="stop"/>.</summary>
    public async Task AcceptAllAsync(Action<Socket, WebFrontListener> take, Log log, WebFrontLimits limits, CancellationToken stop)
    {
        long saidAt = long.MinValue / 2;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Socket client = await _socket.AcceptAsync(stop);
                take(client, this);
            }
            catch (SocketException failure) when (failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // The client was gone before its turn came.
            }
            catch (SocketException failure) when (!stop.IsCancellationRequested)
            {
                // No descriptors or no memory. Waiting for others to give some back is all that helps.
                if (Environment.TickCount64 - saidAt > limits.WarningInterval.TotalMilliseconds)
                {
                    log.Warn($"web: {EndPoint} cannot accept connections for now: {failure.Message}");
                    saidAt = Environment.TickCount64;
                }
                await PauseAsync(limits.AcceptPause, stop);
            }
            catch (Exception failure) when (stop.IsCancellationRequested && failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, stop);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition ends it.
        }
    }

    public void Dispose() => _socket.Dispose();
}
