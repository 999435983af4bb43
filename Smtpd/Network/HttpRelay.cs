using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Smtpd.Network;

/// <summary>
/// One request on its way to the server behind the front, and its answer on the way back. Two flows run beside each other;
/// the answer's end ends both, and so does a client that goes away.
/// </summary>
internal sealed class HttpRelay : IDisposable
{
    private static readonly byte[] s_continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private readonly HttpHead _head;
    private readonly HttpRelayTarget _target;
    private readonly HttpRelayCall _call;
    private readonly WebFrontPlace _place;
    private readonly WebFrontLimits _limits;
    private readonly CancellationTokenSource _life;
    private readonly HttpRelaySocket _client;
    private readonly Socket _serverSocket;
    private readonly HttpRelaySocket _server;
    private volatile bool _clientEnded;
    private volatile bool _bodyComplete;
    private bool _answerBegun;
    private bool _toldToContinue;
    private HttpRelayResult? _fault;

    /// <exception cref="SocketException">There are no descriptors left for the connection to the server behind.</exception>
    public HttpRelay(Socket client, HttpHead head, HttpRelayTarget target, WebFrontLimits limits, WebFrontPlace place, CancellationToken stop)
    {
        _place = place;
        _head = head;
        _target = target;
        _limits = limits;
        _serverSocket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        TryOutDescriptor();
        _life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _call = target.Calls.Open(_life.Token);
        _client = new HttpRelaySocket(client, limits.Idle, _life.Token, place.Answer);
        _server = new HttpRelaySocket(_serverSocket, limits.Idle, _life.Token);
        _bodyComplete = _call.HasWholeBody = !head.HasBody;
    }

    /// <summary>
    /// The server behind needs a descriptor for its end as well, and HttpListener keeps a processor busy for as long as it
    /// finds none: so see first that there is one.
    /// </summary>
    private void TryOutDescriptor()
    {
        try
        {
            using var spare = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        }
        catch (SocketException)
        {
            _serverSocket.Dispose();
            throw;
        }
    }

    /// <param name="surplus">What came after the head.</param>
    public async Task<HttpRelayResult> RunAsync(ReadOnlyMemory<byte> surplus, IPEndPoint peer, IPEndPoint listener)
    {
        Task upstream = Task.CompletedTask;
        try
        {
            Progress();
            await _serverSocket.ConnectAsync(_target.EndPoint, _life.Token);
            await _server.SendAsync(HttpRelayRequest.Render(_head, _target, _call, peer, listener));
            // A websocket's first frame may not reach the server before it has agreed: it would be read as a request.
            if (!_head.IsWebSocket) upstream = SendBodyThenWatchAsync(surplus);
            return await ReturnAnswerAsync(surplus);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            if (_answerBegun) return HttpRelayResult.Broken;
            if (_fault is { } fault) return fault;
            return failure is OperationCanceledException && !_bodyComplete ? HttpRelayResult.RequestStalled : HttpRelayResult.NoAnswer;
        }
        finally
        {
            await _life.CancelAsync();
            await upstream;
        }
    }

