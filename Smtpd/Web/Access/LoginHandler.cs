using Smtpd.Accounts;
using Smtpd.Network;
using Smtpd.Operations;

namespace Smtpd.Web.Access;

/// <summary><c>/login</c>: a form for name and password; sent, it begins a session.</summary>
internal sealed class LoginHandler(WebAccounts accounts, PasswordGate gate, FormGuard guard, string basePath, string greetingFile, Log log) : IHandler
{
    private const string Purpose = "login";

    /// <summary>
    /// Browsers keep no cookie for longer (RFC 6265bis §5.5). When a session ends is decided here: used every day it goes on, and the cookie
    /// need not be set anew.
    /// </summary>
    public static readonly TimeSpan CookieTime = TimeSpan.FromDays(400);

    private readonly WebCookie _cookie = new(WebAccess.CookieName, basePath);
    private readonly ReturnPath _return = new(basePath);
    private readonly FormPage _page = new(basePath, greetingFile);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Method != "POST") return Show(request, 200, null);
        (HttpQuery? form, Answer? refusal) = await FormBody.ReadAsync(request, cancellation);
        if (form is null) return refusal!;
        if (!guard.Accepts(request, Purpose, form[FormGuard.Field])) return Show(request, 403, "This form has grown old, or your browser keeps no cookies. Try again.");

        PasswordResult result = await gate.TryAsync(request.Origin, form["username"] ?? "", form["password"] ?? "", "the page", cancellation);
        (int status, string text, HttpHeadField[] fields) = PasswordGate.Explain(result.Outcome);
        if (result.User is not { } user) return Show(request, Shown(status), text, fields);
        if (await accounts.Tickets.OpenSessionAsync(user.Name, user.Generation, cancellation) is not { } secret) return Show(request, 403, "Your account has changed at this moment. Try again.");
        // Always a new one, and the one before is worth nothing any more: a planted session stays with who planted it (session fixation).
        if (_cookie.Read(request) is { } before) await accounts.Tickets.CloseSessionAsync(before, cancellation);
        log.Info($"web: {request.Origin.Address}: signed in as {user.Name} by the page");
        return BytesAnswer.Of(303, "text/plain; charset=utf-8", [], new HttpHeadField("Location", _return.Read(request)), _cookie.Write(request, secret, CookieTime));
    }

    /// <summary>With 401 a scheme of HTTP's own would have to be named, and this is none.</summary>
    private static int Shown(int status) => status == 401 ? 403 : status;

    private Answer Show(HttpRequest request, int status, string? trouble, params HttpHeadField[] fields)
    {
        if (accounts.Users.IsEmpty) return _page.Render(status, "Sign in", trouble, "<p>There is nobody yet who could. Make the first user by <code>smtpd user add NAME --superuser</code>.</p>", fields);
        if (!gate.TakesFrom(request.Origin)) return _page.Render(status, "Sign in", PasswordGate.Explain(PasswordOutcome.NotOverPlainHttp).Text, "", fields);
        (string mark, HttpHeadField[] cookie) = guard.Make(request, Purpose);
        string form = FormPage.Form(mark,
            $"""
            {FormPage.Input("username", "Name", "text", "username", User.MostLetters)}
            {FormPage.Input("password", "Password", "password", "current-password", UserAdministration.MostPasswordLetters)}
            """, "Sign in");
        // A browser that follows a link from elsewhere leaves the session's cookie at home, and shows it again for a link from here.
        if (request.Fields["Sec-Fetch-Site"] == "cross-site") form += $"\n<p><a href=\"{FormPage.Text(_return.Read(request))}\">I am signed in already</a></p>";
        return _page.Render(status, "Sign in", trouble, form, [.. cookie, .. fields]);
    }
}
