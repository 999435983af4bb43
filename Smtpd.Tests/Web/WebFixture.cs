using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Tests.Network;
using Smtpd.Web;
using Smtpd.Web.Access;

namespace Smtpd.Tests.Web;

/// <summary>A whole web server on a free loopback port over a fake store.</summary>
internal sealed class WebFixture : IAsyncDisposable
{
    private readonly WebServer _server;
    private readonly MemoryUsers _userStore = new();

    public WebFixture(
        string basePath = "/",
        WebAuthentication authentication = WebAuthentication.Auto,
        int maxConnections = 200,
        WebFrontLimits? limits = null,
        string listen = "127.0.0.1:0",
        Func<WebSettings, WebSettings>? configure = null,
        LimitSettings? signInLimits = null,
        FailedNames? failedNames = null)
    {
        var settings = new WebSettings([new ListenAddress(IPEndPoint.Parse(listen), false)], basePath, authentication, maxConnections);
        if (configure is not null) settings = configure(settings);
        Users = new UserDirectory(_userStore);
        // The store in memory answers at once.
        Users.LookAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Tickets = new Tickets(Users, Clock, Log);
        SignIns = new SignInService(Users, new SignInSettings(SignInMode.Optional), Clock, Log, failedNames);
        ClientLimits? clients = signInLimits is null ? null : new ClientLimits(signInLimits, new RecipientPolicy([], []), Clock);
        var surroundings = new WebSurroundings(() => ListenersUp, () => Smtp, KeepsMail: true)
        {
            Metrics = Metrics,
            Accounts = new WebAccounts(Users, SignIns, Tickets, clients, Clock) { Penalty = TimeSpan.Zero },
            Blocks = new BlockLists(new MemoryBlockList(Clock), new BlockSettings()),
            Spool = () => Spool,
        };
        _server = new WebServer(settings, Store, Feed, surroundings, Log, limits);
        _server.Start();
    }

    public UserDirectory Users { get; }
    public Tickets Tickets { get; }
    public SignInService SignIns { get; }
    public ManualClock Clock { get; } = new();
    public Metrics Metrics { get; } = new(TimeProvider.System);
    public long LivePeers => Metrics.LivePeers.Value;

    public FakeMailStore Store { get; } = new();
    public MailFeed Feed { get; } = new();
    public SpoolStatus? Spool { get; set; }
    public IPEndPoint? Smtp { get; set; } = new(IPAddress.Loopback, 2525);
    public ListLog Log { get; } = new();
    public bool ListenersUp { get; set; } = true;
    public IPEndPoint EndPoint => _server.EndPoints[0];

    public Task<RawAnswer> SendAsync(string request) => RawHttp.ExchangeAsync(new IPEndPoint(IPAddress.Loopback, EndPoint.Port), request);

    /// <param name="fields">Further field lines, each ending in CRLF.</param>
    public Task<RawAnswer> GetAsync(string target, string fields = "", string method = "GET", string host = "localhost") =>
        SendAsync($"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n");

    public async Task<JsonElement> GetJsonAsync(string target)
    {
        RawAnswer answer = await GetAsync(target);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        SignIns.Dispose();
        // Only a failed test shows them.
        foreach ((LogLevel level, string text) in Log.Lines.Where(line => line.Level != LogLevel.Trace)) TestContext.Out.WriteLine($"[{level}] {text}");
    }
}
