using System.Net;
using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Web.Access;
using Smtpd.Web.Live;
using Smtpd.Web.Original;
using Smtpd.Web.Page;
using Smtpd.Web.People;
using Smtpd.Web.Status;

namespace Smtpd.Web;

/// <summary>The web: the front that clients reach and the server behind it with all its routes.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebSettings _settings;
    private readonly Log _log;
    private readonly WebFrontLimits? _limits;
    private readonly Metrics _metrics;
    private readonly LiveHub _hub;
    private readonly HttpHost _host;
    private readonly NginxAuthServer? _nginx;
    private readonly Func<IPAddress, bool> _trustsProxy;
    private readonly UserChanges? _userChanges;
    private WebFront? _front;

    /// <param name="surroundings">What it knows of the rest of the program.</param>
    /// <param name="limits">Null for the usual ones.</param>
    public WebServer(WebSettings settings, IMailStore store, MailFeed feed, WebSurroundings surroundings, Log log, WebFrontLimits? limits = null)
    {
        _settings = settings;
        _log = log;
        _limits = limits;
        _metrics = surroundings.Metrics;
        surroundings = surroundings with { IsGreeting = () => GreetingHandler.IsThere(settings.GreetingFile) };
        // Half of the connections stay for requests that end.
        _hub = new LiveHub(feed, store, new EnvelopeView(surroundings.MailboxPlus), settings.MaxConnections / 2, surroundings.Metrics, log) { Tickets = surroundings.Accounts?.Tickets };
        var access = new WebAccess(settings, surroundings.Accounts, log);
        var auth = new NginxAuthHandler(surroundings.PlainSmtp, surroundings.Accounts is { } known ? new NginxSignIn(known, access.Gate!, settings, surroundings.TrustsProxy, log) : null);
        if (surroundings.Accounts is { } accounts) _userChanges = new UserChanges(accounts.Users, accounts.SignIns, accounts.Clock, surroundings.MailboxPlus);
        Routes = RoutesOf(store, feed, surroundings, access, auth);
        var router = new Router(Routes, access, auth, log);
        _trustsProxy = surroundings.TrustsProxy;
        if (settings.NginxListen.Count > 0) _nginx = new NginxAuthServer(settings, auth, access, surroundings.TrustsProxy, surroundings.Metrics, log);
        // The front lets no more connections through, so a slot is free for each of them and one for the accept loop.
        _host = new HttpHost(router, new HttpPath(settings.BasePath), settings.MaxConnections + 1, settings, surroundings.Metrics, log);
    }

    /// <summary>Every address, in the order in which they are looked through.</summary>
    public IReadOnlyList<Route> Routes { get; }

    private Route[] RoutesOf(IMailStore store, MailFeed feed, WebSurroundings surroundings, WebAccess access, NginxAuthHandler auth)
    {
        string basePath = HttpPath.Normalize(_settings.BasePath);
        var changes = new MailChanges(store, feed) { Metrics = surroundings.Metrics };
        var events = new EventsDialect(surroundings.KeepsMail);
        var incus = new IncusDialect(surroundings.KeepsMail, TimeProvider.System);
        var incusSocket = new IncusHandler(_hub, incus);
        var longPoll = new LongPollHandler(_hub, feed, incus, LongPollHandler.Patience);
        var delete = new OldDeleteHandler(store, changes, basePath);
        return
        [
            .. PageHandler.Routes(basePath),
            new("greeting", new GreetingHandler(_settings.GreetingFile), IsOpen: true),
            .. new ApiRoutes(store, changes, surroundings, basePath, _log).All(),
            new("view/*", new ViewHandler(store)),
            new("view/*/*", new NestedViewHandler(store)),
            new("api/events", new EventsHandler(_hub, events)),
            new("api/v1/events", new EventStreamHandler(_hub, new EventStreamDialect(events))),
            new("metrics", new MetricsHandler(store, surroundings)) { NeedsSuperuser = true, IsOpenLocally = true },
            new("livez", new TextHandler("OK"), IsOpen: true),
            new("readyz", new ReadinessHandler(store, surroundings.ListenersUp, surroundings.Spool), IsOpen: true),
            new("ping", new TextHandler("OK"), IsOpen: true),
            new("auth-smtp", auth, IsOpen: true),
            .. BlockRoutes(store, surroundings),
            new("status", new StatusHandler(store, surroundings, TimeProvider.System, basePath)) { NeedsSuperuser = true },
            new("mails", new OldListHandler(store, basePath)),
            new("mails/*", new OldListHandler(store, basePath)),
            new("mail/*", new OldMailHandler(store, basePath)),
            .. surroundings.Attachments is { } attachments ? [new Route("mail/attachment/*/*", new OldAttachmentHandler(attachments, basePath))] : (Route[])[],
            new("mail/delete/*", delete) { Changes = new Dictionary<string, IHandler> { ["POST"] = delete } },
            .. surroundings.Accounts is { } accounts ? SignInRoutes.Of(_settings, accounts, access.Gate!, basePath, _log) : [],
            .. surroundings.Accounts is { } people ? PeopleRoutes.Of(people, _userChanges!, access.Gate!, _settings.UsersSeeAll, basePath, _log) : [],
            new("ws/", incusSocket),
            new("ws", incusSocket),
            new("lp", longPoll) { Changes = new Dictionary<string, IHandler> { ["POST"] = longPoll } },
        ];
    }

    private static IEnumerable<Route> BlockRoutes(IMailStore store, WebSurroundings surroundings)
    {
        if (surroundings.Blocks is not { } blocks) yield break;
        yield return new("api/v1/blocks", new BlocksHandler(blocks))
        {
            NeedsSuperuser = true,
            Changes = new Dictionary<string, IHandler> { ["POST"] = new BlockHandler(blocks), ["DELETE"] = new UnblockHandler(blocks) },
        };
        foreach ((string pattern, BlockKind kind) in (IEnumerable<(string, BlockKind)>)
            [("greylist/host/*", BlockKind.Host), ("greylist/mailfrom/*", BlockKind.Sender), ("greylist/tomail/*", BlockKind.Recipient)])
        {
            var handler = new OldGreylistHandler(store, blocks, kind);
            yield return new(pattern, handler) { NeedsSuperuser = true, Changes = new Dictionary<string, IHandler> { ["POST"] = handler } };
        }
    }

    /// <summary>Where clients reach it, in the order of the settings.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => _front?.EndPoints ?? [];

    /// <summary>Binds every address and begins to serve.</summary>
    /// <exception cref="WebFrontException">An address cannot be had.</exception>
    public void Start()
    {
        _host.Start();
        _front = new WebFront(_settings, _host.Target, _log, _limits, _trustsProxy, _metrics);
        _front.Start();
        _nginx?.Start();
    }

    /// <summary>Stops accepting, lets requests under way end for a short time, then cuts them off.</summary>
    public async ValueTask DisposeAsync()
    {
        // Live connections do not end by themselves.
        await _hub.DisposeAsync();
        if (_nginx is not null) await _nginx.DisposeAsync();
        if (_front is not null) await _front.DisposeAsync();
        await _host.DisposeAsync();
        _userChanges?.Dispose();
    }
}
