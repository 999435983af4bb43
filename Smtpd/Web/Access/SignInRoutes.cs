using Smtpd.Configuration;
using Smtpd.Operations;

namespace Smtpd.Web.Access;

/// <summary>The pages where people sign in and out.</summary>
internal static class SignInRoutes
{
    public static IReadOnlyList<Route> Of(WebSettings settings, WebAccounts accounts, PasswordGate gate, string basePath, Log log)
    {
        var guard = new FormGuard(basePath);
        return
        [
            Form("login", new LoginHandler(accounts, gate, guard, basePath, settings.GreetingFile, log)),
            Form("logout", new LogoutHandler(accounts, guard, basePath)),
            settings.TakesRegistrations
                ? Form("register", new RegisterHandler(accounts, gate, guard, basePath, log))
                : new Route("register", new AbsentHandler("Nobody can register here (web.register is false). Ask those who run this server for an account."), IsOpen: true),
        ];
    }

    /// <summary>Open to all: who is signed in already does not need them.</summary>
    private static Route Form(string pattern, IHandler handler) => new(pattern, handler, IsOpen: true) { Changes = new Dictionary<string, IHandler> { ["POST"] = handler } };
}
