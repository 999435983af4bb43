using Smtpd.Accounts;
using Smtpd.Mail;

namespace Smtpd.Web;

/// <summary>Who asks.</summary>
/// <param name="Name">The user's name; null for somebody who needs no sign-in.</param>
/// <param name="IsSuperuser">True for who may see and change the mail and the settings of all.</param>
/// <param name="Scope">Which entries are theirs.</param>
internal sealed record Visitor(string? Name, bool IsSuperuser, MailScope Scope)
{
    /// <summary>Somebody from whom no sign-in is asked, and who may do everything.</summary>
    public static Visitor Owner { get; } = new(null, true, MailScope.Everything);

    /// <summary>Somebody of whom nothing is known, at an address that is open to all.</summary>
    public static Visitor Stranger { get; } = new(null, false, MailScope.Nothing);

    /// <summary>The session or token by which he came; null when he has named his password, or needs no sign-in.</summary>
    public Ticket? Ticket { get; init; }

    /// <summary>
    /// Ends when what is said here may hold no more: signed out, disabled, deleted, another password, other mailboxes. Connections
    /// that last end with it; whoever still has the right comes back.
    /// </summary>
    public CancellationToken Ended { get; init; }
}
