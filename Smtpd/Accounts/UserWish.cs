namespace Smtpd.Accounts;

/// <summary>What a user is to be; null where it stays, or is to be as usual.</summary>
internal sealed record UserWish
{
    /// <summary>As typed.</summary>
    public string? Password { get; init; }

    public bool? IsSuperuser { get; init; }

    public bool? IsEnabled { get; init; }

    /// <summary>All that are his, as typed.</summary>
    public IReadOnlyList<string>? Mailboxes { get; init; }

    /// <summary>All that are his as a whole, as typed.</summary>
    public IReadOnlyList<string>? Domains { get; init; }

    /// <summary>Nothing that could be of use to a reader of a log.</summary>
    public override string ToString() => nameof(UserWish);
}

internal enum UserChangeOutcome
{
    Done,

    /// <summary>It is understood and cannot be.</summary>
    Unfit,

    /// <summary>There is no such user.</summary>
    Absent,

    /// <summary>It does not go together with what there is.</summary>
    Conflict,

    /// <summary>Too many passwords wait to be derived.</summary>
    Busy,
}

/// <param name="Problem">A sentence for people; empty when it was done, and where the outcome says all.</param>
/// <param name="User">As he is now, when it was done.</param>
internal readonly record struct UserChange(UserChangeOutcome Outcome, string Problem = "", User? User = null);
