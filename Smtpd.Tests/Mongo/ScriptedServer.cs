using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Wire;

namespace Smtpd.Tests.Mongo;

/// <summary>A server that answers every command as a test says, for what no real server can be made to say.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    /// <summary>What a standalone server of MongoDB 7 says of itself.</summary>
    public const string Standalone = """{"ismaster": true, "helloOk": true, "minWireVersion": 0, "maxWireVersion": 21, "maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000, "ok": 1}""";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<BsonDocument, string> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    /// <param name="answer">Of a command, in Extended JSON. A greeting is a command too.</param>
    /// <param name="certificate">For TLS, in which the client must show a certificate of its own; null: in clear.</param>
    public ScriptedServer(Func<BsonDocument, string> answer, X509Certificate2? certificate = null)
    {
        _answer = answer;
        _certificate = certificate;
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Changes an answer on the wire: its whole octets and the command's name.</summary>
    public Func<byte[], string, byte[]>? Garble { get; set; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The subject of the certificate that the last client has shown.</summary>
    public string? ClientSubject { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Task[] all;
        lock (_connections) all = [.. _connections];
        await Task.WhenAll(all);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_end.Token);
                lock (_connections) _connections.Add(Task.Run(() => ServeAsync(socket)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (_certificate is not null) stream = await SecureAsync(stream, _certificate);
            byte[] header = new byte[WireFormat.HeaderOctets];
            while (true)
            {
                await stream.ReadExactlyAsync(header, _end.Token);
                byte[] body = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - header.Length];
                await stream.ReadExactlyAsync(body, _end.Token);
                bool isQuery = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)) == WireFormat.Query;
                BsonDocument command = Command(body, isQuery);
                byte[] reply = Reply(ExtendedJson.Read(_answer(command)), BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)), isQuery);
                await stream.WriteAsync(Garble?.Invoke(reply, command.First.NameText) ?? reply, _end.Token);
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client has gone, or the test is over.
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private async Task<Stream> SecureAsync(Stream stream, X509Certificate2 certificate)
    {
        var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        }, _end.Token);
        ClientSubject = secured.RemoteCertificate?.Subject;
        return secured;
    }

    private static BsonDocument Command(byte[] body, bool isQuery)
    {
        int start = isQuery ? 4 + body.AsSpan(4).IndexOf((byte)0) + 1 + 8 : 5;
        int length = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(start));
        return new BsonDocument(body.AsMemory(start, length));
    }

    private static byte[] Reply(BsonDocument document, int requestId, bool isQuery)
    {
        using var writer = new BsonWriter();
        writer.Raw(0).Raw(1).Raw(requestId).Raw(isQuery ? WireFormat.Reply : WireFormat.Message);
        if (isQuery) writer.Raw(8).Raw(0).Raw(0).Raw(0).Raw(1);
        else writer.Raw(0).Raw([WireFormat.BodySection]);
        writer.Document(document);
        writer.Overwrite(0, writer.Length);
        return writer.Written.ToArray();
    }
}
