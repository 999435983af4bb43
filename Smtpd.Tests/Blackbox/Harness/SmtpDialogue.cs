using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>
/// One SMTP connection, octet by octet: what is sent is exactly what the test says, and replies are read one at a time.
/// Texts stand for octets (Latin-1). Every wait has a deadline.
/// </summary>
internal sealed class SmtpDialogue : IAsyncDisposable
{
    public static readonly TimeSpan ReplyDeadline = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[4096];
    private int _read, _filled;
    private SslStream? _tls;

    private SmtpDialogue(Socket socket) => _socket = socket;

    /// <summary>The server's first reply.</summary>
    public SmtpReply Greeting { get; private set; } = new([]);

    /// <summary>Connects, and reads the greeting, which must be there but may be a refusal.</summary>
    public static Task<SmtpDialogue> ConnectAsync(int port) => ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));

    /// <param name="first">What is sent before the greeting is read, as a proxy does.</param>
    /// <param name="from">The address from which to connect; null for the usual one.</param>
    public static async Task<SmtpDialogue> ConnectAsync(IPEndPoint to, string first = "", IPAddress? from = null)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var dialogue = new SmtpDialogue(socket);
        try
        {
            if (from is not null) socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(to);
            await dialogue.SendAsync(first);
            dialogue.Greeting = await dialogue.ReadAsync();
            return dialogue;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects and introduces itself with EHLO.</summary>
    public static async Task<SmtpDialogue> IntroducedAsync(int port)
    {
        SmtpDialogue dialogue = await ConnectAsync(port);
        await dialogue.ExpectAsync("EHLO client.test", 250);
        return dialogue;
    }

    /// <summary>Takes the TLS handshake as the client, whatever the server's certificate.</summary>
    public async Task HandshakeAsync()
    {
        using var limit = new CancellationTokenSource(ReplyDeadline);
        // The certificate is a test's own.
#pragma warning disable CA5359
        _tls = new SslStream(new NetworkStream(_socket), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await _tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "mx.local.test" }, limit.Token);
    }

    /// <summary>STARTTLS, the handshake, and EHLO again.</summary>
    public async Task StartTlsAsync()
    {
        await ExpectAsync("STARTTLS", 220);
        await HandshakeAsync();
        await ExpectAsync("EHLO client.test", 250);
    }

    public Task SendAsync(string octets) => SendAsync(Encoding.Latin1.GetBytes(octets));

    /// <summary>Sends these octets and nothing else.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> octets)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        if (_tls is not null) await _tls.WriteAsync(octets, limit.Token);
        else while (!octets.IsEmpty) octets = octets[await _socket.SendAsync(octets, limit.Token)..];
    }

    /// <summary>Sends a command line and reads its reply.</summary>
    public async Task<SmtpReply> SayAsync(string command)
    {
        await SendAsync(command + "\r\n");
        return await ReadAsync();
    }

    /// <summary>Sends a command line and expects this reply code.</summary>
    public async Task<SmtpReply> ExpectAsync(string command, int code)
    {
        SmtpReply reply = await SayAsync(command);
        Assert.That(reply.Code, Is.EqualTo(code), () => $"{command}: {reply}");
        return reply;
    }

    /// <summary>Reads a reply; a connection that ends instead fails the test.</summary>
    public async Task<SmtpReply> ReadAsync(TimeSpan? deadline = null)
    {
        SmtpReply? reply = await ReadOrEndAsync(deadline);
        if (reply is null) throw new SocketException((int)SocketError.ConnectionReset, "the server closed the connection instead of replying");
        return reply;
    }

    /// <summary>Reads a reply, or null when the server closed the connection.</summary>
    public async Task<SmtpReply?> ReadOrEndAsync(TimeSpan? deadline = null)
    {
        var lines = new List<string>();
        while (await ReadLineAsync(deadline ?? ReplyDeadline) is { } line)
        {
            lines.Add(line);
            if (line.Length < 4 || line[3] != '-') return new SmtpReply(lines);
        }
        return null;
    }

    /// <summary>Begins a transaction up to the reply 354.</summary>
    public async Task BeginDataAsync(string from = "sender@remote.test", params string[] to)
    {
        await ExpectAsync($"MAIL FROM:<{from}>", 250);
        foreach (string one in to is [] ? ["alice@local.test"] : to) await ExpectAsync($"RCPT TO:<{one}>", 250);
        await ExpectAsync("DATA", 354);
    }

    /// <summary>Delivers a message and gives the reply to its end.</summary>
    /// <param name="source">Lines end in CRLF; the text is dot-stuffed here.</param>
    public async Task<SmtpReply> DeliverAsync(string source, string from = "sender@remote.test", params string[] to)
    {
        await BeginDataAsync(from, to);
        await SendAsync(Stuffing.Stuff(Encoding.Latin1.GetBytes(source)));
        return await ReadAsync();
    }

    /// <summary>Ends the client's half of the connection at once, as a client that dies does.</summary>
    public void Break() => _socket.Close();

    public ValueTask DisposeAsync()
    {
        _tls?.Dispose();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string?> ReadLineAsync(TimeSpan deadline)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_read == _filled)
            {
                using var limit = new CancellationTokenSource(deadline);
                try
                {
                    (_read, _filled) = (0, _tls is null ? await _socket.ReceiveAsync(_buffer, limit.Token) : await _tls.ReadAsync(_buffer, limit.Token));
                }
                catch (OperationCanceledException)
                {
                    throw new TimeoutException($"no reply within {deadline.TotalSeconds:0} s");
                }
                if (_filled == 0) return line.Length == 0 ? null : throw new SocketException((int)SocketError.ConnectionReset, $"half a reply: {line}");
            }
            char c = (char)_buffer[_read++];
            line.Append(c);
            if (c != '\n') continue;
            if (line.Length < 2 || line[^2] != '\r') throw new InvalidDataException($"a reply line that does not end in CRLF: {line}");
            return line.ToString(0, line.Length - 2);
        }
    }
}
