using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Smtpd.Network;

/// <summary>Why a connection is to end although its client did not say so.</summary>
internal enum ConnectionEnding { None, TimedOut, ShuttingDown }

/// <summary>
/// One client's connection: its octets in and out, and its deadline. Used by one session at a time; only
/// <see cref="Interrupt"/> and <see cref="Abort"/> may be called from elsewhere. Waiting for a command it holds one small
/// buffer; everything larger is borrowed while octets move.
/// </summary>
internal sealed class Connection : DeadlineWheel.Entry, IDisposable
{
    /// <summary>A usual command fits; a waiting connection holds no more than this.</summary>
    private const int SmallOctets = 512;

    /// <summary>
    /// Receives in a row that found octets waiting. A client that sends faster than it is read must not keep the thread, on which
    /// all others of its socket thread, or of its batch, wait for their turn.
    /// </summary>
    private const int MostAtOnce = 32;

    /// <summary>The content type with which a client's TLS begins.</summary>
    private const byte HandshakeRecord = 22;

    /// <summary>What a client had on its way behind STARTTLS arrives together with it; its handshake follows the reply.</summary>
    private static readonly TimeSpan PlaintextDeadline = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly DeadlineWheel _wheel;
    private readonly NetworkBuffers _buffers;
    private readonly SocketOperation _receive = new();
    private readonly byte[] _small = new byte[SmallOctets];
    private byte[] _input;
    private int _start;
    private int _end;
    private int _atOnce;
    private Outbox? _outbox;
    private SslStream? _tls;
    private bool _droppedPlaintext;
    private volatile bool _sending;
    private volatile bool _ignoresDeadline;
    private volatile ConnectionEnding _ending;

