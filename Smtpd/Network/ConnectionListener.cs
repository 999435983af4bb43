using System.Net;
using System.Net.Sockets;
using Smtpd.Operations;

namespace Smtpd.Network;

/// <summary>Accepts connections on one address and hands each to its server, without ever waiting for one of them.</summary>
internal sealed class ConnectionListener : IAsyncDisposable
{
    /// <summary>Connections that the kernel holds for us during a burst; it cuts this at its own limit (net.core.somaxconn).</summary>
    private const int Backlog = 4096;

    /// <summary>Pause when the process is out of descriptors: accepting at once would only burn the processor.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly SocketOperation _accept = new();
    private readonly Action<Socket> _accepted;
    private readonly string _name;
    private readonly Log _log;
    private Task _running = Task.CompletedTask;
    private volatile bool _closing;

    /// <param name="dual">For <c>[::]</c>: accept IPv4 clients too. False where another listener has the same port on IPv4.</param>
    /// <exception cref="ListenException">The address cannot be listened on.</exception>
    public ConnectionListener(string name, IPEndPoint address, bool dual, Action<Socket> accepted, Log log)
    {
        _name = name;
        _log = log;
        _accepted = accepted;
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6) _socket.DualMode = dual && address.Address.Equals(IPAddress.IPv6Any);
            _socket.Bind(address);
            _socket.Listen(Backlog);
        }
        catch (SocketException failure)
        {
            _socket.Dispose();
            throw new ListenException($"{name}: cannot listen on {address}: {ListenException.Explain(failure)}", failure);
        }
        InlineCompletions.Enable(_socket);
        Address = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <summary>Where it really listens: the port is known now even if 0 was asked for.</summary>
    public IPEndPoint Address { get; }

    public void Start() => _running = AcceptAllAsync();

    private async Task AcceptAllAsync()
    {
        bool troubled = false;
        while (!_closing)
        {
            int outcome = await _accept.AcceptAsync(_socket).ConfigureAwait(false);
            if (outcome != SocketOperation.Failed && _accept.AcceptSocket is { } client)
            {
                _accept.AcceptSocket = null;
                troubled = false;
                HandOver(client);
                continue;
            }
            if (_closing) break;
            // A client that hung up before it was accepted is no trouble of ours.
            if (_accept.SocketError is SocketError.ConnectionAborted or SocketError.ConnectionReset) continue;
            if (!troubled) _log.Error($"{_name}: cannot accept connections on {Address}: {ListenException.Explain(new SocketException((int)_accept.SocketError))}; trying again until it works");
            troubled = true;
            await Task.Delay(Pause).ConfigureAwait(false);
        }
    }

    private void HandOver(Socket client)
    {
        try
        {
            _accepted(client);
        }
        catch (Exception fault)
        {
            // One client's fault must not end the accepting of all others.
            _log.Error($"{_name}: a connection could not be taken: {fault.Message}");
            client.Dispose();
        }
    }

    /// <summary>Gives the address back without ever having accepted.</summary>
    public void Abandon() => _socket.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (_closing) return;
        _closing = true;
        _socket.Dispose();
        await _running.ConfigureAwait(false);
        _accept.Dispose();
    }
}
