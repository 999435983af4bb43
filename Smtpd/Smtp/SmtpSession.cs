using Smtpd.Network;
using Smtpd.Operations;

namespace Smtpd.Smtp;

/// <summary>
/// One client's session (RFC 5321 §3). Answers every command that has arrived and sends the answers in one write; waits only for
/// the client, or for the store at the end of a message. What the commands do, how messages are read and what is logged of it is
/// in the other parts of this class.
/// </summary>
/// <param name="listener">The one that took the client.</param>
/// <param name="implicitTls">If true, the TLS handshake comes before the greeting (RFC 8314 §3).</param>
/// <param name="behindProxy">A PROXY header comes before everything else.</param>
internal sealed partial class SmtpSession(Connection connection, SmtpContext context, ListenerFigures listener, bool implicitTls, bool behindProxy = false)
{
    /// <summary>What the session needs before it can go on.</summary>
    private enum Need { Input, Flush, Message, StartTls, SignIn, Close }

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
            _mayProxy = MayProxy;
            if (!Admit())
            {
                // In clear text a client that expects TLS would not understand it.
                if (!implicitTls) await connection.FlushAsync().ConfigureAwait(false);
                return;
            }
            if (implicitTls && !await TakeHandshakeAsync(behindPlaintext: false).ConfigureAwait(false)) return;
            Greet();
            while (true)
            {
                switch (Advance())
                {
                    case Need.Message when !await ReceiveMessageAsync().ConfigureAwait(false):
                        return;
                    case Need.StartTls when !await UpgradeAsync().ConfigureAwait(false):
                        return;
                    case Need.SignIn when !await ContinueSignInAsync().ConfigureAwait(false):
                        return;
                    case Need.Flush when !await connection.FlushAsync().ConfigureAwait(false):
                        return;
                    case Need.Close:
                        await connection.FlushAndEndAsync().ConfigureAwait(false);
                        return;
                    case Need.Input:
                        if (!await connection.FlushAsync().ConfigureAwait(false)) return;
                        if (_passingOver == 0) connection.UseSmallBuffer();
                        // The time is for the whole line: a client that drips octets gains nothing.
                        if (_newLine || _passingOver > 0) connection.SetDeadline(_isReading ? Patience() : context.Settings.MaxIdle);
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
            EndTransaction(connection.Ending switch
            {
                ConnectionEnding.TimedOut => "TimedOut",
                ConnectionEnding.ShuttingDown => "ShutDown",
                _ => "BrokenOff",
            });
            Depart();
            connection.Dispose();
        }
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
            if (_passingOver > 0 && !PassOver()) return Need.Input;
            ReadOnlySpan<byte> input = connection.Input;
            int end = input.IndexOf("\r\n"u8);
            if (end < 0)
            {
                if (!_skippingLine && (input.Length < CommandLine.MaxOctets || input.Length < LineLimit(input)))
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
            bool tooLong = _skippingLine || (end + 2 > CommandLine.MaxOctets && end + 2 > LineLimit(line));
            _skippingLine = false;
            _newLine = true;
            Need need = tooLong ? RefuseLongLine() : _signIn is null ? Execute(line) : TakeResponse(line);
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
        await connection.FlushAndEndAsync().ConfigureAwait(false);
    }
}
