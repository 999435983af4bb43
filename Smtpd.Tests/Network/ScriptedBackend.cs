using System.Net;
using System.Net.Sockets;
using Smtpd.Network;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Network;

/// <summary>Stands behind the front and lets the test see and say every octet.</summary>
internal sealed class ScriptedBackend : IDisposable
{
    /// <summary>What makes an answer one of Smtpd's.</summary>
    public const string Mark = "Content-Security-Policy: default-src 'none'\r\n";

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ScriptedBackend()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Target = new HttpRelayTarget((IPEndPoint)_listener.LocalEndPoint!, "secret");
    }

    public HttpRelayTarget Target { get; }

    public async Task<Socket> AcceptAsync()
    {
        using var patience = new CancellationTokenSource(RawHttp.Patience);
        return await _listener.AcceptAsync(patience.Token);
    }

    /// <summary>True when nobody has connected.</summary>
    public bool IsUntouched => !_listener.Poll(0, SelectMode.SelectRead);

    public void Dispose() => _listener.Dispose();
}
