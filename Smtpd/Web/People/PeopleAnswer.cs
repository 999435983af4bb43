using Smtpd.Accounts;
using Smtpd.Web.Access;
using Smtpd.Web.Api;

namespace Smtpd.Web.People;

/// <summary>Answers to changes of users.</summary>
internal static class PeopleAnswer
{
    /// <summary>What became of a change: the user, or why there is none.</summary>
    public static Answer Of(UserChange change, bool usersSeeAll) => change.Outcome == UserChangeOutcome.Done
        ? BytesAnswer.Json(200, UserAnswer.Of(change.User!, usersSeeAll), ApiJson.Default.UserAnswer)
        : Refusal(change);

    /// <summary>Why a change was not made.</summary>
    public static Answer Refusal(UserChange change) => change.Outcome switch
    {
        UserChangeOutcome.Absent => Absent(),
        UserChangeOutcome.Conflict => BytesAnswer.Error(409, change.Problem),
        UserChangeOutcome.Busy => Refusal(PasswordOutcome.Busy),
        _ => BytesAnswer.Error(422, change.Problem),
    };

    /// <summary>Why a password was not taken.</summary>
    public static Answer Refusal(PasswordOutcome outcome)
    {
        (int status, string text, Network.HttpHeadField[] fields) = PasswordGate.Explain(outcome);
        return BytesAnswer.Error(status, text, fields);
    }

    public static Answer Absent() => BytesAnswer.Error(404, "There is no such user.");

    /// <summary>Nobody has signed in, because nobody needs to.</summary>
    public static Answer NoAccount() => BytesAnswer.Error(403, "Nobody has signed in, so there is no account. Without users everything here is open to this computer; a superuser who signs in has an account.");

    /// <summary>Who asks, for the log.</summary>
    public static string Who(HttpRequest request) => $"{request.Origin.Address}{(request.Visitor.Name is { } name ? $" as {name}" : "")}";
}
