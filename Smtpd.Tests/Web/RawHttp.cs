using System.Net;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;

namespace Smtpd.Tests.Web;

/// <summary>A client that sends exactly what it is told.</summary>
internal static class RawHttp
{
    /// <summary>Far beyond what a test needs: reached only when something hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<Socket> ConnectAsync(IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(server, patience.Token);
        return socket;
    }

    public static async Task SendAsync(this Socket socket, string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text));

    public static async Task<RawAnswer> ExchangeAsync(IPEndPoint server, string request)
    {
        using Socket socket = await ConnectAsync(server);
        await socket.SendAsync(request);
        return await socket.ReadAnswerAsync();
    }

    /// <summary>A head of ASCII and a body of any octets.</summary>
    public static async Task<RawAnswer> ExchangeAsync(IPEndPoint server, string head, byte[] body)
    {
        using Socket socket = await ConnectAsync(server);
        await socket.SendAsync(head);
        // A server that has seen enough answers and closes: what it said counts, not how much of the body it took.
        Task<RawAnswer> answer = socket.ReadAnswerAsync();
        try
        {
            for (int sent = 0; sent < body.Length;) sent += await socket.SendAsync(body.AsMemory(sent));
        }
        catch (SocketException)
        {
            // Its answer is on the way or here.
        }
        return await answer;
    }

    /// <summary>Everything up to the end of the connection, without interim answers.</summary>
    public static async Task<RawAnswer> ReadAnswerAsync(this Socket socket)
    {
        byte[] all = await socket.ReadToEndAsync();
        while (true)
        {
            int end = all.AsSpan().IndexOf("\r\n\r\n"u8);
            Assert.That(end, Is.GreaterThan(0), $"no answer in '{Encoding.Latin1.GetString(all)}'");
            string head = Encoding.Latin1.GetString(all, 0, end);
            int status = int.Parse(head.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
            all = all[(end + 4)..];
            if (status != 100) return new RawAnswer(status, head, all);
        }
    }

    public static async Task<byte[]> ReadToEndAsync(this Socket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var all = new MemoryStream();
        byte[] buffer = new byte[65536];
        while (await socket.ReceiveAsync(buffer.AsMemory(), patience.Token) is > 0 and int count) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>Reads until the text ends so.</summary>
    public static async Task<string> ReadUntilAsync(this Socket socket, string ending)
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().EndsWith(ending, StringComparison.Ordinal))
        {
            int count = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            Assert.That(count, Is.GreaterThan(0), $"connection ended after '{text}'");
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return text.ToString();
    }

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (patience.IsCancellationRequested) Assert.Fail($"did not happen: {what}");
            await Task.Delay(5);
        }
    }
}
