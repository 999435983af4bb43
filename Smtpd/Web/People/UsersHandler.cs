using Smtpd.Accounts;
using Smtpd.Operations;
using Smtpd.Web.Access;
using Smtpd.Web.Api;
using Smtpd.Web.Messages;

namespace Smtpd.Web.People;

/// <summary><c>GET /api/v1/users</c>: who may sign in.</summary>
internal sealed class UsersHandler(UserDirectory users, bool usersSeeAll) : IHandler
{
    private const int DefaultLimit = 100;

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (!ListQuery.TryReadLimit(request.Query, DefaultLimit, out int limit, out Answer? refusal)) return refusal;
        string filter = request.Query["filter"] ?? "", after = request.Query["after"] ?? "";
        IReadOnlyList<User> all = await users.ListAsync(cancellation);
        List<User> page = [.. all.Where(user => string.CompareOrdinal(user.Name, after) > 0 && user.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)).Take(limit + 1)];
        var answer = new UserListAnswer(all.Count, [.. page.Take(limit).Select(user => UserAnswer.Of(user, usersSeeAll))], More: page.Count > limit);
        return BytesAnswer.Json(200, answer, ApiJson.Default.UserListAnswer);
    }
}

/// <summary><c>POST /api/v1/users</c>: makes a user.</summary>
internal sealed class AddUserHandler(UserChanges changes, PasswordGate gate, bool usersSeeAll, Log log) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (!gate.TakesFrom(request.Origin)) return PeopleAnswer.Refusal(PasswordOutcome.NotOverPlainHttp);
        (UserBody? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.UserBody, cancellation);
        if (body is null) return refusal!;
        UserChange change = await changes.AddAsync(body.Name ?? "", body.Wish, cancellation);
        if (change.User is { } user) log.Info($"web: {PeopleAnswer.Who(request)} has made the user {user.Name}");
        return PeopleAnswer.Of(change, usersSeeAll);
    }
}
