using System.Net;
using System.Net.Sockets;
using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Operations;

namespace Smtpd.Web.Access;

/// <summary>Turns a request into the visitor who makes it, or into a refusal.</summary>
/// <param name="accounts">Null where nobody can sign in.</param>
internal sealed class WebAccess(WebSettings settings, WebAccounts? accounts, Log log)
{
    /// <summary>The browser's sessions.</summary>
    public const string CookieName = "smtpd";

    /// <summary>Where passwords come in, by whatever way; null where nobody can sign in.</summary>
    public PasswordGate? Gate { get; } = accounts is null ? null : new PasswordGate(accounts, settings.Insecure, log);

    private readonly TrustedProxies _proxies = new(settings.TrustedProxies);
    private readonly WebCookie _cookie = new(CookieName, HttpPath.Normalize(settings.BasePath));
    private readonly ReturnPath _return = new(HttpPath.Normalize(settings.BasePath));

    /// <returns>The request with what is known of who makes it; the refusal is null when it may go on.</returns>
    /// <exception cref="Storage.StoreException">The store is in trouble.</exception>
    public async ValueTask<(HttpRequest Request, Answer? Refusal)> AdmitAsync(HttpRequest request, Route? route, CancellationToken cancellation)
    {
        request = request with { Origin = _proxies.Find(request) };
        if (route is { IsOpen: true }) return (request, null);
        (Visitor? visitor, Answer? refusal) = await FindAsync(request, route is { IsOpenLocally: true }, cancellation);
        if (visitor is null) return (request, refusal);
        if (route is { NeedsSuperuser: true } && !visitor.IsSuperuser) return (request, BytesAnswer.Error(403, "This is for superusers only."));
        return (request with { Visitor = visitor }, null);
    }

    private async ValueTask<(Visitor? Visitor, Answer? Refusal)> FindAsync(HttpRequest request, bool isOpenLocally, CancellationToken cancellation)
    {
        if (settings.Authentication == WebAuthentication.Off) return (Visitor.Owner, null);
        // Asked for first, so that the one does not miss what the other does not see.
        CancellationToken firstUser = accounts?.Users.WatchForFirst() ?? default;
        bool isEmpty = accounts?.Users.IsEmpty ?? true;
        if (settings.Authentication == WebAuthentication.Auto && (isEmpty || isOpenLocally) && IsThisComputer(request))
        {
            // A page elsewhere can make its own name point at 127.0.0.1 (DNS rebinding), but then that name is in Host.
            if (request.Host is not null && IsLocalName(request.Host)) return (isEmpty ? Visitor.Owner with { Ended = firstUser } : Visitor.Owner, null);
            if (isEmpty) return (null, BytesAnswer.Error(403, "Without sign-in the Host header must be an IP address or localhost. Use http://localhost with the same port."));
        }
        if (accounts is null || isEmpty) return (null, NobodyCanSignIn());
        if (request.Fields["Authorization"] is { } authorization) return await ByFieldAsync(request, authorization, cancellation);
        if (_cookie.Read(request) is { } secret && await VisitAsync(() => accounts.Tickets.FindAsync(secret, TicketKind.Session, cancellation)) is { } visitor) return (visitor, null);
        return (null, AskToSignIn(request));
    }

