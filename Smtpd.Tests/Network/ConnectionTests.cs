using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Network;

namespace Smtpd.Tests.Network;

internal sealed class ConnectionTests
{
    private Socket _client = null!;
    private DeadlineWheel _wheel = null!;
    private Connection _connection = null!;

    [SetUp]
    public async Task Connect()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await _client.ConnectAsync(listener.LocalEndpoint);
        _wheel = new DeadlineWheel(TimeProvider.System);
        _connection = new Connection(await listener.AcceptSocketAsync(), _wheel, new NetworkBuffers());
    }

    [TearDown]
    public void Close()
    {
        _connection.Dispose();
        _wheel.Dispose();
        _client.Dispose();
    }

    [Test]
    public async Task Client_that_always_has_more_does_not_keep_the_thread_to_itself()
    {
        // A thousand receives, all of which find octets waiting.
        await _client.SendAsync(new byte[512 * 1000]);
        var left = new TaskCompletionSource<bool>();
        Thread? thread = null;
        thread = new Thread(() => _ = ReadAsync());
        thread.Start();
        Assert.That(await left.Task.WaitAsync(TimeSpan.FromSeconds(20)), Is.True);
        thread.Join();

        async Task ReadAsync()
        {
            for (int i = 0; i < 500 && Thread.CurrentThread == thread; i++)
            {
                if (!_connection.Take(await _connection.FillAsync().ConfigureAwait(false))) break;
                _connection.Consume(_connection.Input.Length);
            }
            left.SetResult(Thread.CurrentThread != thread);
        }
    }
}
