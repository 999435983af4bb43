using System.Text;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>The commands (RFC 5321 §4.1.1) and their replies. Nothing here waits.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>Refused commands after which the connection is closed: what talks like this is no mail client.</summary>
    private const int MaxErrors = 50;

    /// <summary>A domain name has at most 255 octets (RFC 5321 §4.5.3.1.2).</summary>
    private const int MaxHelo = 255;

    private string _helo = "";
    private bool _extended;
    private Envelope? _envelope;
    private bool _recipientsRefused;
    private bool _turnedBack;
    private int _errors;

    /// <summary>The keyword for the Received line (RFC 3848).</summary>
    private string Protocol => (connection.IsEncrypted, _extended, _login is not null) switch
    {
        (true, _, true) => "ESMTPSA",
        (true, _, false) => "ESMTPS",
        (false, true, true) => "ESMTPA",
        (false, true, false) => "ESMTP",
        _ => "SMTP",
    };

    private Need Execute(ReadOnlySpan<byte> line)
    {
        if (context.Log.Keeps(LogLevel.Trace)) context.Log.Trace($"SMTP[{connection.RemoteAddress}] C: {Encoding.Latin1.GetString(line)}");
        // A CR, LF or NUL inside a line belongs to no command (RFC 5321 §2.3.8); whatever stands around it is not trusted.
        if (line.ContainsAny((byte)'\r', (byte)'\n', (byte)0)) return Refuse(Replies.BadLine);
        CommandLine command = CommandLine.Parse(line);
        return command.Verb switch
        {
            Verb.Ehlo or Verb.Helo => Hello(command.Argument, command.Verb == Verb.Ehlo),
            Verb.Mail => MailFrom(command.Argument),
            Verb.Rcpt => RecipientTo(command.Argument),
            Verb.Data => Data(command.Argument),
            Verb.Rset => Reset(command.Argument),
            Verb.Noop => Say(Replies.Nothing),
            Verb.Vrfy => command.Argument.IsEmpty ? Refuse(Replies.VerifyNeedsName) : Say(Replies.CannotVerify),
            Verb.Help => Say(Replies.Help),
            Verb.Quit => Quit(command.Argument),
            Verb.XClient => XClient(command.Argument),
            Verb.Expn or Verb.Refused => Refuse(Replies.NotImplemented),
            _ => line.Trim(" \t"u8).IsEmpty ? Refuse(Replies.EmptyLine) : Unrecognized(line),
        };
    }

    private Need Hello(ReadOnlySpan<byte> argument, bool extended)
    {
        int blank = argument.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> name = blank < 0 ? argument : argument[..blank];
        if (name.Length is 0 or > MaxHelo || name.ContainsAnyExceptInRange((byte)33, (byte)126)) return Refuse(Replies.HelloNeedsName);
        // A repeated greeting is a reset (RFC 5321 §4.1.4).
        EndTransaction();
        _helo = Encoding.ASCII.GetString(name);
        _extended = extended;
        string domain = context.Settings.Domain;
        if (!extended) return Say($"250 {domain} Hello {_helo}");
        Say($"250-{domain} Hello {_helo} [{connection.RemoteAddress}]");
        Say("250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-HELP\r\n"u8);
        if (_mayProxy) Say("250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n"u8);
        return Say($"250 SIZE {context.Settings.MaxMessageBytes}");
    }

    private Need MailFrom(ReadOnlySpan<byte> argument)
    {
        if (_helo.Length == 0) return Refuse(Replies.HelloFirst);
        if (_envelope is not null) return Refuse(Replies.NestedMail);
        switch (PathReader.Read(argument, "FROM:"u8, out MailAddress? address, out ReadOnlySpan<byte> text))
        {
            case PathError.Syntax: return Refuse(Replies.MailSyntax);
            case PathError.BadAddress: return Refuse(Replies.BadSender);
            case PathError.NonAscii: return Refuse(Replies.NonAsciiAddress);
        }
        switch (MailParameters.Read(text, out MailParameters parameters))
        {
            case ParameterError.Unknown: return Refuse(Replies.UnknownParameter);
            case ParameterError.Repeated: return Refuse(Replies.RepeatedParameter);
            case ParameterError.BadSize: return Refuse(Replies.BadSize);
            case ParameterError.BadBody: return Refuse(Replies.BadBody);
        }
        if (parameters.Size > context.Settings.MaxMessageBytes) return Refuse(Replies.TooBig);
        switch (context.Intake.Screen(parameters.Size))
        {
            case AcceptOutcome.Full: return TurnBack(Replies.StoreFull);
            case AcceptOutcome.Failed: return TurnBack(Replies.StoreFailed);
        }
        if (address is { Domain.Length: 0 }) address = address with { Domain = context.Settings.Domain };
        if (ScreenSender(address) is { } refused) return refused;
        _envelope = new Envelope(address, parameters.Size);
        _recipientsRefused = false;
        _turnedBack = false;
        _inTransaction = true;
        return Say($"250 2.1.0 Roger, accepting mail from <{address}>");
    }

    private Need RecipientTo(ReadOnlySpan<byte> argument)
    {
        if (_envelope is null) return RefuseWithoutMail();
        switch (PathReader.Read(argument, "TO:"u8, out MailAddress? address, out ReadOnlySpan<byte> parameters))
        {
            case PathError.Syntax: return RefuseRecipient(Replies.RecipientSyntax);
            case PathError.BadAddress: return RefuseRecipient(Replies.BadRecipient);
            case PathError.NonAscii: return RefuseRecipient(Replies.NonAsciiAddress);
        }
        if (address is null) return RefuseRecipient(Replies.BadRecipient);
        if (!parameters.IsEmpty) return RefuseRecipient(Replies.UnknownParameter);
        // <postmaster> is taken whatever the domains are (RFC 5321 §4.5.1).
        if (address.Domain.Length == 0) address = address with { Domain = context.Settings.Domain };
        else if (!context.Policy.Allows(address) && !context.Policy.IsTrusted(connection.RemoteAddress)) return RefuseRecipient(Replies.NotAllowed);
        if (_envelope.Recipients.Count >= context.Settings.MaxRecipients)
            return Say($"452 4.5.3 Too many recipients: {context.Settings.MaxRecipients} were accepted; send the rest in another transaction");
        if (ScreenRecipient(address) is { } refused) return refused;
        _envelope.Add(address);
        return Say($"250 2.1.5 I'll make sure <{address}> gets this");
    }

    /// <summary>Refuses a transaction for now. What a pipelining client has sent behind it is no error of the client's.</summary>
    private Need TurnBack(ReadOnlySpan<byte> reply)
    {
        _turnedBack = true;
        return Say(reply);
    }

    private Need RefuseWithoutMail() => _turnedBack ? Say(Replies.MailFirst) : Refuse(Replies.MailFirst);

    private Need RefuseRecipient(ReadOnlySpan<byte> reply)
    {
        _recipientsRefused = true;
        Say(reply);
        return CountBadRecipient();
    }

    private Need Data(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty) return Refuse(Replies.NoArguments);
        if (_envelope is null) return RefuseWithoutMail();
        if (_envelope.Recipients.Count == 0) return Refuse(_recipientsRefused ? Replies.NoRecipients : Replies.RecipientFirst);
        Say(Replies.GoAhead);
        return Need.Message;
    }

    private Need Reset(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty) return Refuse(Replies.NoArguments);
        EndTransaction();
        return Say(Replies.Reset);
    }

    private Need Quit(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty) return Refuse(Replies.NoArguments);
        Say(Replies.Goodbye);
        return Need.Close;
    }

    private Need Unrecognized(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> word = line.TrimStart(" \t"u8);
        int blank = word.IndexOfAny((byte)' ', (byte)'\t');
        if (blank >= 0) word = word[..blank];
        // The client's word is repeated only when it is one, so that nothing odd is reflected.
        bool plain = word.Length <= 16 && !word.ContainsAnyExceptInRange((byte)'0', (byte)'z');
        Say($"500 5.5.2 Syntax error, command {(plain ? word : default)}{(plain ? " " : "")}unrecognized");
        return CountError();
    }

    private void EndTransaction()
    {
        _envelope = null;
        _inTransaction = false;
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

    /// <summary>Refuses a command; too many refusals end the session.</summary>
    private Need Refuse(ReadOnlySpan<byte> reply)
    {
        Say(reply);
        return CountError();
    }

    private Need CountError()
    {
        if (_visit is not null && !_visit.CountBadCommand()) return SendAway(Replies.TooManyErrorsOfAddress);
        return CountErrorOfSession();
    }

    private Need CountErrorOfSession()
    {
        if (++_errors < MaxErrors) return Need.Input;
        Say(Replies.TooManyErrors);
        return Need.Close;
    }

    /// <param name="reply">A whole reply with its CRLF.</param>
    private Need Say(ReadOnlySpan<byte> reply)
    {
        if (context.Log.Keeps(LogLevel.Trace)) context.Log.Trace($"SMTP[{connection.RemoteAddress}] S: {Encoding.ASCII.GetString(reply[..^2])}");
        reply.CopyTo(connection.Outbox.GetSpan(reply.Length));
        connection.Outbox.Advance(reply.Length);
        return Need.Input;
    }

    /// <summary>One line; the CRLF is added.</summary>
    private Need Say(Utf8Line line)
    {
        if (context.Log.Keeps(LogLevel.Trace)) context.Log.Trace($"SMTP[{connection.RemoteAddress}] S: {Encoding.ASCII.GetString(line.Octets)}");
        line.AppendFormatted("\r\n"u8);
        line.Octets.CopyTo(connection.Outbox.GetSpan(line.Octets.Length));
        connection.Outbox.Advance(line.Octets.Length);
        line.Dispose();
        return Need.Input;
    }
}
