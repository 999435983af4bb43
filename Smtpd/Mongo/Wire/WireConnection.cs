using System.Net.Security;
using System.Net.Sockets;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;

namespace Smtpd.Mongo.Wire;

/// <summary>
/// One connection to a server: a request goes out, its answer comes in. After anything that is not an answer, and when an exchange was
/// given up, it is closed, because nobody knows any more what would come next.
/// </summary>
internal sealed class WireConnection : IDisposable
{
    /// <summary>Answers to writes fit into it with their header: one system call reads one.</summary>
    private const int FirstOctets = 1024;

    private readonly Socket _socket;
    private readonly byte[] _first = new byte[FirstOctets];
    private Stream _stream;
    private int _requestId;
    private volatile bool _isClosed;

    private WireConnection(MongoHost host, Socket socket)
    {
        Host = host;
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public MongoHost Host { get; }

    /// <summary>True when it cannot be used any more.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>True when the server has closed it, or has sent what nobody asked for (TLS itself may send something at any time). Costs a system call.</summary>
    public bool IsStale
    {
        get
        {
            try
            {
                return _isClosed || (_socket.Poll(0, SelectMode.SelectRead) && (_socket.Available == 0 || _stream is not SslStream));
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="WireException">TLS cannot be agreed on.</exception>
    public static async Task<WireConnection> OpenAsync(MongoHost host, TlsClient? tls, CancellationToken cancellationToken)
    {
        Socket socket = host.IsSocket ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (host.IsSocket) await socket.ConnectAsync(new UnixDomainSocketEndPoint(host.Name), cancellationToken).ConfigureAwait(false);
            else await socket.ConnectAsync(host.Name, host.Port, cancellationToken).ConfigureAwait(false);
            if (!host.IsSocket) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            var connection = new WireConnection(host, socket);
            if (tls is not null) connection._stream = await tls.SecureAsync(connection._stream, host, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A command in the old way, for the first greeting.</summary>
    /// <exception cref="WireException">What came is no answer.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<BsonDocument> QueryAsync(BsonDocument command, CancellationToken cancellationToken)
    {
        using var writer = new BsonWriter();
        WireRequest.WriteQuery(writer, ++_requestId, command);
        return await ExchangeAsync(writer.Written, expectsReply: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a command and reads its answer, whatever that says.</summary>
    /// <inheritdoc cref="QueryAsync"/>
    public async Task<BsonDocument> RunAsync(MongoCommand command, CommandSurroundings around, CancellationToken cancellationToken)
    {
        long octets = command.Body.Length + (command.Payload?.Octets ?? 0) + FirstOctets;
        using var writer = new BsonWriter((int)Math.Min(octets, WireFormat.LongestReply));
        WireRequest.WriteCommand(writer, ++_requestId, command, around);
        return await ExchangeAsync(writer.Written, command.WriteConcern?.IsAcknowledged ?? true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends an exchange that is under way. For others than the one who uses the connection, who must still dispose of it.</summary>
    public void Abort()
    {
        _isClosed = true;
        _socket.Dispose();
    }

    public void Dispose()
    {
        Abort();
        _stream.Dispose();
    }

    private async Task<BsonDocument> ExchangeAsync(ReadOnlyMemory<byte> request, bool expectsReply, CancellationToken cancellationToken)
    {
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            await _stream.WriteAsync(request, cancellationToken).ConfigureAwait(false);
            return expectsReply ? await ReceiveAsync(cancellationToken).ConfigureAwait(false) : BsonDocument.Of("ok"u8, 1);
        }
        catch
        {
            Abort();
            throw;
        }
    }

    private async Task<BsonDocument> ReceiveAsync(CancellationToken cancellationToken)
    {
        int received = await _stream.ReadAtLeastAsync(_first, WireFormat.HeaderOctets, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (received < WireFormat.HeaderOctets) throw new WireException(received == 0 ? "the server has closed the connection" : $"the server has closed the connection after {received} octets of its answer");
        (int octets, int kind) = WireReply.ReadHeader(_first.AsSpan(0, WireFormat.HeaderOctets), _requestId);
        int here = received - WireFormat.HeaderOctets;
        if (here > octets) throw new WireException($"{here - octets} octets more than the answer have come");

        byte[] body = GC.AllocateUninitializedArray<byte>(octets);
        _first.AsSpan(WireFormat.HeaderOctets, here).CopyTo(body);
        int rest = await _stream.ReadAtLeastAsync(body.AsMemory(here), octets - here, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (here + rest < octets) throw new WireException($"the server has closed the connection after {here + rest + WireFormat.HeaderOctets} of {octets + WireFormat.HeaderOctets} octets of its answer");
        return WireReply.ReadBody(body, kind);
    }
}
