using System.Net.Security;
using System.Runtime.CompilerServices;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>
/// One client's session (RFC 5321 §3). Answers every command that has arrived and sends the answers in one write; waits only for
/// the client, or for the store at the end of a message. The commands themselves are in the other half of this class.
/// </summary>
/// <param name="behindProxy">A PROXY header comes before everything else.</param>
/// <param name="implicitTls">If given, the TLS handshake comes before the greeting (RFC 8314 §3).</param>
internal sealed partial class SmtpSession(Connection connection, SmtpContext context, SslServerAuthenticationOptions? implicitTls, bool behindProxy = false)
{
    /// <summary>What the session needs before it can go on.</summary>
    private enum Need { Input, Flush, Message, Close }

    /// <summary>A handshake is a few round trips; who needs longer is holding the connection only.</summary>
    private static readonly TimeSpan HandshakeDeadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Octets a second, over the whole of a message, below which its sender only holds the connection. The slowest line that
    /// carries mail is faster; with pauses of up to <c>smtp.max.idle.seconds</c> on top nobody honest meets it.
    /// </summary>
    private const int LeastOctetsPerSecond = 128;

    private bool _skippingLine;
    private bool _newLine = true;
    private volatile bool _inTransaction;

    /// <summary>True from MAIL until the message is stored, refused or given up.</summary>
    public bool InTransaction => _inTransaction;

    /// <summary>Asks the session to end: at once when it only waits, after its transaction otherwise.</summary>
    public void Drain()
    {
        if (!_inTransaction) connection.Interrupt(ConnectionEnding.ShuttingDown);
    }

    /// <summary>Ends the session whatever it does.</summary>
    public void Abort() => connection.Abort();

