using System.Text;
using Smtpd.Mail;
using Smtpd.Operations;

namespace Smtpd.Smtp;

/// <summary>What is kept of a refusal for those who look after the server. Mail that is taken costs a comparison with null.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>The refusal for which the transaction will be remembered: its first; null while there is none.</summary>
    private Refusal? _noted;
    private int _notedRecipients;

    private sealed record Refusal(RejectionReason Reason, string Reply, MailAddress? Recipient);

    /// <summary>Notes that a recipient was refused; it is kept with the transaction, when that ends.</summary>
    private void NoteRecipient(RejectionReason reason, ReadOnlySpan<byte> reply, MailAddress? recipient)
    {
        context.Metrics.Rejections.Count(reason);
        _notedRecipients++;
        _noted ??= new Refusal(reason, Encoding.ASCII.GetString(reply[..^2]), recipient);
    }

    /// <summary>Notes that the whole message was refused, which counts for more than what its recipients were told.</summary>
    private void NoteMessage(RejectionReason reason, ReadOnlySpan<byte> reply)
    {
        context.Metrics.Rejections.Count(reason);
        _notedRecipients = _envelope!.Recipients.Count;
        _noted = new Refusal(reason, Encoding.ASCII.GetString(reply[..^2]), _notedRecipients > 0 ? _envelope.Recipients[0] : null);
    }

    /// <summary>Keeps what was noted, at the end of the transaction.</summary>
    private void KeepNoted()
    {
        if (_noted is null) return;
        Keep(_noted, _envelope!.ReversePath, _notedRecipients);
        _noted = null;
        _notedRecipients = 0;
    }

    /// <summary>Keeps a transaction that ended with its MAIL command.</summary>
    private void KeepRefusedMail(RejectionReason reason, ReadOnlySpan<byte> reply, MailAddress? sender)
    {
        context.Metrics.Rejections.Count(reason);
        Keep(new Refusal(reason, Encoding.ASCII.GetString(reply[..^2]), null), sender, 0);
    }

    private void Keep(Refusal refusal, MailAddress? sender, int recipients) => context.Metrics.Rejections.Keep(new Rejection(context.Clock.GetUtcNow(), connection.RemoteAddress, _helo, SignedInAs ?? "",
        sender?.ToString() ?? "", refusal.Recipient?.ToString() ?? "", recipients, refusal.Reply, refusal.Reason, listener.Name));

    /// <summary>The reason behind a reply to MAIL or to a message, where the reply alone says it.</summary>
    private static RejectionReason ReasonOf(ReadOnlySpan<byte> reply) => Encoding.ASCII.GetString(reply[..CodeOctets]) switch
    {
        "552 5.3.4" => RejectionReason.Size,
        "451 4.3.0" or "452 4.3.1" => RejectionReason.Store,
        "550 5.6.0" => RejectionReason.Malformed,
        "550 5.7.1" => RejectionReason.Spam,
        "530 5.7.0" => RejectionReason.SignIn,
        "450 4.7.1" => RejectionReason.Limited,
        _ => RejectionReason.Other,
    };
}
