using System.Text;
using Smtpd.Mail;

namespace Smtpd.Web;

/// <summary>
/// What of an envelope somebody may know. The recipients of a message are not each other's to see: a blind copy is blind because
/// of that. Every summary that leaves the program goes through here.
/// </summary>
/// <param name="mailboxPlus">True where <c>name+tag</c> shares the mailbox of <c>name</c>.</param>
internal sealed class EnvelopeView(bool mailboxPlus)
{
    /// <summary>The message with those of its recipients that lie in the scope.</summary>
    public MessageSummary Of(MessageSummary message, MailScope scope)
    {
        if (scope.IsEverything) return message;
        StoredEnvelope envelope = message.Envelope;
        return message with
        {
            Envelope = envelope with
            {
                To = [.. envelope.To.Where(address => Sees(scope, address))],
                Notifications = envelope.Notifications is { } notifications
                    ? notifications with { Recipients = [.. notifications.Recipients.Where(one => Sees(scope, one.Address))] }
                    : null,
            },
        };
    }

    private bool Sees(MailScope scope, string address) =>
        MailAddress.TryParse(Encoding.UTF8.GetBytes(address), out MailAddress? parsed) == AddressError.None
        && scope.Contains((parsed! with { IgnoresTag = mailboxPlus }).MailboxKey);
}
