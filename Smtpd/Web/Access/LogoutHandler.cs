using Smtpd.Network;

namespace Smtpd.Web.Access;

/// <summary><c>/logout</c>: a button; pressed, it ends the session. The original did so by GET.</summary>
internal sealed class LogoutHandler(WebAccounts accounts, FormGuard guard, string basePath) : IHandler
{
    private const string Purpose = "logout";

    private readonly WebCookie _cookie = new(WebAccess.CookieName, basePath);
    private readonly FormPage _page = new(basePath);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Method != "POST") return Show(request, 200, null);
        (HttpQuery? form, Answer? refusal) = await FormBody.ReadAsync(request, cancellation);
        if (form is null) return refusal!;
        if (!guard.Accepts(request, Purpose, form[FormGuard.Field])) return Show(request, 403, "This form has grown old. Try again.");
        if (_cookie.Read(request) is { } secret) await accounts.Tickets.CloseSessionAsync(secret, cancellation);
        return BytesAnswer.Of(303, "text/plain; charset=utf-8", [], new HttpHeadField("Location", $"{basePath}/login"), _cookie.Clear(request));
    }

    private Answer Show(HttpRequest request, int status, string? trouble)
    {
        if (_cookie.Read(request) is null) return _page.Render(status, "Sign out", trouble, $"<p>You are not signed in. <a href=\"{FormPage.Text(basePath)}/login\">Sign in</a></p>");
        (string mark, HttpHeadField[] cookie) = guard.Make(request, Purpose);
        return _page.Render(status, "Sign out", trouble, FormPage.Form(mark, "", "Sign out"), cookie);
    }
}
