using System.Text;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>What is logged: one line for each transaction, however it ended, and at TRACE the dialogue without messages and secrets.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>Digits of a reply and its enhanced code: <c>552 5.3.4</c>.</summary>
    private const int CodeOctets = 9;

    /// <summary>Outcomes of transactions that are no <see cref="AcceptOutcome"/> and yet are counted.</summary>
    private const string Refused = "Refused";

    private const string SpamDiscarded = "SpamDiscarded";

    private long _transactionBegan;
    private int _refusedRecipients;
    private string? _refusal;

    /// <summary>Keeps the codes of a refusal for the transaction's line.</summary>
    private void Remember(ReadOnlySpan<byte> reply)
    {
        if (context.Log.Keeps(LogLevel.Info)) _refusal = Encoding.ASCII.GetString(reply[..CodeOctets]);
    }

    /// <summary>Ends the transaction, if there is one, with a line in the log.</summary>
    /// <param name="outcome">One word.</param>
    /// <param name="size">Octets of the stored source; those that had come, when nothing is stored.</param>
    private void EndTransaction(string outcome, MessageId id = default, long size = -1)
    {
        if (_envelope is null) return;
        CountTransaction(outcome, size);
        KeepNoted();
        if (context.Log.Keeps(LogLevel.Info)) LogTransaction(outcome, id, size >= 0 ? size : _incoming?.Octets ?? 0);
        _incoming?.Dispose();
        _incoming = null;
        _isReading = false;
        _moreChunks = false;
        _envelope = null;
        _inTransaction = false;
    }

    private void CountTransaction(string outcome, long size)
    {
        Metrics metrics = context.Metrics;
        metrics.Transactions.Increment(outcome);
        switch (outcome)
        {
            case nameof(AcceptOutcome.Stored):
                metrics.Accepted.Increment();
                metrics.AcceptedOctets.Add(size);
                listener.Messages.Increment();
                break;
            case nameof(AcceptOutcome.Discarded) or SpamDiscarded:
                metrics.Ignored.Increment();
                break;
            case nameof(AcceptOutcome.Full) or nameof(AcceptOutcome.Failed):
                metrics.Rejected.Increment();
                NoteMessage(RejectionReason.Store, outcome == nameof(AcceptOutcome.Full) ? Replies.StoreFull : Replies.StoreFailed);
                break;
            case Refused:
                metrics.Rejected.Increment();
                break;
            default:
                // Given up by its client: after it had no recipient left to send to, or for reasons of its own.
                if (_recipientsRefused && _envelope!.Recipients.Count == 0) metrics.Rejected.Increment();
                break;
        }
    }

    private void LogTransaction(string outcome, MessageId id, long size)
    {
        IReadOnlyList<MailAddress> to = _envelope!.Recipients;
        var line = new Utf8Line(0, 0);
        line.AppendFormatted("SMTP["u8);
        line.AppendFormatted(connection.RemoteAddress);
        line.AppendFormatted("] "u8);
        line.AppendFormatted(outcome);
        if (id != default)
        {
            line.AppendFormatted(" id="u8);
            line.AppendFormatted(id);
        }
        line.AppendFormatted(" from=<"u8);
        line.AppendFormatted(_envelope.ReversePath);
        line.AppendFormatted("> to=<"u8);
        if (to.Count > 0) line.AppendFormatted(to[0]);
        line.AppendFormatted(">"u8);
        if (to.Count > 1)
        {
            line.AppendFormatted(" and "u8);
            line.AppendFormatted(to.Count - 1);
            line.AppendFormatted(" more"u8);
        }
        line.AppendFormatted(" size="u8);
        line.AppendFormatted(size);
        line.AppendFormatted(" time="u8);
        line.AppendFormatted(context.Clock.GetElapsedTime(_transactionBegan).TotalSeconds, "F3");
        line.AppendFormatted(" helo="u8);
        line.AppendFormatted(_helo);
        if (_refusedRecipients > 0)
        {
            line.AppendFormatted(" refused="u8);
            line.AppendFormatted(_refusedRecipients);
        }
        if (_isMarked)
        {
            line.AppendFormatted(" spam"u8);
            _isMarked = false;
        }
        if (_refusal is not null)
        {
            line.AppendFormatted(" reply="u8);
            line.AppendFormatted(_refusal);
        }
        context.Log.Write(LogLevel.Info, line);
    }

    /// <summary>One line for a transaction that ended with its MAIL command.</summary>
    /// <param name="reason">Null where the reply alone says it.</param>
    private void LogRefusedMail(MailAddress? sender, ReadOnlySpan<byte> reply, RejectionReason? reason = null)
    {
        KeepRefusedMail(reason ?? ReasonOf(reply), reply, sender);
        context.Metrics.Rejected.Increment();
        context.Metrics.Transactions.Increment(Refused);
        if (context.Log.Keeps(LogLevel.Info)) context.Log.Write(LogLevel.Info, $"SMTP[{connection.RemoteAddress}] Refused from=<{sender}> helo={_helo} reply={reply[..CodeOctets]}");
    }

    /// <summary>Counts what was refused by its codes. A reply without an enhanced one has its own alone.</summary>
    private void CountRefusal(ReadOnlySpan<byte> reply)
    {
        if (reply[0] is not ((byte)'4' or (byte)'5')) return;
        bool isEnhanced = reply.Length > CodeOctets && reply[4] == reply[0] && reply[5] == '.';
        int end = isEnhanced ? 4 + Math.Max(0, reply[4..].IndexOf((byte)' ')) : 3;
        context.Metrics.Refusals.Increment(Encoding.ASCII.GetString(reply[..Math.Max(end, 3)]));
    }

    private void TraceReply(ReadOnlySpan<byte> reply)
    {
        if (context.Log.Keeps(LogLevel.Trace)) context.Log.Write(LogLevel.Trace, $"SMTP[{connection.RemoteAddress}] S: {reply}");
    }

    private static string NameOf(AcceptOutcome outcome) => outcome switch
    {
        AcceptOutcome.Stored => nameof(AcceptOutcome.Stored),
        AcceptOutcome.Discarded => nameof(AcceptOutcome.Discarded),
        AcceptOutcome.Full => nameof(AcceptOutcome.Full),
        _ => nameof(AcceptOutcome.Failed),
    };
}
