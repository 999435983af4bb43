using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Smtpd.Network;

namespace Smtpd.Tests.Network;

internal sealed class InlineCompletionsTests
{
    [Test]
    public async Task A_receive_completes_on_the_socket_thread_only_where_that_was_asked_for()
    {
        Assert.That(await IsCompletedOnSocketThreadAsync(inline: true), Is.True, "this runtime no longer completes inline; the member may be gone");
        Assert.That(await IsCompletedOnSocketThreadAsync(inline: false), Is.False);
    }

    private static async Task<bool> IsCompletedOnSocketThreadAsync(bool inline)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using Socket server = await listener.AcceptAsync();
        if (inline) InlineCompletions.Enable(server);
        using var operation = new SocketOperation();
        ValueTask<int> receiving = operation.ReceiveAsync(server, new byte[16]);
        Assert.That(receiving.IsCompleted, Is.False);
        Task<bool> onSocketThread = ObserveAsync(receiving);
        await client.SendAsync(new byte[] { 1 });
        return await onSocketThread;
    }

    private static async Task<bool> ObserveAsync(ValueTask<int> receiving)
    {
        Assert.That(await receiving.ConfigureAwait(false), Is.EqualTo(1));
        return InlineCompletions.IsSocketThread;
    }
}
