using Smtpd.Accounts;
using Smtpd.Operations;
using Smtpd.Web.Access;
using Smtpd.Web.Api;

namespace Smtpd.Web.People;

/// <summary><c>GET /api/v1/account/sessions</c>: where the visitor is signed in.</summary>
internal sealed class SessionsHandler(WebAccounts accounts) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Visitor.Name is not { } name) return PeopleAnswer.NoAccount();
        // Who was deleted at this moment has none.
        IReadOnlyList<Ticket> sessions = await accounts.Users.FindAsync(name, cancellation) is { } user ? await accounts.Tickets.ListSessionsAsync(user, cancellation) : [];
        var answer = new SessionListAnswer([.. sessions.Select(one => new SessionAnswer(one.Id, one.Created, one.LastUsed ?? one.Created, one.Expires ?? one.Created, one.Id == request.Visitor.Ticket?.Id))]);
        return BytesAnswer.Json(200, answer, ApiJson.Default.SessionListAnswer);
    }
}

/// <summary><c>DELETE /api/v1/account/sessions</c>: ends all sessions of the visitor but the one that asks.</summary>
internal sealed class EndSessionsHandler(WebAccounts accounts, Log log) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Visitor.Name is not { } name) return PeopleAnswer.NoAccount();
        IReadOnlyList<Ticket> sessions = await accounts.Users.ListTicketsAsync(name, TicketKind.Session, cancellation);
        foreach (Ticket one in sessions.Where(one => one.Id != request.Visitor.Ticket?.Id)) await accounts.Users.DeleteTicketsAsync(name, TicketKind.Session, one.Id, cancellation);
        log.Info($"web: {PeopleAnswer.Who(request)} has ended all other sessions");
        return BytesAnswer.Text(200, "ok");
    }
}
