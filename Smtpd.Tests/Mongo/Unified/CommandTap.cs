using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Wire;

namespace Smtpd.Tests.Mongo.Unified;

/// <summary>Stands between a client and a server, and notes each command that the client sends as the server gets it.</summary>
internal sealed class CommandTap : IAsyncDisposable
{
    /// <summary>Greetings, sign-in, and what a client or a test does for its own order: the specification tests do not count them.</summary>
    private static readonly HashSet<string> _private = ["hello", "isMaster", "ismaster", "saslStart", "saslContinue", "endSessions", "killCursors", "configureFailPoint"];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly CancellationTokenSource _end = new();
    private readonly List<BsonDocument> _commands = [];
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    /// <param name="target">The server's port.</param>
    public CommandTap(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>In the order in which they were sent; the documents of a batch stand in the array that they belong to.</summary>
    public IReadOnlyList<BsonDocument> Commands
    {
        get { lock (_commands) return [.. _commands]; }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_end.Token);
                _connections.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new TcpClient();
        using var near = new NetworkStream(client, ownsSocket: true);
        try
        {
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            NetworkStream far = server.GetStream();
            // Whichever side ends first ends the other.
            Task back = far.CopyToAsync(near, _end.Token).ContinueWith(_ => client.Close(), TaskScheduler.Default);
            byte[] header = new byte[WireFormat.HeaderOctets];
            try
            {
                while (true)
                {
                    await near.ReadExactlyAsync(header, _end.Token);
                    byte[] message = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
                    header.CopyTo(message, 0);
                    await near.ReadExactlyAsync(message.AsMemory(header.Length), _end.Token);
                    if (BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)) == WireFormat.Message) Note(message.AsMemory(header.Length));
                    await far.WriteAsync(message, _end.Token);
                }
            }
            finally
            {
                server.Close();
                await back;
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One of the two has gone, or the test is over.
        }
    }

    private void Note(ReadOnlyMemory<byte> body)
    {
        int flags = BinaryPrimitives.ReadInt32LittleEndian(body.Span);
        int end = body.Length - ((flags & WireFormat.ChecksumPresent) != 0 ? 4 : 0);
        using var command = new BsonWriter();
        command.BeginDocument();
        for (int place = 4; place < end;)
        {
            byte kind = body.Span[place++];
            int length = BinaryPrimitives.ReadInt32LittleEndian(body.Span[place..]);
            if (kind == WireFormat.BodySection) command.Elements(new BsonDocument(body.Slice(place, length)));
            else NoteDocuments(command, body.Slice(place + 4, length - 4));
            place += length;
        }
        BsonDocument whole = command.End().ToDocument();
        if (_private.Contains(whole.First.NameText)) return;
        lock (_commands) _commands.Add(whole);
    }

    private static void NoteDocuments(BsonWriter command, ReadOnlyMemory<byte> section)
    {
        int name = section.Span.IndexOf((byte)0);
        command.BeginArray(section.Span[..name]);
        for (int place = name + 1; place < section.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(section.Span[place..]);
            command.Document(new BsonDocument(section.Slice(place, length)));
            place += length;
        }
        command.End();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }
}