    /// <summary>Talks to the client until one of the two ends it. Closes the connection.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (behindProxy && !await TakeProxyHeaderAsync().ConfigureAwait(false)) return;
            _mayProxy = context.Settings.XClient && context.Policy.IsTrusted(connection.RemoteAddress);
            if (!Admit())
            {
                // In clear text a client that expects TLS would not understand it.
                if (implicitTls is null) await connection.FlushAsync().ConfigureAwait(false);
                return;
            }
            if (implicitTls is not null && !await TakeHandshakeAsync(implicitTls).ConfigureAwait(false)) return;
            Greet();
            while (true)
            {
                switch (Advance())
                {
                    case Need.Message when !await ReceiveMessageAsync().ConfigureAwait(false):
                        return;
                    case Need.Flush when !await connection.FlushAsync().ConfigureAwait(false):
                        return;
                    case Need.Close:
                        await connection.FlushAsync().ConfigureAwait(false);
                        return;
                    case Need.Input:
                        if (!await connection.FlushAsync().ConfigureAwait(false)) return;
                        connection.UseSmallBuffer();
                        // The time is for the whole line: a client that drips octets gains nothing.
                        if (_newLine) connection.SetDeadline(context.Settings.MaxIdle);
                        _newLine = false;
                        if (!connection.Take(await connection.FillAsync().ConfigureAwait(false)))
                        {
                            await TakeLeaveAsync().ConfigureAwait(false);
                            return;
                        }
                        break;
                }
            }
        }
        catch (Exception fault)
        {
            // Nothing of a client's is expected to throw. The log has what is needed to mend it; other sessions go on, and the
            // client, who was not told that anything was stored, tries again.
            context.Log.Error($"SMTP[{connection.RemoteAddress}] session ended by a fault: {fault.Message}");
            context.Log.Trace(fault.ToString());
        }
        finally
        {
            Depart();
            connection.Dispose();
        }
    }

    private async ValueTask<bool> TakeHandshakeAsync(SslServerAuthenticationOptions options)
    {
        connection.SetDeadline(HandshakeDeadline);
        if (await connection.StartTlsAsync(options).ConfigureAwait(false)) return true;
        context.Log.Info($"SMTP[{connection.RemoteAddress}] the TLS handshake failed");
        return false;
    }

    /// <summary>Carries out the commands that have arrived whole, and says what is needed next.</summary>
    private Need Advance()
    {
        while (true)
        {
            if (context.IsDraining && !_inTransaction)
            {
                Say(Replies.ShuttingDown);
                return Need.Close;
            }
            ReadOnlySpan<byte> input = connection.Input;
            int end = input.IndexOf("\r\n"u8);
            if (end < 0)
            {
                if (!_skippingLine && input.Length < CommandLine.MaxOctets)
                {
                    if (connection.IsFull) connection.UseLargeBuffer();
                    if (!connection.IsFull) return Need.Input;
                }
                // Too long: the rest is passed over up to its CRLF. A CR at the end may be half of that.
                _skippingLine = true;
                connection.Consume(input is [.., (byte)'\r'] ? input.Length - 1 : input.Length);
                return Need.Input;
            }
            ReadOnlySpan<byte> line = input[..end];
            bool tooLong = _skippingLine || end + 2 > CommandLine.MaxOctets;
            _skippingLine = false;
            _newLine = true;
            Need need = tooLong ? Refuse(Replies.LineTooLong) : Execute(line);
            connection.Consume(end + 2);
            if (need != Need.Input) return need;
            if (connection.Outbox.IsLong) return Need.Flush;
        }
    }

    /// <summary>Says why the connection ends when that was not the client's doing.</summary>
    private async ValueTask TakeLeaveAsync()
    {
        switch (connection.Ending)
        {
            case ConnectionEnding.TimedOut:
                Say(Replies.IdleTooLong);
                break;
            case ConnectionEnding.ShuttingDown:
                Say(Replies.ShuttingDown);
                break;
            default:
                return;
        }
        await connection.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Reads the message behind DATA, has it stored, and answers. False when the connection is at its end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReceiveMessageAsync()
    {
        using var message = new IncomingMessage(context.Intake.NewBody(), context.Settings.MaxMessageBytes);
        DateTimeOffset now = context.Clock.GetUtcNow();
        TraceLines.Write(message.Body, _envelope!, _helo, connection.RemoteAddress, context.Settings.Domain, Protocol, now, _clientName);
        if (context.Spam is not null) ReserveSpamFlag(message.Body);
        var reader = new DataReader();
        long began = context.Clock.GetTimestamp();
        long received = 0;
        connection.UseLargeBuffer();
        while (!reader.IsComplete)
        {
            if (!connection.Input.IsEmpty)
            {
                int room = message.MakeRoom(connection.Input.Length + DataReader.HeldBack) - DataReader.HeldBack;
                if (room <= 0)
                {
                    long paused = context.Clock.GetTimestamp();
                    connection.IgnoresDeadline = true;
                    await message.SpillAsync().ConfigureAwait(false);
                    connection.SetDeadline(context.Settings.MaxIdle);
                    connection.IgnoresDeadline = false;
                    began += context.Clock.GetTimestamp() - paused;
                    continue;
                }
                int taken = reader.Read(connection.Input[..Math.Min(room, connection.Input.Length)], message);
                connection.Consume(taken);
                received += taken;
                continue;
            }
            if (connection.HasOutput && !await connection.FlushAsync().ConfigureAwait(false)) return false;
            TimeSpan earned = TimeSpan.FromSeconds(received / LeastOctetsPerSecond) - context.Clock.GetElapsedTime(began);
            connection.SetDeadline(context.Settings.MaxIdle + (earned < TimeSpan.Zero ? earned : TimeSpan.Zero));
            if (!connection.Take(await connection.FillAsync().ConfigureAwait(false)))
            {
                // Without its end there is no message (RFC 5321 §4.1.1.4); nothing is stored.
                context.Log.Info($"SMTP[{connection.RemoteAddress}] connection ended in the middle of a message from <{_envelope!.ReversePath}>; nothing is stored");
                await TakeLeaveAsync().ConfigureAwait(false);
                return false;
            }
        }
        Need need = Need.Input;
        if (message.IsTooBig) need = Refuse(Replies.TooBig);
        else if (reader.HasBareLineEnd && context.Settings.BareLineFeeds == BareLineFeeds.Reject) need = Refuse(Replies.BareLineFeed);
        else if (message.Refusal is { } refusal) Answer(refusal, default);
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
                Created = context.Clock.GetUtcNow(),
            };
            connection.IgnoresDeadline = true;
            AcceptOutcome outcome = await context.Intake.AcceptAsync(mail).ConfigureAwait(false);
            connection.SetDeadline(context.Settings.MaxIdle);
            connection.IgnoresDeadline = false;
            Answer(outcome, mail.Id);
            LogOutcome(outcome, mail);
        }
        EndTransaction();
        if (need != Need.Close) return true;
        await connection.FlushAsync().ConfigureAwait(false);
        return false;
    }

    private void LogOutcome(AcceptOutcome outcome, ReceivedMail mail)
    {
        if (!context.Log.Keeps(LogLevel.Info)) return;
        IReadOnlyList<MailAddress> to = mail.Envelope.Recipients;
        string more = to.Count > 1 ? $" and {to.Count - 1} more" : "";
        context.Log.Write(LogLevel.Info, $"SMTP[{connection.RemoteAddress}] {NameOf(outcome)} id={mail.Id} from=<{mail.Envelope.ReversePath}> to=<{to[0]}>{more} size={mail.Body.Length}");
    }

    private static string NameOf(AcceptOutcome outcome) => outcome switch
    {
        AcceptOutcome.Stored => nameof(AcceptOutcome.Stored),
        AcceptOutcome.Discarded => nameof(AcceptOutcome.Discarded),
        AcceptOutcome.Full => nameof(AcceptOutcome.Full),
        _ => nameof(AcceptOutcome.Failed),
    };
}
