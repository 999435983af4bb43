using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Storage;
using Smtpd.Tests.Web.SignIn;
using Smtpd.Web;
using Smtpd.Web.Access;
using Smtpd.Web.Sending;
using Smtpd.Web.Status;

namespace Smtpd.Tests.Web.Api;

/// <summary>A whole web server over one of the real stores, with everything behind it that takes a message.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    /// <summary>The kinds of stores.</summary>
    public static readonly string[] Stores = ["memory", "sqlite"];

    private readonly TemporaryFolder _folder = new();
    private readonly BodyStaging _staging;
    private readonly Intake _intake;
    private readonly WebServer _server;
    private readonly Timeline _timeline;
    private readonly SignInService _signIns;
    private string _token = "";

    public ApiServer(string kind = "memory", string basePath = "/", Func<SmtpSettings, SmtpSettings>? change = null, long room = 1024L * 1024 * 1024, LimitSettings? limits = null,
        Func<WebSettings, WebSettings>? configure = null)
    {
        Store = kind == "memory" ? new MemoryStore(room) : new SqliteStore(Path.Combine(_folder.Root, "mail.db"), 0, Log);
        _staging = new BodyStaging(_folder.Root, Store.Space);
        _intake = new Intake(Store, Feed, keep: true, TimeProvider.System, Log) { Metrics = Metrics };
        ConfigurationReading reading = SettingsReader.Read(new RawConfiguration(null), new SettingsOverrides());
        SmtpSettings smtp = reading.Settings!.Smtp with { Domain = "mx.local.test", MailboxPlus = true };
        smtp = change?.Invoke(smtp) ?? smtp;
        Policy = new RecipientPolicy(smtp.AllowedHosts, smtp.TrustedHosts);
        Blocks = new BlockLists(new MemoryBlockList(TimeProvider.System), smtp.Blocks);
        Users = new UserDirectory(Store as IUserStore ?? new MemoryUsers());
        Users.LookAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Tickets = new Tickets(Users, TimeProvider.System, Log);
        _signIns = new SignInService(Users, new SignInSettings(SignInMode.Optional), TimeProvider.System, Log);
        Sending = new SendingRules(smtp, Policy, _intake, TimeProvider.System)
        {
            Blocks = Blocks,
            Limits = limits is null ? null : new ClientLimits(limits, Policy, TimeProvider.System),
            Spam = smtp.SpamPattern is { } pattern ? new SpamFilter(pattern) : null,
        };
        var surroundings = new WebSurroundings(() => true, () => null, KeepsMail: true)
        {
            Accounts = new WebAccounts(Users, _signIns, Tickets, null, TimeProvider.System),
            Timeline = _timeline = new Timeline(TimeProvider.System, Metrics, Log),
            Configuration = reading,
            Blocks = Blocks,
            MailboxPlus = smtp.MailboxPlus,
            Metrics = Metrics,
            Sending = Sending,
        };
        var web = new WebSettings([new ListenAddress(IPEndPoint.Parse("127.0.0.1:0"), false)], basePath, WebAuthentication.Auto, 50);
        _server = new WebServer(configure?.Invoke(web) ?? web, Store, Feed, surroundings, Log);
        _server.Start();
        _timeline.Start(StatusSeries.Sources(Metrics, Store, () => _intake.Waiting));
    }

    public IMailStore Store { get; }
    public MailFeed Feed { get; } = new();
    public RecipientPolicy Policy { get; }
    public BlockLists Blocks { get; }
    public SendingRules Sending { get; }
    public UserDirectory Users { get; }
    public Tickets Tickets { get; }
    public IReadOnlyList<Route> Routes => _server.Routes;
    public Metrics Metrics { get; } = new(TimeProvider.System);
    public ListLog Log { get; } = new();

    public IPEndPoint EndPoint => new(IPAddress.Loopback, _server.EndPoints[0].Port);

    /// <summary>From now on requests are those of a user with these mailboxes and domains.</summary>
    public async Task SignInAsync(string name, bool superuser, string[] mailboxes, string[] domains)
    {
        await Users.AddAsync(FormClient.New(name) with { IsSuperuser = superuser, Mailboxes = mailboxes, Domains = domains }, default);
        _token = $"Authorization: Bearer {await Tickets.MakeTokenAsync(name, "", default)}\r\n";
    }

    /// <summary>From now on requests are those of a browser in which that user has signed in. Gives the session's secret.</summary>
    public async Task<string> OpenSessionAsync(string name)
    {
        string secret = (await Tickets.OpenSessionAsync(name, (await Users.FindAsync(name, default))!.Generation, default))!;
        UseSession(secret);
        return secret;
    }

    public void UseSession(string secret) => _token = $"Cookie: smtpd={secret}\r\n";

    public void UsePassword(string name, string password) => _token = $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"))}\r\n";

    public void UseToken(string token) => _token = $"Authorization: Bearer {token}\r\n";

    /// <summary>From now on requests are nobody's.</summary>
    public void SignOut() => _token = "";

    /// <summary>Takes a message in as SMTP does.</summary>
    public async Task<MessageId> KeepAsync(string source, params string[] recipients)
    {
        using ReceivedMail mail = Mails.New(_staging, source.ReplaceLineEndings("\r\n"), recipients);
        Assert.That(await _intake.AcceptAsync(mail), Is.EqualTo(AcceptOutcome.Stored));
        await Task.Yield();
        return mail.Id;
    }

    public Task<RawAnswer> SendAsync(string method, string target, string? body = null, string fields = "") => SendAsync(method, target, body is null ? null : Encoding.UTF8.GetBytes(body), fields);

    public Task<RawAnswer> SendAsync(string method, string target, byte[]? body, string fields = "")
    {
        string length = body is null ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        return RawHttp.ExchangeAsync(EndPoint, $"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{length}{_token}{fields}\r\n", body ?? []);
    }

    public async Task<JsonElement> JsonAsync(string method, string target, string? body = null)
    {
        RawAnswer answer = await SendAsync(method, target, body);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        Assert.That(answer.Field("Content-Type"), Is.EqualTo("application/json"));
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    public Task<JsonElement> GetAsync(string target) => JsonAsync("GET", target);

    /// <summary>A change that is answered as clients expect.</summary>
    public async Task OkAsync(string method, string target, string? body = null)
    {
        RawAnswer answer = await SendAsync(method, target, body);
        Assert.That((answer.Status, answer.Text), Is.EqualTo((200, "ok")));
        Assert.That(answer.Field("Content-Type"), Is.EqualTo("text/plain; charset=utf-8"));
    }

    public async Task<string[]> SubjectsAsync(string target) =>
        [.. (await GetAsync(target)).GetProperty("messages").EnumerateArray().Select(row => row.GetProperty("Subject").GetString()!)];

    public async ValueTask DisposeAsync()
    {
        _timeline.Dispose();
        await _server.DisposeAsync();
        await _intake.DisposeAsync();
        await Store.DisposeAsync();
        Blocks.Dispose();
        _signIns.Dispose();
        _staging.Dispose();
        _folder.Dispose();
        foreach ((LogLevel level, string text) in Log.Lines.Where(line => line.Level is LogLevel.Error or LogLevel.Warn)) TestContext.Out.WriteLine($"[{level}] {text}");
    }
}
