using System.Text.Json.Serialization;
using Smtpd.Accounts;

namespace Smtpd.Web.Api;

/// <summary>A user, as superusers see him. Nothing of his password is in it.</summary>
/// <param name="Sees">Whose mail: <c>own</c> or <c>all</c>.</param>
/// <param name="FullName">What he calls himself, where he has registered.</param>
/// <param name="CramMd5">True where the password itself is kept for CRAM-MD5.</param>
internal sealed record UserAnswer(
    string Name,
    bool Enabled,
    bool Superuser,
    string Sees,
    IReadOnlyList<string> Mailboxes,
    IReadOnlyList<string> Domains,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset Created,
    string FullName,
    string Email,
    [property: JsonPropertyName("CramMD5")] bool CramMd5)
{
    public static UserAnswer Of(User user, bool usersSeeAll) => new(
        user.Name, !user.IsDisabled, user.IsSuperuser, SeesOf(user.IsSuperuser || usersSeeAll), user.Mailboxes, user.Domains, user.Created, user.FullName, user.Email, user.SharedSecret is not null);

    public static string SeesOf(bool all) => all ? "all" : "own";
}

/// <summary>Answer of <c>GET /api/v1/users</c>.</summary>
/// <param name="Total">All users.</param>
/// <param name="More">True when there are further ones behind the last.</param>
internal sealed record UserListAnswer(int Total, UserAnswer[] Users, bool More);

/// <summary>Body of <c>POST /api/v1/users</c> and of <c>PUT /api/v1/user/{Name}</c>, which has no use for the name.</summary>
internal sealed record UserBody(string? Name, string? Password, bool? Superuser, bool? Enabled, string?[]? Mailboxes, string?[]? Domains)
{
    public UserWish Wish => new()
    {
        Password = Password,
        IsSuperuser = Superuser,
        IsEnabled = Enabled,
        Mailboxes = Mailboxes is null ? null : [.. Mailboxes.Select(one => one ?? "")],
        Domains = Domains is null ? null : [.. Domains.Select(one => one ?? "")],
    };

    /// <summary>Nothing that could be of use to a reader of a log.</summary>
    public override string ToString() => nameof(UserBody);
}

/// <summary>Answer of <c>GET /api/v1/account</c>.</summary>
/// <param name="SignedInBy"><c>session</c>, <c>token</c>, <c>password</c>, or empty where nobody needs to sign in.</param>
internal sealed record AccountAnswer(
    string Name,
    string SignedInBy,
    bool Superuser,
    string Sees,
    IReadOnlyList<string> Mailboxes,
    IReadOnlyList<string> Domains,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset? Created,
    string FullName,
    string Email);

/// <summary>Body of <c>PUT /api/v1/account/password</c>.</summary>
internal sealed record PasswordBody(string? Old, string? New)
{
    /// <summary>Nothing that could be of use to a reader of a log.</summary>
    public override string ToString() => nameof(PasswordBody);
}

/// <summary>A token, without its secret.</summary>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("ID")] long Id,
    string Note,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset Created,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset? LastUsed);

internal sealed record TokenListAnswer(TokenAnswer[] Tokens);

/// <summary>Body of <c>POST /api/v1/account/tokens</c>.</summary>
internal sealed record TokenBody(string? Note);

/// <summary>A token that was just made, with its secret, which is told once.</summary>
internal sealed record NewTokenAnswer(
    [property: JsonPropertyName("ID")] long Id,
    string Token,
    string Note,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset Created)
{
    /// <summary>Nothing that could be of use to a reader of a log.</summary>
    public override string ToString() => nameof(NewTokenAnswer);
}

/// <summary>A session, without its secret.</summary>
/// <param name="Current">True for the one that asks.</param>
internal sealed record SessionAnswer(
    [property: JsonPropertyName("ID")] long Id,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset Created,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset LastUsed,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset Expires,
    bool Current);

internal sealed record SessionListAnswer(SessionAnswer[] Sessions);
