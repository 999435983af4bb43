using System.Diagnostics.CodeAnalysis;
using Smtpd.Accounts;
using Smtpd.Operations;
using Smtpd.Web.Access;
using Smtpd.Web.Api;

namespace Smtpd.Web.People;

/// <summary><c>GET /api/v1/user/{Name}</c>: one user.</summary>
internal sealed class UserHandler(UserDirectory users, bool usersSeeAll) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        TryName(id, out string? name) && await users.FindAsync(name, cancellation) is { } user
            ? BytesAnswer.Json(200, UserAnswer.Of(user, usersSeeAll), ApiJson.Default.UserAnswer)
            : PeopleAnswer.Absent();

    /// <summary>The name in a path, as it is kept; false for what cannot be one.</summary>
    public static bool TryName(string text, [NotNullWhen(true)] out string? name)
    {
        name = null;
        return text.Length <= User.MostLetters && Prepared.TryPrepare(text, out name);
    }
}

/// <summary><c>PUT /api/v1/user/{Name}</c>: changes what the body names.</summary>
internal sealed class ChangeUserHandler(UserChanges changes, PasswordGate gate, bool usersSeeAll, Log log) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        (UserBody? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.UserBody, cancellation);
        if (body is null) return refusal!;
        if (!UserHandler.TryName(id, out string? name)) return PeopleAnswer.Absent();
        if (body.Password is not null)
        {
            if (!gate.TakesFrom(request.Origin)) return PeopleAnswer.Refusal(PasswordOutcome.NotOverPlainHttp);
            // Or a session that was left open would be enough to take the account over for good.
            if (name == request.Visitor.Name) return BytesAnswer.Error(409, "Your own password is changed at account/password, which asks for the old one.");
        }
        UserChange change = await changes.ChangeAsync(name, body.Wish, cancellation);
        if (change.User is { } user) log.Info($"web: {PeopleAnswer.Who(request)} has changed the user {user.Name}");
        return PeopleAnswer.Of(change, usersSeeAll);
    }
}

/// <summary><c>DELETE /api/v1/user/{Name}</c>: deletes a user. His mail stays.</summary>
internal sealed class DeleteUserHandler(UserChanges changes, Log log) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (!UserHandler.TryName(id, out string? name)) return PeopleAnswer.Absent();
        UserChange change = await changes.DeleteAsync(name, cancellation);
        if (change.Outcome != UserChangeOutcome.Done) return PeopleAnswer.Refusal(change);
        log.Info($"web: {PeopleAnswer.Who(request)} has deleted the user {name}");
        return BytesAnswer.Text(200, "ok");
    }
}