    /// <summary>HTTP Basic (RFC 7617) or a bearer token (RFC 6750).</summary>
    private async ValueTask<(Visitor? Visitor, Answer? Refusal)> ByFieldAsync(HttpRequest request, string authorization, CancellationToken cancellation)
    {
        int blank = authorization.IndexOf(' ', StringComparison.Ordinal);
        string scheme = blank < 0 ? authorization : authorization[..blank];
        string credentials = blank < 0 ? "" : authorization[blank..].Trim();
        if (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return await VisitAsync(() => accounts!.Tickets.FindAsync(credentials, TicketKind.Token, cancellation)) is { } holder
                ? (holder, null)
                : (null, Challenge(request, "This token is not known, or its user is disabled."));
        }
        if (!scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) || !TryReadBasic(credentials, out string name, out string password))
            return (null, Challenge(request, "Authorization must be Basic with a name and a password, or Bearer with a token."));
        PasswordResult result = await Gate!.TryAsync(request.Origin, name, password, "Basic", cancellation);
        if (result.Outcome == PasswordOutcome.Accepted && await VisitAsync(() => AsBeforeAsync(result.User!, cancellation)) is { } visitor) return (visitor, null);
        (int status, string text, HttpHeadField[] fields) = PasswordGate.Explain(result.Outcome);
        return (null, status == 401 ? Challenge(request, text) : BytesAnswer.Error(status, text, fields));
    }

    private async ValueTask<(User User, Ticket? Ticket)?> AsBeforeAsync(User user, CancellationToken cancellation) =>
        await accounts!.Users.FindAsync(user.Name, cancellation) is { IsDisabled: false } now && now.Generation == user.Generation ? (now, null) : null;

    /// <summary>A visitor whose <see cref="Visitor.Ended"/> misses no change behind the look at the store.</summary>
    private async ValueTask<Visitor?> VisitAsync(Func<ValueTask<(User User, Ticket? Ticket)?>> find)
    {
        while (true)
        {
            int changes = accounts!.Users.Changes;
            if (await find() is not var (user, ticket)) return null;
            CancellationToken ended = accounts.Users.Watch(user.Name);
            if (accounts.Users.Changes == changes) return new Visitor(user.Name, user.IsSuperuser, ScopeOf(user)) { Ticket = ticket, Ended = ended };
        }
    }

    private MailScope ScopeOf(User user) => user.IsSuperuser || settings.UsersSeeAll ? MailScope.Everything : MailScope.Of(user.Mailboxes, user.Domains);

    /// <summary>The name ends at the first colon; a password may have more of them (RFC 7617 §2).</summary>
    private static bool TryReadBasic(string credentials, out string name, out string password)
    {
        (name, password) = ("", "");
        byte[] octets = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, octets, out int length) || !Prepared.TryDecode(octets.AsSpan(0, length), out string? text)) return false;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return false;
        (name, password) = (text[..colon], text[(colon + 1)..]);
        return true;
    }

    private Answer AskToSignIn(HttpRequest request) => IsNavigation(request)
        ? Redirect.To(302, _return.ToLogin(request.Target))
        : Challenge(request, "Sign-in is required: by the page /login, with a name and a password (Basic), or with a token (Bearer).");

    /// <summary>RFC 9110 §11.6.1 wants a scheme named with 401. A page's own requests must not make the browser open its dialog, as Basic would.</summary>
    private BytesAnswer Challenge(HttpRequest request, string text)
    {
        bool isOfPage = request.Fields["X-Requested-With"] is not null || request.Fields["Sec-Fetch-Mode"] is not null || request.Fields["Origin"] is not null || request.IsWebSocket;
        bool offersBasic = !isOfPage && Gate!.TakesFrom(request.Origin);
        return BytesAnswer.Error(401, text, new HttpHeadField("WWW-Authenticate", offersBasic ? "Basic realm=\"Smtpd\", charset=\"UTF-8\", Bearer realm=\"Smtpd\"" : "Bearer realm=\"Smtpd\""));
    }

    private static BytesAnswer NobodyCanSignIn() => BytesAnswer.Error(401,
        "Sign-in is required, and there is nobody yet who can: make the first user by smtpd user add NAME --superuser. Without users and with web.auth auto, this computer may come in over a loopback listener and without a proxy; web.auth off opens it to whoever can connect.",
        new HttpHeadField("WWW-Authenticate", "Bearer realm=\"Smtpd\""));

    /// <summary>True when a browser is about to show the answer in a window.</summary>
    private static bool IsNavigation(HttpRequest request) =>
        request.Method is "GET" or "HEAD"
        && request.Fields["Accept"]?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true
        && request.Fields["X-Requested-With"] is null
        && request.Fields["Sec-Fetch-Mode"] is null or "navigate"
        && request.Fields["Sec-Fetch-Dest"] is null or "document";

    private static bool IsThisComputer(HttpRequest request) =>
        IPAddress.IsLoopback(request.Listener.Address) && IPAddress.IsLoopback(request.Peer.Address) && !TrustedProxies.IsProxied(request);

    private static bool IsLocalName(string host)
    {
        string name = HttpHeadGrammar.SplitHost(host).Name;
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (!IPAddress.TryParse(name, out IPAddress? address)) return false;
        // TryParse also takes "1" and "0x7f.1": only the dotted form is a literal (RFC 3986 §3.2.2).
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? name.StartsWith('[') : name == address.ToString();
    }
}
