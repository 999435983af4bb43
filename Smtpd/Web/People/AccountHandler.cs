using Smtpd.Accounts;
using Smtpd.Web.Api;

namespace Smtpd.Web.People;

/// <summary><c>GET /api/v1/account</c>: who asks, and what is his.</summary>
internal sealed class AccountHandler(UserDirectory users, bool usersSeeAll) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        Visitor visitor = request.Visitor;
        User? user = visitor.Name is { } name ? await users.FindAsync(name, cancellation) : null;
        var answer = new AccountAnswer(
            visitor.Name ?? "",
            WayOf(visitor),
            visitor.IsSuperuser,
            UserAnswer.SeesOf(visitor.IsSuperuser || usersSeeAll),
            user?.Mailboxes ?? [],
            user?.Domains ?? [],
            user?.Created,
            user?.FullName ?? "",
            user?.Email ?? "");
        return BytesAnswer.Json(200, answer, ApiJson.Default.AccountAnswer);
    }

    private static string WayOf(Visitor visitor) => visitor switch
    {
        { Name: null } => "",
        { Ticket: null } => "password",
        { Ticket.Kind: TicketKind.Session } => "session",
        _ => "token",
    };
}