    /// <summary>The request's body; then only waits for the client to go away, and takes nothing for a request that comes after.</summary>
    private async Task SendBodyThenWatchAsync(ReadOnlyMemory<byte> surplus)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(WebFrontLimits.RelayBytes + (2 * HttpRelayBody.Frame));
        var body = new HttpRelayBody(_head);
        try
        {
            surplus.CopyTo(buffer.AsMemory(HttpRelayBody.Frame));
            int count = surplus.Length;
            int thrownAway = 0;
            bool wanted = true;
            while (true)
            {
                ReadOnlyMemory<byte> ready = body.Take(buffer, count, out int beyond);
                if (body.IsMalformed) throw new OperationCanceledException();
                if (body.IsAtEnd) _bodyComplete = _call.HasWholeBody = true;
                if (!ready.IsEmpty && wanted) wanted = await TrySendBodyAsync(ready);
                if (!ready.IsEmpty) Progress();
                thrownAway += wanted ? beyond : count;
                if (thrownAway > WebFrontLimits.LingerBytes) return;
                bool owes = !_bodyComplete;
                if (owes) Progress(_place.Body.Begin(_limits.Idle));
                count = await _client.ReceiveAsync(buffer.AsMemory(HttpRelayBody.Frame, WebFrontLimits.RelayBytes), _life.Token);
                if (owes) _place.Body.End(count);
                if (count == 0) break;
            }
            // The client closed its sending side. Behind its request that is no fault: it may still read its answer.
            if (!_bodyComplete) throw new OperationCanceledException();
            _clientEnded = true;
            Progress();
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // The client was reset, stalled, or sent what is no body, or the answer is complete: in each case the exchange is over.
            if (!_life.IsCancellationRequested && !_bodyComplete) _fault = body.IsMalformed ? HttpRelayResult.RequestMalformed : HttpRelayResult.RequestCutShort;
            await _life.CancelAsync();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>False when the server closed its side: it has answered without the body, and that answer is still to be read.</summary>
    private async ValueTask<bool> TrySendBodyAsync(ReadOnlyMemory<byte> body)
    {
        try
        {
            await _server.SendAsync(body);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<HttpRelayResult> ReturnAnswerAsync(ReadOnlyMemory<byte> surplus)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(WebFrontLimits.ResponseHeadBytes);
        try
        {
            int held = 0;
            while (true)
            {
                HttpRelayResponseHead? answer;
                while ((answer = HttpRelayResponseHead.Parse(buffer.AsSpan(0, held))) is null)
                {
                    int count = held == buffer.Length ? 0 : await ReceiveHeadAsync(buffer.AsMemory(held));
                    if (count == 0) return HttpRelayResult.NoAnswer;
                    held += count;
                }
                if (!answer.IsInterim && !answer.IsMarked && answer.Status != 101) return HttpRelayResult.ForeignAnswer;

                // The body that came along goes out with the head, but not more of it than the head says.
                int ready = (int)Math.Min(held, answer.Octets + (answer.IsInterim ? 0 : answer.BodyAfter(_head) ?? int.MaxValue));
                _answerBegun = !answer.IsInterim;
                if (answer.Framing is null) await _client.SendAsync(buffer.AsMemory(0, ready));
                else
                {
                    byte[] head = answer.Reframe(buffer.AsSpan(0, answer.Octets));
                    await _client.SendAsync((byte[])[.. head, .. buffer.AsSpan(answer.Octets, ready - answer.Octets)]);
                }
                Progress();
                if (answer.IsInterim)
                {
                    held -= ready;
                    buffer.AsSpan(ready, held).CopyTo(buffer);
                    continue;
                }
                if (answer.Status == 101) return await TunnelAsync(surplus);
                long? left = answer.BodyAfter(_head) - (ready - answer.Octets);
                return await ReturnBodyAsync(buffer, left, isFramed: answer.Framing is not null);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Waits for the answer. A client that holds its body back is told to send it when somebody wants it, and not before: who is
    /// refused without it need not send it in vain (RFC 9110 §10.1.1). HttpListener would tell it at once.
    /// </summary>
    private async ValueTask<int> ReceiveHeadAsync(Memory<byte> room)
    {
        if (!_head.ExpectsContinue || _toldToContinue) return await _server.ReceiveAsync(room, _life.Token);
        Task<int> answer = _server.ReceiveAsync(room, _life.Token).AsTask();
        if (await Task.WhenAny(answer, _call.BodyIsWanted) != answer)
        {
            _toldToContinue = true;
            try
            {
                await _client.SendAsync(s_continue);
            }
            catch (SocketException)
            {
                // It has gone away, and with it the reason to wait.
                await _life.CancelAsync();
            }
        }
        return await answer;
    }

    /// <param name="isFramed">True when only the server knows whether its answer has come to its end.</param>
    private async Task<HttpRelayResult> ReturnBodyAsync(byte[] buffer, long? left, bool isFramed)
    {
        while (left is null or > 0)
        {
            int count = await _server.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(left ?? buffer.Length, buffer.Length)), _life.Token);
            // Cut short by the server: the client must see a broken connection, not a shorter answer.
            if (count == 0) return left is null && (!isFramed || _call.IsAnswered) ? HttpRelayResult.Complete : HttpRelayResult.Broken;
            await _client.SendAsync(buffer.AsMemory(0, count));
            left -= count;
            Progress();
        }
        return HttpRelayResult.Complete;
    }

    /// <summary>Octets both ways until either side ends.</summary>
    private async Task<HttpRelayResult> TunnelAsync(ReadOnlyMemory<byte> early)
    {
        Progress(_limits.WebSocketIdle);
        await _server.SendAsync(early);
        Task up = PumpAsync(_client, _server, WebFrontLimits.WebSocketBytes - early.Length), down = PumpAsync(_server, _client, null);
        await Task.WhenAny(up, down);
        await _life.CancelAsync();
        await Task.WhenAll(up, down);
        return HttpRelayResult.Complete;
    }

    /// <param name="room">Octets that may come in the first minute; null for as many as there are.</param>
    private async Task PumpAsync(HttpRelaySocket from, HttpRelaySocket to, int? room)
    {
        long minute = Environment.TickCount64;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(WebFrontLimits.RelayBytes);
        try
        {
            while (await from.ReceiveAsync(buffer, _life.Token) is > 0 and int count)
            {
                if (room is not null && Environment.TickCount64 - minute >= 60_000) (minute, room) = (Environment.TickCount64, WebFrontLimits.WebSocketBytes);
                if ((room -= count) < 0) return;
                await to.SendAsync(buffer.AsMemory(0, count));
                Progress(_limits.WebSocketIdle);
            }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // One side broke, stalled or the other flow ended: ending both is the caller's next step.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Progress()
    {
        bool ended;
        do
        {
            ended = _clientEnded;
            Progress(ended ? _limits.HalfClosedIdle : _limits.Idle);
        }
        while (ended != _clientEnded); // The other flow may have seen the end meanwhile: the shorter time must win.
    }

    private void Progress(TimeSpan patience) => _life.CancelAfter(patience);

    public void Dispose()
    {
        _target.Calls.Close(_call);
        _client.Dispose();
        _server.Dispose();
        _serverSocket.Dispose();
        _life.Dispose();
    }
}
