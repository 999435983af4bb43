using Smtpd.Configuration;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>What becomes of a message that matches <c>smtp.spam.regex</c>.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>True when the message is stored as spam; for the log.</summary>
    private bool _isMarked;

    /// <summary>Looks, and where spam is only to be marked, marks it.</summary>
    private async ValueTask<bool> LooksLikeSpamAsync(IncomingMessage message)
    {
        connection.IgnoresDeadline = true;
        bool found = await context.Spam!.MatchesAsync(message.Body, message.Start, message.Content.Header.Subject).ConfigureAwait(false);
        connection.SetDeadline(context.Settings.MaxIdle);
        connection.IgnoresDeadline = false;
        if (!found) return false;
        context.Tally.CountSpam();
        context.SpamRecords?.NoteSpam(connection.RemoteAddress.ToString(), _envelope?.ReversePath?.ToString() ?? "");
        if (context.Settings.SpamAction == SpamAction.Tag)
        {
            _isMarked = true;
            TraceLines.FlagSpam(message.Body);
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
