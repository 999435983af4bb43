using Smtpd.Configuration;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>What becomes of a message that matches <c>smtp.spam.regex</c>.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>Keeps a line of the header for what will be known at the message's end.</summary>
    private void ReserveSpamFlag(MessageBody body)
    {
        if (context.Settings.SpamAction != SpamAction.Tag) return;
        body.Append("X-Spam-Flag: "u8);
        body.AppendFlag("NO "u8);
        body.Append("\r\n"u8);
    }

    /// <summary>Looks, and where spam is only to be marked, marks it.</summary>
    private async ValueTask<bool> LooksLikeSpamAsync(IncomingMessage message)
    {
        connection.IgnoresDeadline = true;
        bool found = await context.Spam!.MatchesAsync(message.Body, message.Start, message.Content.Header.Subject).ConfigureAwait(false);
        connection.SetDeadline(context.Settings.MaxIdle);
        connection.IgnoresDeadline = false;
        if (!found) return false;
        context.Tally.CountSpam();
        string outcome = context.Settings.SpamAction switch
        {
            SpamAction.Discard => "thrown away",
            SpamAction.Tag => "marked",
            _ => "refused",
        };
        context.Log.Info($"SMTP[{connection.RemoteAddress}] spam {outcome} from=<{_envelope!.ReversePath}> to=<{_envelope.Recipients[0]}> size={message.Body.Length}");
        if (context.Settings.SpamAction == SpamAction.Tag) message.Body.SetFlag("YES"u8);
        return true;
    }

    private Need AnswerSpam()
    {
        if (context.Settings.SpamAction == SpamAction.Reject) return Refuse(Replies.Spam);
        _errors = 0;
        return Say(Replies.SpamDiscarded);
    }
}
