using System.Net;
using System.Net.Sockets;
using System.Text;
using Smtpd.Configuration;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Smtp;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Tests.Configuration;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Smtp;

/// <summary>Sessions in this process: a server on a free port of loopback with a store in memory.</summary>
internal sealed class SessionServer : IAsyncDisposable
{
    /// <summary>A session that has not ended by then hangs.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Intake _intake;
    private readonly SmtpServer _server;

    /// <param name="smtp">Options of the section <c>smtp</c>, as JSON members.</param>
    public SessionServer(string smtp = "", Log? log = null)
    {
        Settings settings = Configure.Good($$"""{ "smtp": { "listen": "127.0.0.1:0", "domain": "mx.local.test", "allowed.hosts": "local.test" {{(smtp.Length > 0 ? "," : "")}} {{smtp}} } }""");
        Log = log ?? new ListLog();
        _intake = new Intake(Store, new MailFeed(), keep: true, TimeProvider.System, Log);
        var policy = new RecipientPolicy(settings.Smtp.AllowedHosts, settings.Smtp.TrustedHosts);
        _server = new SmtpServer(new SmtpContext(settings.Smtp, policy, _intake, TimeProvider.System, Log) { Metrics = Metrics, Blocks = Blocks });
        _server.Start();
    }

    public MemoryStore Store { get; } = new(256 * 1024 * 1024);

    public Log Log { get; }

    public IPEndPoint Address => _server.Addresses[0];

    public Metrics Metrics { get; } = new(TimeProvider.System);

    public BlockLists Blocks { get; } = new(new MemoryBlockList(TimeProvider.System), new BlockSettings());

    /// <summary>Sends the pieces one by one, then nothing more, and gives all that the server answered until it closed.</summary>
    public async Task<string> PlayAsync(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _server.Addresses[0].Port));
        using var limit = new CancellationTokenSource(Deadline);
        Task<string> answers = ReadAsync(client, limit.Token);
        try
        {
            foreach (ReadOnlyMemory<byte> piece in pieces) await client.SendAsync(piece, limit.Token);
            client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server has closed already, as after QUIT; its answers are there all the same.
        }
        try
        {
            return await answers;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("the session does not end");
        }
    }

    private static async Task<string> ReadAsync(Socket client, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await client.ReceiveAsync(buffer, cancellation) is > 0 and int count) text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Closed while octets of ours were still on their way to it.
        }
        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _intake.DisposeAsync();
        await Store.DisposeAsync();
        Blocks.Dispose();
    }
}
