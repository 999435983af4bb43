using Smtpd.Accounts;
using Smtpd.Operations;
using Smtpd.Web.Access;
using Smtpd.Web.Api;

namespace Smtpd.Web.People;

/// <summary><c>GET /api/v1/account/tokens</c>: the visitor's tokens.</summary>
internal sealed class TokensHandler(UserDirectory users) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Visitor.Name is not { } name) return PeopleAnswer.NoAccount();
        IReadOnlyList<Ticket> tokens = await users.ListTicketsAsync(name, TicketKind.Token, cancellation);
        var answer = new TokenListAnswer([.. tokens.Select(token => new TokenAnswer(token.Id, token.Note, token.Created, token.LastUsed))]);
        return BytesAnswer.Json(200, answer, ApiJson.Default.TokenListAnswer);
    }
}

/// <summary><c>POST /api/v1/account/tokens</c>: makes a token, and tells it this once.</summary>
internal sealed class MakeTokenHandler(WebAccounts accounts, Log log) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Visitor.Name is not { } name) return PeopleAnswer.NoAccount();
        (TokenBody? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.TokenBody, cancellation);
        if (body is null) return refusal!;
        string note = body.Note ?? "";
        if (note.Length > Ticket.MostNoteLetters || note.Any(char.IsControl))
            return BytesAnswer.Error(422, $"Note: must have at most {Ticket.MostNoteLetters} letters and no control characters.");
        if (await accounts.Tickets.IssueTokenAsync(name, note, cancellation) is not var (token, secret))
            return BytesAnswer.Error(409, $"There are {ITicketStore.MostTokens} tokens already. Delete some first.");
        log.Info($"web: {PeopleAnswer.Who(request)} has made token {token.Id}");
        return BytesAnswer.SecretJson(new NewTokenAnswer(token.Id, secret, token.Note, token.Created), ApiJson.Default.NewTokenAnswer);
    }
}

/// <summary><c>DELETE /api/v1/account/tokens/{ID}</c>, and the same for sessions: deletes one of the visitor's own.</summary>
internal sealed class DeleteTicketHandler(UserDirectory users, TicketKind kind, Log log) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Visitor.Name is not { } name) return PeopleAnswer.NoAccount();
        if (!HttpNumber.TryParse(id, out long number) || await users.DeleteTicketsAsync(name, kind, number, cancellation) == 0)
            return BytesAnswer.Error(404, kind == TicketKind.Token ? "You have no such token." : "You have no such session.");
        log.Info($"web: {PeopleAnswer.Who(request)} has ended {(kind == TicketKind.Token ? "token" : "session")} {number}");
        return BytesAnswer.Text(200, "ok");
    }
}
