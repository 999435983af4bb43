using Smtpd.Accounts;
using Smtpd.Operations;
using Smtpd.Web.Access;

namespace Smtpd.Web.People;

/// <summary>The part of the API that is about people: the visitor's own account, and for superusers everybody's.</summary>
internal static class PeopleRoutes
{
    /// <param name="usersSeeAll">True where every user sees everybody's mail (<c>web.users.see</c>).</param>
    public static IReadOnlyList<Route> Of(WebAccounts accounts, UserChanges changes, PasswordGate gate, bool usersSeeAll, string basePath, Log log) =>
    [
        new("api/v1/account", new AccountHandler(accounts.Users, usersSeeAll)),
        Change("api/v1/account/password", null, ("PUT", new PasswordHandler(accounts, changes, gate, basePath, log))),
        Change("api/v1/account/tokens", new TokensHandler(accounts.Users), ("POST", new MakeTokenHandler(accounts, log))),
        Change("api/v1/account/tokens/*", null, ("DELETE", new DeleteTicketHandler(accounts.Users, TicketKind.Token, log))),
        Change("api/v1/account/sessions", new SessionsHandler(accounts), ("DELETE", new EndSessionsHandler(accounts, log))),
        Change("api/v1/account/sessions/*", null, ("DELETE", new DeleteTicketHandler(accounts.Users, TicketKind.Session, log))),
        Change("api/v1/users", new UsersHandler(accounts.Users, usersSeeAll), ("POST", new AddUserHandler(changes, gate, usersSeeAll, log))) with { NeedsSuperuser = true },
        Change("api/v1/user/*", new UserHandler(accounts.Users, usersSeeAll), ("PUT", new ChangeUserHandler(changes, gate, usersSeeAll, log)), ("DELETE", new DeleteUserHandler(changes, log))) with { NeedsSuperuser = true },
    ];

    private static Route Change(string pattern, IHandler? get, params (string Method, IHandler Handler)[] changes) =>
        new(pattern, get) { Changes = changes.ToDictionary(one => one.Method, one => one.Handler) };
}
