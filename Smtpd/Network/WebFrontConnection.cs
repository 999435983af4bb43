using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Smtpd.Operations;

namespace Smtpd.Network;

/// <summary>One client of the web front: one request, one answer, then the end.</summary>
/// <param name="proxied">The client that a proxy has named; null where the client itself is connected.</param>
internal sealed class WebFrontConnection(Socket client, IPEndPoint listener, HttpRelayTarget target, WebFrontLimits limits, Metrics metrics, IPEndPoint? proxied = null)
{
    /// <param name="place">Its place at the front.</param>
    /// <param name="stop">Ends it at once.</param>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="OperationCanceledException">The front stops, or another client needs the place more.</exception>
    public async Task ServeAsync(WebFrontPlace place, CancellationToken stop)
    {
        client.NoDelay = true;
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop, place.Shed);
        using var reader = new HttpHeadReader();
        HttpHead? head;
        HttpHeadRefusal? refusal;
        using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(life.Token))
        {
            deadline.CancelAfter(limits.HeadDeadline);
            try
            {
                (head, refusal) = await reader.ReadAsync(client, deadline.Token);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                (head, refusal) = (null, place.Shed.IsCancellationRequested ? HttpHeadRefusal.TooManyConnections : HttpHeadRefusal.Slow);
            }
        }
        place.Serve();
        if (head is not null) refusal = await RelayAsync(head, reader.Surplus, place, life.Token);
        if (refusal is not null) await AnswerAsync(refusal, withBody: head is not { IsHead: true }, stop);
        if (!place.MayLinger()) return;
        place.AwaitEnd();
        await LingerAsync(stop, place.IsTaken ? place.Shed : default);
    }

    /// <summary>Answers without having read a request.</summary>
    public async Task RefuseAsync(HttpHeadRefusal refusal, bool linger, CancellationToken stop)
    {
        await AnswerAsync(refusal, withBody: true, stop);
        if (linger) await LingerAsync(stop, default);
    }

    private async Task<HttpHeadRefusal?> RelayAsync(HttpHead head, ReadOnlyMemory<byte> surplus, WebFrontPlace place, CancellationToken life)
    {
        IPEndPoint peer = proxied ?? Plain(client.RemoteEndPoint);
        HttpRelay relay;
        try
        {
            relay = new HttpRelay(client, head, target, limits, place, life);
        }
        catch (SocketException)
        {
            return HttpHeadRefusal.Unavailable;
        }
        using (relay) return Judge(await relay.RunAsync(surplus, peer, listener));
    }

    private HttpHeadRefusal? Judge(HttpRelayResult result)
    {
        switch (result)
        {
            case HttpRelayResult.RequestStalled: return HttpHeadRefusal.Slow;
            case HttpRelayResult.RequestCutShort: return HttpHeadRefusal.CutShort;
            case HttpRelayResult.RequestMalformed: return HttpHeadRefusal.Chunks;
            case HttpRelayResult.NoAnswer: return HttpHeadRefusal.Unavailable;
            case HttpRelayResult.ForeignAnswer: return HttpHeadRefusal.NotAnswerable;
            case HttpRelayResult.Broken:
                // A reset: the client must not take half an answer for a whole one.
                client.Close(0);
                throw new OperationCanceledException();
            default: return null;
        }
    }

    /// <summary>An IPv4 client of a dual-stack listener is an IPv4 client.</summary>
    public static IPEndPoint Plain(EndPoint? peer)
    {
        var end = (IPEndPoint)peer!;
        return end.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(end.Address.MapToIPv4(), end.Port) : end;
    }

    private async Task AnswerAsync(HttpHeadRefusal refusal, bool withBody, CancellationToken stop)
    {
        metrics.WebRefusals.Increment(refusal.Status.ToString(CultureInfo.InvariantCulture));
        using var socket = new HttpRelaySocket(client, limits.Linger, stop);
        await socket.SendAsync(Render(refusal, withBody));
    }

    /// <summary>
    /// Closing a socket with unread input resets the connection and may take the answer away before the client has read it
    /// (RFC 9112 §9.6): so first end our side, then read what still comes, within limits.
    /// </summary>
    private async Task LingerAsync(CancellationToken stop, CancellationToken shed)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop, shed);
        deadline.CancelAfter(limits.Linger);
        client.Shutdown(SocketShutdown.Send);
        byte[] sink = new byte[4096];
        for (int total = 0; total <= WebFrontLimits.LingerBytes;)
        {
            int count = await client.ReceiveAsync(sink, SocketFlags.None, deadline.Token);
            if (count == 0) return;
            total += count;
        }
    }

    private static byte[] Render(HttpHeadRefusal refusal, bool withBody)
    {
        // All texts are constants without characters that JSON escapes.
        string body = $"{{\"Error\":\"{refusal.Error}\"}}";
        var text = new StringBuilder(512);
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {refusal.Status} {refusal.Reason}\r\nDate: {DateTime.UtcNow:R}\r\nServer: smtpd\r\nConnection: close\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        foreach (HttpHeadField field in WebFrontSecurity.Fields) text.Append(CultureInfo.InvariantCulture, $"{field.Name}: {field.Value}\r\n");
        if (refusal.Field is not null) text.Append(refusal.Field).Append("\r\n");
        text.Append("\r\n");
        if (withBody) text.Append(body);
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
