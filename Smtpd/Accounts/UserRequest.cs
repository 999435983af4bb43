using System.Text.Json.Serialization;

namespace Smtpd.Accounts;

/// <summary>What can be done about users.</summary>
internal enum UserVerb { Add, Passwd, List, Disable, Enable, Delete }

/// <summary>One request of the command line to the server, or to the store where no server runs.</summary>
internal sealed record UserRequest(UserVerb Verb, string Name)
{
    /// <summary>The password, or with <see cref="IsHash"/> a hash of the original; where the verb needs it.</summary>
    public string? Password { get; init; }

    public bool IsHash { get; init; }

    public bool Superuser { get; init; }

    /// <summary>True when the password itself is to be kept too, for CRAM-MD5.</summary>
    public bool SharedSecret { get; init; }

    public IReadOnlyList<string> Mailboxes { get; init; } = [];

    public IReadOnlyList<string> Domains { get; init; } = [];

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
