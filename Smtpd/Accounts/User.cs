namespace Smtpd.Accounts;

/// <summary>Somebody who may sign in.</summary>
/// <param name="Name">After SASLprep; case counts.</param>
internal sealed record User(string Name, Credential Credential)
{
    /// <summary>Letters of the longest name.</summary>
    public const int MostLetters = 255;

    /// <summary>The password itself, which CRAM-MD5 cannot do without (RFC 2195 §2); null for users who do not use that.</summary>
    public string? SharedSecret { get; init; }

    public bool IsDisabled { get; init; }

    /// <summary>True for those who see and change the mail of all.</summary>
    public bool IsSuperuser { get; init; }

    /// <summary>The keys of his mailboxes (see <see cref="Mail.MailAddress.MailboxKey"/>).</summary>
    public IReadOnlyList<string> Mailboxes { get; init; } = [];

    /// <summary>The keys of domains that are his as a whole.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    public DateTimeOffset Created { get; init; }

    /// <summary>Goes up when all his sessions end: with another password, and when he is disabled.</summary>
    public int Generation { get; init; }

    /// <summary>What he calls himself, where he has registered; empty otherwise. Nobody has checked it.</summary>
    public string FullName { get; init; } = "";

    /// <summary>The address that he gave when he registered. Nobody has checked it, and no mail is his because of it.</summary>
    public string Email { get; init; } = "";

    /// <summary>The name alone: nothing else of a user belongs in a log.</summary>
    public override string ToString() => Name;
}