    public Connection(Socket socket, DeadlineWheel wheel, NetworkBuffers buffers)
    {
        _socket = socket;
        _wheel = wheel;
        _buffers = buffers;
        _input = _small;
        IPAddress address = socket.RemoteEndPoint is IPEndPoint remote ? remote.Address : IPAddress.None;
        RemoteAddress = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>
    /// The client's address; an IPv4 client of an IPv6 socket has its IPv4 address. Behind a proxy that was believed it is the
    /// address that the proxy named.
    /// </summary>
    public IPAddress RemoteAddress { get; private set; }

    /// <summary>From now on the connection is that client's, for whom the other end of the socket only speaks.</summary>
    public void SpeakFor(IPAddress client) => RemoteAddress = client;

    /// <summary>Set once, by the deadline or by shutdown; the session then says so to the client and closes.</summary>
    public ConnectionEnding Ending => _ending;

    public bool IsEncrypted => _tls is not null;

    /// <summary>Received and not yet consumed.</summary>
    public ReadOnlySpan<byte> Input => _input.AsSpan(_start, _end - _start);

    public void Consume(int octets)
    {
        _start += octets;
        if (_start == _end) _start = _end = 0;
    }

    /// <summary>True when the buffer is full of unconsumed octets and <see cref="FillAsync"/> could add none.</summary>
    public bool IsFull => _end - _start == _input.Length;

    /// <summary>
    /// Borrows a large buffer for a body or an overlong line; goes on with the small one when none is left. Undone by
    /// <see cref="UseSmallBuffer"/>.
    /// </summary>
    public void UseLargeBuffer()
    {
        if (_input != _small || _buffers.Reads.TryTake() is not { } large) return;
        Input.CopyTo(large);
        _end -= _start;
        _start = 0;
        _input = large;
    }

    /// <summary>Gives a large buffer back as soon as what is left in it fits into the small one with room for more.</summary>
    public void UseSmallBuffer()
    {
        if (_input == _small || _end - _start >= SmallOctets) return;
        Input.CopyTo(_small);
        _buffers.Reads.Return(_input);
        _end -= _start;
        _start = 0;
        _input = _small;
    }

    /// <summary>Receives more behind what is there; the outcome is for <see cref="Take"/>.</summary>
    /// <param name="atMost">Octets behind which something begins that must stay unread; the header of a proxy before TLS.</param>
    public ValueTask<int> FillAsync(int atMost = int.MaxValue)
    {
        if (_start > 0)
        {
            Input.CopyTo(_input);
            _end -= _start;
            _start = 0;
        }
        Memory<byte> room = _input.AsMemory(_end, Math.Min(atMost, _input.Length - _end));
        ValueTask<int> receiving = _tls is null ? _receive.ReceiveAsync(_socket, room) : ReceiveTlsAsync(_tls, room);
        if (!receiving.IsCompletedSuccessfully)
        {
            _atOnce = 0;
            return receiving;
        }
        return ++_atOnce < MostAtOnce ? receiving : StepAsideAsync(receiving.Result);
    }

    /// <summary>Goes on at the end of the pool's queue.</summary>
    private async ValueTask<int> StepAsideAsync(int received)
    {
        _atOnce = 0;
        await Task.Yield();
        return received;
    }

    /// <summary>Adds what <see cref="FillAsync"/> received to the input. False when the client is gone, or the connection was interrupted.</summary>
    public bool Take(int octets)
    {
        if (octets <= 0) return false;
        _end += octets;
        return true;
    }

    /// <summary>Where replies are gathered until <see cref="FlushAsync"/>.</summary>
    public Outbox Outbox => _outbox ??= _buffers.TakeOutbox();

    public bool HasOutput => _outbox is { IsEmpty: false };

    /// <summary>Sends all that was gathered. False when the client cannot be reached any more.</summary>
    public ValueTask<bool> FlushAsync()
    {
        if (_outbox is not { IsEmpty: false } outbox) return new ValueTask<bool>(true);
        _sending = true;
        if (_tls is not null) return SendTlsAsync(_tls, outbox);
        Memory<byte> octets = outbox.Octets;
        ValueTask<int> sending = outbox.Operation.SendAsync(_socket, octets);
        if (!sending.IsCompletedSuccessfully) return SendRestAsync(outbox, octets, sending);
        // Replies are short and nearly always fit into the socket's buffer at once.
        int count = sending.Result;
        return count <= 0 || count == octets.Length
            ? new ValueTask<bool>(EndFlush(outbox, count > 0))
            : SendRestAsync(outbox, octets[count..], outbox.Operation.SendAsync(_socket, octets[count..]));
    }

    /// <summary>
    /// Sends what was gathered as the last of all, and inside TLS says that it was the last (RFC 8446 §6.1): who reads up to the end
    /// then knows that nobody has cut it off.
    /// </summary>
    public async ValueTask FlushAndEndAsync()
    {
        if (!await FlushAsync().ConfigureAwait(false) || _tls is null) return;
        // A client that reads nothing is cut off by the deadline here too.
        _sending = true;
        try
        {
            await _tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client did not wait for it.
        }
        _sending = false;
    }

    /// <param name="sending">The operation that sends the octets.</param>
    [System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(System.Runtime.CompilerServices.PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendRestAsync(Outbox outbox, Memory<byte> octets, ValueTask<int> sending)
    {
        while (true)
        {
            int count = await sending.ConfigureAwait(false);
            if (count <= 0) return EndFlush(outbox, false);
            octets = octets[count..];
            if (octets.IsEmpty) return EndFlush(outbox, true);
            sending = outbox.Operation.SendAsync(_socket, octets);
        }
    }

    private bool EndFlush(Outbox outbox, bool sent)
    {
        _sending = false;
        _outbox = null;
        _buffers.Return(outbox);
        return sent;
    }

    /// <summary>When nothing happens until then, the connection is interrupted. Replaces the deadline before.</summary>
    public void SetDeadline(TimeSpan fromNow) => _wheel.Set(this, fromNow);

    /// <summary>True while the session waits for something that is not the client's to hurry: the deadline is overlooked then.</summary>
    public bool IgnoresDeadline
    {
        get => _ignoresDeadline;
        set => _ignoresDeadline = value;
    }

    protected internal override void OnDeadline()
    {
        if (!_ignoresDeadline) Interrupt(ConnectionEnding.TimedOut);
    }

    /// <summary>
    /// Ends a wait for the client, so that the session can take its leave; a client that does not read its replies is cut
    /// off instead. The first reason given stays.
    /// </summary>
    public void Interrupt(ConnectionEnding reason)
    {
        bool again = _ending != ConnectionEnding.None;
        if (!again) _ending = reason;
        if (_sending || (again && reason == ConnectionEnding.TimedOut))
        {
            Abort();
            return;
        }
        try
        {
            _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The client was quicker; the pending receive ends by itself.
        }
    }

    /// <summary>Closes without a word.</summary>
    public void Abort() => _socket.Dispose();

    /// <summary>Ends the connection after what was flushed, and gives everything borrowed back. The last call.</summary>
    public void Dispose()
    {
        _wheel.Remove(this);
        try
        {
            _tls?.Dispose();
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or IOException)
        {
            // Already closed from the other side.
        }
        _socket.Dispose();
        _receive.Dispose();
        if (_outbox is not null) _buffers.Return(_outbox);
        _outbox = null;
        if (_input != _small) _buffers.Reads.Return(_input);
        _input = _small;
        _start = _end = 0;
    }

    /// <summary>What the handshake came to; null without TLS.</summary>
    public TlsState? Tls { get; private set; }

    /// <summary>
    /// Takes the TLS handshake as the server (RFC 8446), away from the socket threads. False when it failed. What the client
    /// sent in clear before it is dropped (CVE-2011-0411), also where it only arrives now.
    /// </summary>
    /// <param name="behindPlaintext">True behind STARTTLS. False where TLS begins with the first octet.</param>
    /// <param name="deadline">How long the handshake may take from its first octet on.</param>
    public async ValueTask<bool> StartTlsAsync(TlsCertificate certificate, bool behindPlaintext, TimeSpan deadline)
    {
        _start = _end = 0;
        SetDeadline(deadline);
        if (behindPlaintext && !await DropPlaintextAsync().ConfigureAwait(false)) return false;
        if (_droppedPlaintext) SetDeadline(deadline);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool verified = false;
#pragma warning disable CA5359 // This is the server's side: the certificate is the client's, and what it is worth is remembered.
        var tls = new SslStream(new ConnectionStream(_socket, _receive, Input.ToArray()), leaveInnerStreamOpen: false, (_, client, _, errors) =>
        {
            // A certificate that nobody vouches for is no reason to refuse the mail of whoever presents it.
            verified = client is not null && errors == SslPolicyErrors.None;
            return true;
        });
#pragma warning restore CA5359
        _start = _end = 0;
        try
        {
            await tls.AuthenticateAsServerAsync(certificate.Options).ConfigureAwait(false);
            Tls = new TlsState(tls.SslProtocol == System.Security.Authentication.SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2", tls.NegotiatedCipherSuite.ToString(),
                certificate.EndPoint, verified && tls.RemoteCertificate is X509Certificate2 client ? TlsState.NamesOf(client) : []);
            _tls = tls;
            return true;
        }
        catch (Exception failure) when (failure is System.Security.Authentication.AuthenticationException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Reads up to the first octet of a handshake (RFC 8446 §5.1). Who has sent anything else must begin it soon.</summary>
    private async ValueTask<bool> DropPlaintextAsync()
    {
        while (true)
        {
            if (!Take(await FillAsync().ConfigureAwait(false))) return false;
            int handshake = Input.IndexOf(HandshakeRecord);
            if (handshake == 0) return true;
            Consume(handshake < 0 ? Input.Length : handshake);
            if (!_droppedPlaintext) SetDeadline(PlaintextDeadline);
            _droppedPlaintext = true;
            // It may have come with the text before it, and then its client waits for us.
            if (handshake > 0) return true;
        }
    }

    private static async ValueTask<int> ReceiveTlsAsync(SslStream tls, Memory<byte> room)
    {
        try
        {
            return await tls.ReadAsync(room).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return SocketOperation.Failed;
        }
    }

    private async ValueTask<bool> SendTlsAsync(SslStream tls, Outbox outbox)
    {
        bool sent = true;
        try
        {
            await tls.WriteAsync(outbox.Octets).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            sent = false;
        }
        return EndFlush(outbox, sent);
    }
}
