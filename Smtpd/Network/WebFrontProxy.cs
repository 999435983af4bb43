using System.Net;
using System.Net.Sockets;
using Smtpd.Operations;

namespace Smtpd.Network;

/// <summary>Reads the PROXY header in front of a request.</summary>
internal static class WebFrontProxy
{
    /// <returns>The client for whom the proxy speaks; null when the connection is to be closed.</returns>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="OperationCanceledException">The front stops.</exception>
    public static async Task<IPEndPoint?> ReadAsync(Socket client, Func<IPAddress, bool> trusts, WebFrontLimits limits, Log log, CancellationToken stop)
    {
        IPEndPoint proxy = WebFrontConnection.Plain(client.RemoteEndPoint);
        if (!trusts(proxy.Address)) return Close("only proxies in smtp.trusted.hosts may connect to this listener");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(limits.HeadDeadline);
        byte[] buffer = new byte[ProxyHeader.MostOctets];
        int received = 0;
        try
        {
            while (true)
            {
                switch (ProxyHeader.Read(buffer.AsSpan(0, received), out ProxyHeader header, out int missing))
                {
                    case ProxyHeaderState.Complete: return header.Client ?? proxy;
                    case ProxyHeaderState.Bad: return Close("what it sent first is no PROXY header");
                }
                // No more than that: the request behind is for others to read.
                int count = await client.ReceiveAsync(buffer.AsMemory(received, missing), SocketFlags.None, deadline.Token);
                if (count == 0) return Close("no PROXY header came");
                received += count;
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Close("no PROXY header came in time");
        }

        IPEndPoint? Close(string why)
        {
            log.Warn($"web: {proxy} closed: {why}");
            return null;
        }
    }
}
