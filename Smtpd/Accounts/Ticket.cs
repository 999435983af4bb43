namespace Smtpd.Accounts;

/// <summary>What shows who somebody is without his password.</summary>
internal enum TicketKind
{
    /// <summary>Of a browser, from its sign-in on; ends when it is not used for a while.</summary>
    Session,

    /// <summary>Of a program, made by the command <c>user token</c>; ends when it is deleted.</summary>
    Token,
}

/// <summary>A session or a token. Its secret is not in it: whoever reads the store cannot use what he finds there.</summary>
/// <param name="Digest">SHA-256 of the secret. That is random, so nothing slower is needed.</param>
/// <param name="User">The name of the user whose it is.</param>
internal sealed record Ticket(byte[] Digest, string User, TicketKind Kind)
{
    /// <summary>Letters of the longest note.</summary>
    public const int MostNoteLetters = 200;

    /// <summary>Given by the store.</summary>
    public long Id { get; init; }

    /// <summary>The user's <see cref="Accounts.User.Generation"/> when a session began; it holds for no other.</summary>
    public int Generation { get; init; }

    /// <summary>What it is for, in the words of who made it.</summary>
    public string Note { get; init; } = "";

    public DateTimeOffset Created { get; init; }

    /// <summary>Null for one that does not end by itself.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>About when it was used last: see <see cref="Tickets.Coarse"/>. Null before its first use.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>Nothing of it that could be of use to a reader of a log.</summary>
    public override string ToString() => $"{Kind} {Id} of {User}";
}
