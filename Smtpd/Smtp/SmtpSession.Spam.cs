using Smtpd.Configuration;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>What becomes of a message that matches <c>smtp.spam.regex</c>.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>True when the message is stored as spam; for the log.</summary>
    private bool _isMarked;

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
        if (context.Settings.SpamAction == SpamAction.Tag)
        {
            _isMarked = true;
            message.Body.SetFlag("YES"u8);
        }
        return true;
    }

    private Need AnswerSpam()
    {
        if (context.Settings.SpamAction == SpamAction.Reject) return RefuseMessage(Replies.Spam);
        _errors = 0;
        EndTransaction(SpamDiscarded);
        return Say(Replies.SpamDiscarded);
    }
}
