using Smtpd.Accounts;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Web.Access;
using Smtpd.Web.Api;

namespace Smtpd.Web.People;

/// <summary><c>PUT /api/v1/account/password</c>: another password for who asks and knows the one before. All his other sessions end.</summary>
internal sealed class PasswordHandler(WebAccounts accounts, UserChanges changes, PasswordGate gate, string basePath, Log log) : IHandler
{
    private readonly WebCookie _cookie = new(WebAccess.CookieName, basePath);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.Visitor.Name is not { } name) return PeopleAnswer.NoAccount();
        if (!gate.TakesFrom(request.Origin)) return PeopleAnswer.Refusal(PasswordOutcome.NotOverPlainHttp);
        (PasswordBody? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.PasswordBody, cancellation);
        if (body is null) return refusal!;
        // What cannot be done needs no trying.
        if (!UserChanges.TryPreparePassword(body.New, out _)) return PeopleAnswer.Refusal(new UserChange(UserChangeOutcome.Unfit, UserChanges.UnfitPassword("New")));

        PasswordResult result = await gate.TryAsync(request.Origin, name, body.Old ?? "", "a change of the password", cancellation);
        // With 401 a page would be taken for signed out.
        if (result.Outcome == PasswordOutcome.Refused) return BytesAnswer.Error(403, "Old: this is not your password.");
        if (result.User is not { } user) return PeopleAnswer.Refusal(result.Outcome);
        UserChange change = await changes.SetPasswordAsync(user, body.New, cancellation);
        if (change.Outcome != UserChangeOutcome.Done) return PeopleAnswer.Refusal(change);
        log.Info($"web: {PeopleAnswer.Who(request)} has changed the password");
        HttpHeadField[] fields = await GoOnAsync(request, change.User!, cancellation);
        return BytesAnswer.Of(200, "text/plain; charset=utf-8", "ok"u8, fields);
    }

    /// <summary>Those of before hold no more, so they are taken away; the one that asks is given another.</summary>
    private async ValueTask<HttpHeadField[]> GoOnAsync(HttpRequest request, User user, CancellationToken cancellation)
    {
        await accounts.Users.DeleteTicketsAsync(user.Name, TicketKind.Session, null, cancellation);
        if (request.Visitor.Ticket is not { Kind: TicketKind.Session }) return [];
        return await accounts.Tickets.OpenSessionAsync(user.Name, user.Generation, cancellation) is { } secret ? [_cookie.Write(request, secret, LoginHandler.CookieTime)] : [];
    }
}
