using System.Text.Json.Serialization;

namespace Smtpd.Accounts;

/// <summary>What can be done about users.</summary>
internal enum UserVerb { Add, Passwd, List, Disable, Enable, Delete, Set, Token, Tokens }

/// <summary>One request of the command line to the server, or to the store where no server runs.</summary>
internal sealed record UserRequest(UserVerb Verb, string Name)
{
    /// <summary>The password, or with <see cref="IsHash"/> a hash of the original; where the verb needs it.</summary>
    public string? Password { get; init; }

    public bool IsHash { get; init; }

    public bool Superuser { get; init; }

    /// <summary>True when he is to be a superuser no longer.</summary>
    public bool NoSuperuser { get; init; }

    /// <summary>True when the password itself is to be kept too, for CRAM-MD5.</summary>
    public bool SharedSecret { get; init; }

    public IReadOnlyList<string> Mailboxes { get; init; } = [];

    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>Those that are to be taken from him.</summary>
    public IReadOnlyList<string> NoMailboxes { get; init; } = [];

    public IReadOnlyList<string> NoDomains { get; init; } = [];

    /// <summary>What a new token is for.</summary>
    public string Note { get; init; } = "";

    /// <summary>The number of the token to delete, or <see cref="AllTokens"/>; null to make one.</summary>
    public string? DeletedToken { get; init; }

    public const string AllTokens = "all";

    /// <summary>True when nothing is changed by it.</summary>
    [JsonIgnore]
    public bool OnlyTells => Verb is UserVerb.List or UserVerb.Tokens;

    [JsonIgnore]
    public bool NeedsPassword => Verb is UserVerb.Add or UserVerb.Passwd;

    /// <summary>The verb and the name alone.</summary>
    public override string ToString() => $"{Verb} {Name}";
}

/// <param name="Problem">Why it was not done, for people; null when it was.</param>
/// <param name="Lines">What to print.</param>
internal sealed record UserReply(string? Problem, IReadOnlyList<string> Lines)
{
    public static UserReply Done(params string[] lines) => new(null, lines);

    public static UserReply Failed(string problem) => new(problem, []);
}

[JsonSerializable(typeof(UserRequest))]
[JsonSerializable(typeof(UserReply))]
internal sealed partial class UserJson : JsonSerializerContext;
