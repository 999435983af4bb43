using System.Runtime.CompilerServices;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>How a message is read, behind DATA or chunk by chunk, and handed to the store.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>
    /// Octets a second, over the whole of a message, below which its sender only holds the connection. The slowest line that
    /// carries mail is faster; with pauses of up to <c>smtp.max.idle.seconds</c> on top nobody honest meets it.
    /// </summary>
    private const int LeastOctetsPerSecond = 128;

    /// <summary>
    /// How long a client leaves a connection idle that has no next message ready. Those that have send it within a round trip.
    /// </summary>
    private static readonly TimeSpan _unhurried = TimeSpan.FromMilliseconds(20);

    private IncomingMessage? _incoming;

    /// <summary>When the message before was answered; null before the first.</summary>
    private long? _answered;
    private bool _moreChunks;

    /// <summary>True while a message, or a chunk that was refused, is on its way: <see cref="Patience"/> holds then.</summary>
    private bool _isReading;
    private long _began;
    private long _received;

    /// <summary>How long the client may be silent now: what it sent too slowly before is taken off.</summary>
    private TimeSpan Patience()
    {
        TimeSpan earned = TimeSpan.FromSeconds(_received / LeastOctetsPerSecond) - context.Clock.GetElapsedTime(_began);
        return context.Settings.MaxIdle + (earned < TimeSpan.Zero ? earned : TimeSpan.Zero);
    }

    private void BeginReading()
    {
        _isReading = true;
        _began = context.Clock.GetTimestamp();
        _received = 0;
    }

    private IncomingMessage BeginMessage()
    {
        BeginReading();
        var message = new IncomingMessage(context.Intake.NewBody(), context.Settings.MaxMessageBytes, _envelope!.IsBinary);
        TraceLines.Write(message.Body, _envelope, _helo, connection.RemoteAddress, context.Settings.Domain, Protocol, context.Clock.GetUtcNow(), connection.Tls, _clientName);
        if (context.Spam is not null && context.Settings.SpamAction == SpamAction.Tag) TraceLines.ReserveSpamFlag(message.Body);
        return message;
    }

    /// <summary>
    /// Reads the message behind DATA, or one chunk of it; at its end has it stored, and answers. False when the connection is at
    /// its end.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReceiveMessageAsync()
    {
        IncomingMessage message = _incoming ??= BeginMessage();
        if (!message.IsAtEnd) connection.UseLargeBuffer();
        while (!message.IsAtEnd)
        {
            if (!connection.Input.IsEmpty)
            {
                int room = message.MakeRoom(connection.Input.Length);
                if (room == 0)
                {
                    long paused = context.Clock.GetTimestamp();
                    connection.IgnoresDeadline = true;
                    await message.SpillAsync().ConfigureAwait(false);
                    connection.SetDeadline(context.Settings.MaxIdle);
                    connection.IgnoresDeadline = false;
                    _began += context.Clock.GetTimestamp() - paused;
                    continue;
                }
                int taken = message.Read(connection.Input[..Math.Min(room, connection.Input.Length)]);
                connection.Consume(taken);
                _received += taken;
                continue;
            }
            if (connection.HasOutput && !await connection.FlushAsync().ConfigureAwait(false)) return false;
            connection.SetDeadline(Patience());
            if (!connection.Take(await connection.FillAsync().ConfigureAwait(false)))
            {
                // Without its end there is no message (RFC 5321 §4.1.1.4); nothing is stored.
                await TakeLeaveAsync().ConfigureAwait(false);
                return false;
            }
        }
        if (context.Log.Keeps(LogLevel.Trace)) context.Log.Write(LogLevel.Trace, $"SMTP[{connection.RemoteAddress}] C: ({message.Octets} octets of message so far)");
        Need need = Need.Input;
        if (message.Refusal is { } refusal)
        {
            Answer(refusal, default);
            EndTransaction(NameOf(refusal));
            _turnedBack = true;
        }
        else if (_moreChunks) SayChunkTaken();
        else if (message.IsTooBig) need = RefuseMessage(Replies.TooBig);
        else if (message.HasBareLineEnd && context.Settings.BareLineFeeds == BareLineFeeds.Reject) need = RefuseMessage(Replies.BareLineFeed);
        else if (context.Spam is not null && await LooksLikeSpamAsync(message).ConfigureAwait(false) && context.Settings.SpamAction != SpamAction.Tag)
            need = AnswerSpam();
        else
        {
            var mail = new ReceivedMail
            {
                Envelope = _envelope!,
                Content = message.Content,
                Body = message.Body,
                Helo = _helo,
                ClientAddress = connection.RemoteAddress,
                Tls = connection.Tls?.Description,
                User = SignedInAs,
                Created = context.Clock.GetUtcNow(),
                MayWait = _answered is { } answered && context.Clock.GetElapsedTime(answered, _transactionBegan) >= _unhurried,
            };
            connection.IgnoresDeadline = true;
            AcceptOutcome outcome = await context.Intake.AcceptAsync(mail).ConfigureAwait(false);
            connection.SetDeadline(context.Settings.MaxIdle);
            connection.IgnoresDeadline = false;
            Answer(outcome, mail.Id);
            _answered = context.Clock.GetTimestamp();
            EndTransaction(NameOf(outcome), mail.Id, mail.Body.Length);
        }
        if (need != Need.Close) return true;
        await connection.FlushAndEndAsync().ConfigureAwait(false);
        return false;
    }

    private Need RefuseMessage(ReadOnlySpan<byte> reply)
    {
        Remember(reply);
        NoteMessage(ReasonOf(reply), reply);
        EndTransaction(Refused);
        return Refuse(reply);
    }

    /// <summary>Answers the end of a message.</summary>
    private void Answer(AcceptOutcome outcome, MessageId id)
    {
        switch (outcome)
        {
            case AcceptOutcome.Stored:
                _errors = 0;
                Say($"250 2.0.0 Ok: queued as {id}");
                break;
            case AcceptOutcome.Discarded:
                _errors = 0;
                Say(Replies.AcceptedForDelivery);
                break;
            case AcceptOutcome.Full:
                Say(Replies.StoreFull);
                break;
            default:
                Say(Replies.StoreFailed);
                break;
        }
    }
}
