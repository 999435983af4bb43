using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Policy;

namespace Smtpd.Smtp;

/// <summary>What block lists and limits have to say in a session. Where there is nothing to ask, each question is a comparison with null.</summary>
internal sealed partial class SmtpSession
{
    private ClientVisit? _visit;

    /// <summary>Lets the client in, or says why not; asked again when a proxy has named another one.</summary>
    private bool Admit()
    {
        if (context.Blocks?.Hosts is { } blocked && blocked.Contains(connection.RemoteAddress))
        {
            context.Tally.CountBlocked();
            context.Metrics.Rejections.Count(RejectionReason.Blocked);
            context.Log.Info($"SMTP[{connection.RemoteAddress}] refused: its address is blocked");
            Say(Deferred ? Replies.HostBlockedForNow : Replies.HostBlocked);
            return false;
        }
        if (context.Limits is not { } limits) return true;
        switch (limits.Enter(connection.RemoteAddress, out _visit))
        {
            case ClientVerdict.TooMany: SendAway(Replies.TooManyOfAddress); return false;
            case ClientVerdict.TooOften: SendAway(Replies.TooOftenFromAddress); return false;
            case ClientVerdict.TooManyErrors: SendAway(Replies.TooManyErrorsOfAddress); return false;
            default: return true;
        }
    }

    /// <summary>The client is gone, or another one takes the connection over.</summary>
    private void Depart()
    {
        _visit?.Leave();
        _visit = null;
    }

    /// <summary>Null when the sender may begin a message.</summary>
    private Need? ScreenSender(MailAddress? sender)
    {
        if (context.Blocks is { } blocks)
        {
            // Somebody may have been put on the list since the client was let in.
            if (blocks.Hosts is { } hosts && hosts.Contains(connection.RemoteAddress)) return BlockSender(Deferred ? Replies.ClientBlockedForNow : Replies.ClientBlocked, sender);
            if (sender is not null && blocks.Senders is { } senders && senders.Contains(sender)) return BlockSender(Deferred ? Replies.SenderBlockedForNow : Replies.SenderBlocked, sender);
        }
        if (_visit is null || _visit.MayBeginMessage()) return null;
        context.Tally.CountLimited();
        return TurnBack(sender, Replies.TooManyMessages);
    }

    /// <summary>Null when the recipient may be taken.</summary>
    private Need? ScreenRecipient(MailAddress recipient)
    {
        if (context.Blocks?.Recipients is { } blocked && blocked.Contains(recipient))
        {
            _recipientsRefused = true;
            NoteRecipient(RejectionReason.Blocked, Deferred ? Replies.RecipientBlockedForNow : Replies.RecipientBlocked, recipient);
            return Block(Deferred ? Replies.RecipientBlockedForNow : Replies.RecipientBlocked);
        }
        if (_visit is null || _visit.MayNameRecipient()) return null;
        context.Tally.CountLimited();
        NoteRecipient(RejectionReason.Limited, Replies.TooManyRecipients, recipient);
        _recipientsRefused = true;
        return Say(Replies.TooManyRecipients);
    }

    private bool Deferred => context.Settings.Blocks.Defers;

    private Need BlockSender(ReadOnlySpan<byte> reply, MailAddress? sender)
    {
        LogRefusedMail(sender, reply, RejectionReason.Blocked);
        // A sender that pipelines is not to blame for what it sent behind.
        _turnedBack = true;
        return Block(reply);
    }

    private Need Block(ReadOnlySpan<byte> reply)
    {
        context.Tally.CountBlocked();
        Remember(reply);
        Say(reply);
        return CountErrorOfSession();
    }

    private Need CountBadRecipient()
    {
        if (_visit is not null && !_visit.CountBadRecipient()) return SendAway(Replies.TooManyErrorsOfAddress);
        return CountErrorOfSession();
    }

    private Need SendAway(ReadOnlySpan<byte> reply)
    {
        context.Tally.CountLimited();
        context.Metrics.Rejections.Count(RejectionReason.Limited);
        context.Log.Info($"SMTP[{connection.RemoteAddress}] sent away: {System.Text.Encoding.ASCII.GetString(reply[10..^2])}");
        Say(reply);
        return Need.Close;
    }
}
