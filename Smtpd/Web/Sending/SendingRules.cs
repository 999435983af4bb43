using System.Net;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Storage;

namespace Smtpd.Web.Sending;

/// <summary>
/// What decides whether a message that comes over HTTP is taken: the same that decides over SMTP, asked in the same order.
/// </summary>
internal sealed record SendingRules(SmtpSettings Settings, RecipientPolicy Policy, Intake Intake, TimeProvider Clock)
{
    public BlockLists? Blocks { get; init; }

    /// <summary>What one client's address may do; null where there are no limits.</summary>
    public ClientLimits? Limits { get; init; }

    /// <summary>What is spam; null where nothing is.</summary>
    public SpamFilter? Spam { get; init; }

    /// <summary>Null when the client may begin a message.</summary>
    public SendRefusal? RefuseClient(IPAddress client, bool isSignedIn)
    {
        if (Settings.SignIn.Mode == SignInMode.Required && !isSignedIn) return new SendRefusal(RejectionReason.SignIn, 403, "Who sends mail here must sign in (smtp.auth is required).");
        if (Blocks?.Hosts is { } hosts && hosts.Contains(client)) return new SendRefusal(RejectionReason.Blocked, 403, "No mail is taken from your address.");
        return Intake.Screen(0) switch
        {
            AcceptOutcome.Full => SendRefusal.StoreFull,
            AcceptOutcome.Failed => SendRefusal.StoreFailed,
            _ => null,
        };
    }

    /// <summary>Null when the sender may send to these recipients.</summary>
    public SendRefusal? RefuseEnvelope(Draft draft, IPAddress client, bool isSignedIn, PolicyTally tally)
    {
        if (Blocks?.Senders is { } senders && senders.Contains(draft.From.Address))
        {
            tally.CountBlocked();
            return new SendRefusal(RejectionReason.Blocked, 403, "No mail is taken from this sender.");
        }
        foreach (MailAddress recipient in draft.Recipients)
        {
            if (!Policy.Admits(recipient, client, isSignedIn))
                return new SendRefusal(RejectionReason.Recipient, 403, $"No mail is taken for {recipient}: its domain is not served here (smtp.allowed.hosts).", recipient.ToString());
            if (Blocks?.Recipients is not { } recipients || !recipients.Contains(recipient)) continue;
            tally.CountBlocked();
            return new SendRefusal(RejectionReason.Blocked, 403, $"No mail is taken for {recipient}.", recipient.ToString());
        }
        return CountAtLimits(draft, client, tally) ? null : new SendRefusal(RejectionReason.Limited, 429, "Too much mail from your address within a minute. Try again later.");
    }

    /// <summary>Counts a connection with one message; false when there were too many.</summary>
    private bool CountAtLimits(Draft draft, IPAddress client, PolicyTally tally)
    {
        if (Limits is null) return true;
        bool isWelcome = Limits.Enter(client, out ClientVisit? visit) == ClientVerdict.Welcome
            && (visit is null || (visit.MayBeginMessage() && draft.Recipients.All(_ => visit.MayNameRecipient())));
        visit?.Leave();
        if (!isWelcome) tally.CountLimited();
        return isWelcome;
    }
}
