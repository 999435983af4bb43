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
    private int _mailCommands;

    private Need Execute(ReadOnlySpan<byte> line)
    {
        if (context.Log.Keeps(LogLevel.Trace)) TraceCommand(line);
        // A CR, LF or NUL inside a line belongs to no command (RFC 5321 §2.3.8); whatever stands around it is not trusted.
        if (line.ContainsAny((byte)'\r', (byte)'\n', (byte)0)) return Refuse(Replies.BadLine);
        CommandLine command = CommandLine.Parse(line);
        return command.Verb switch
        {
            Verb.Ehlo or Verb.Helo => Hello(command.Argument, command.Verb == Verb.Ehlo),
            Verb.Mail => MailFrom(command.Argument),
            Verb.Rcpt => RecipientTo(command.Argument),
            Verb.Data => Data(command.Argument),
            Verb.Bdat => Chunk(command.Argument),
            Verb.Rset => Reset(command.Argument),
            Verb.Noop => Say(Replies.Nothing),
            Verb.Vrfy => Verify(command.Argument),
            Verb.Help => Help(command.Argument),
            Verb.Quit => Quit(command.Argument),
            Verb.StartTls => StartTls(command.Argument),
            Verb.Auth => Authenticate(command.Argument),
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
        EndTransaction("Reset");
        _helo = Encoding.ASCII.GetString(name);
        _extended = extended;
        // Behind XCLIENT it is the client who introduces itself, and a proxy that passes octets on would pass its XCLIENT on too.
        _mayProxy = MayProxy;
        return extended ? SayExtensions() : Say($"250 {context.Settings.Domain} Hello {_helo}");
    }

    private Need MailFrom(ReadOnlySpan<byte> argument)
    {
        if (context.Settings.MaxMessages > 0 && ++_mailCommands > context.Settings.MaxMessages)
        {
            Say(Replies.TooManyMessagesHere);
            return Need.Close;
        }
        if (_helo.Length == 0) return Refuse(Replies.HelloFirst);
        if (_envelope is not null) return Refuse(Replies.NestedMail);
        if (LacksTls) return RefuseMail(argument, Replies.TlsFirst);
        if (LacksSignIn) return RefuseMail(argument, Replies.SignInFirst);
        switch (PathReader.Read(argument, "FROM:"u8, out MailAddress? address, out ReadOnlySpan<byte> text))
        {
            case PathError.Syntax: return Refuse(Replies.MailSyntax);
            case PathError.BadAddress: return Refuse(Replies.BadSender);
        }
        if (MailParameters.Read(text, out MailParameters parameters) is var error and not ParameterError.None) return Refuse(Replies.For(error));
        if (!parameters.IsInternational && address is { IsInternational: true }) return RefuseMail(address, Replies.NonAsciiAddress);
        if (parameters.Size > context.Settings.MaxMessageBytes) return RefuseMail(address, Replies.TooBig);
        switch (context.Intake.Screen(parameters.Size))
        {
            case AcceptOutcome.Full: return TurnBack(address, Replies.StoreFull);
            case AcceptOutcome.Failed: return TurnBack(address, Replies.StoreFailed);
        }
        if (address is { Domain.Length: 0 }) address = address with { Domain = context.Settings.Domain };
        if (ScreenSender(address) is { } refused) return refused;
        _envelope = new Envelope(address, parameters.Size)
        {
            IsInternational = parameters.IsInternational,
            IsBinary = parameters.IsBinary,
            Return = parameters.Return,
            EnvelopeId = parameters.EnvelopeId,
        };
        _transactionBegan = context.Clock.GetTimestamp();
        _refusedRecipients = 0;
        _refusal = null;
        _recipientsRefused = false;
        _turnedBack = false;
        _inTransaction = true;
        return Say($"250 2.1.0 Roger, accepting mail from <{address}>");
    }

    private Need RecipientTo(ReadOnlySpan<byte> argument)
    {
        if (_envelope is null) return RefuseWithoutMail();
        if (_incoming is not null) return Refuse(Replies.MessageBegun);
        switch (PathReader.Read(argument, "TO:"u8, out MailAddress? address, out ReadOnlySpan<byte> parameters))
        {
            case PathError.Syntax: return RefuseRecipient(Replies.RecipientSyntax, null);
            case PathError.BadAddress: return RefuseRecipient(Replies.BadRecipient, null);
        }
        if (address is null) return RefuseRecipient(Replies.BadRecipient, null);
        if (RecipientParameters.Read(parameters, _envelope.IsInternational, out NotificationRequest? request) is var error and not ParameterError.None)
            return RefuseRecipient(Replies.For(error), address);
        if (!_envelope.IsInternational && address.IsInternational) return RefuseRecipient(Replies.NonAsciiAddress, address);
        // <postmaster> is taken whatever the domains are (RFC 5321 §4.5.1).
        if (address.Domain.Length == 0) address = address with { Domain = context.Settings.Domain };
        else if (!context.Policy.Admits(address, connection.RemoteAddress, SignedInAs is not null)) return RefuseRecipient(Replies.NotAllowed, address);
        if (_envelope.Recipients.Count >= context.Settings.MaxRecipients)
            return Say($"452 4.5.3 Too many recipients: {context.Settings.MaxRecipients} were accepted; send the rest in another transaction");
        if (ScreenRecipient(address) is { } refused) return refused;
        if (context.Settings.MailboxPlus && address.LocalPart.Contains('+')) address = address with { IgnoresTag = true };
        _envelope.Add(address, request);
        return Say($"250 2.1.5 I'll make sure <{address}> gets this");
    }

    /// <summary>Refuses a transaction for now. What a pipelining client has sent behind it is no error of the client's.</summary>
    private Need TurnBack(MailAddress? sender, ReadOnlySpan<byte> reply)
    {
        LogRefusedMail(sender, reply);
        _turnedBack = true;
        return Say(reply);
    }

    private Need RefuseMail(MailAddress? sender, ReadOnlySpan<byte> reply)
    {
        LogRefusedMail(sender, reply);
        return Refuse(reply);
    }

    private Need RefuseWithoutMail() => _turnedBack ? Say(Replies.MailFirst) : Refuse(Replies.MailFirst);

    private Need RefuseRecipient(ReadOnlySpan<byte> reply, MailAddress? recipient)
    {
        NoteRecipient(RejectionReason.Recipient, reply, recipient);
        _recipientsRefused = true;
        _refusedRecipients++;
        Remember(reply);
        Say(reply);
        return CountBadRecipient();
    }

    private Need Data(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty) return Refuse(Replies.NoArguments);
        if (_envelope is null) return RefuseWithoutMail();
        if (_incoming is not null) return Refuse(Replies.ChunksOnly);
        if (_envelope.IsBinary) return Refuse(Replies.BinaryNeedsChunks);
        if (_envelope.Recipients.Count == 0) return Refuse(_recipientsRefused ? Replies.NoRecipients : Replies.RecipientFirst);
        Say(Replies.GoAhead);
        return Need.Message;
    }

    private Need Reset(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty) return Refuse(Replies.NoArguments);
        EndTransaction("Reset");
        return Say(Replies.Reset);
    }

    private Need Quit(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty) return Refuse(Replies.NoArguments);
        EndTransaction("Quit");
        Say(Replies.Goodbye);
        return Need.Close;
    }

    private Need Unrecognized(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> word = line.TrimStart(" \t"u8);
        int blank = word.IndexOfAny((byte)' ', (byte)'\t');
        if (blank >= 0) word = word[..blank];
        // The client's word is repeated only when it is one, so that nothing odd is reflected.
        bool plain = !_mayHoldSecrets && word.Length <= 16 && !word.ContainsAnyExceptInRange((byte)'0', (byte)'z');
        Say($"500 5.5.2 Syntax error, command {(plain ? word : default)}{(plain ? " " : "")}unrecognized");
        return CountError();
    }

    /// <summary>VRFY tells nobody who lives here. A name beyond ASCII needs SMTPUTF8 behind it (RFC 6531 §3.7.4.2).</summary>
    private Need Verify(ReadOnlySpan<byte> argument)
    {
        ReadOnlySpan<byte> flag = " SMTPUTF8"u8;
        bool isInternational = argument.Length > flag.Length && Ascii.EqualsIgnoreCase(argument[^flag.Length..], flag);
        if (isInternational) argument = argument[..^flag.Length].TrimEnd(" \t"u8);
        if (argument.IsEmpty) return Refuse(Replies.VerifyNeedsName);
        if (Ascii.IsValid(argument)) return Say(Replies.CannotVerify);
        if (!System.Text.Unicode.Utf8.IsValid(argument)) return Refuse(Replies.BadRecipient);
        return isInternational ? Say(Replies.CannotVerify) : Refuse(Replies.NonAsciiAddress);
    }

    private Need Help(ReadOnlySpan<byte> topic)
    {
        ReadOnlySpan<byte> text = HelpTexts.About(topic);
        return text.IsEmpty ? Refuse(Replies.NoHelp) : Say(text);
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
        TraceReply(reply[..^2]);
        CountRefusal(reply);
        reply.CopyTo(connection.Outbox.GetSpan(reply.Length));
        connection.Outbox.Advance(reply.Length);
        return Need.Input;
    }

    /// <summary>One line; the CRLF is added.</summary>
    private Need Say(Utf8Line line)
    {
        TraceReply(line.Octets);
        CountRefusal(line.Octets);
        line.AppendFormatted("\r\n"u8);
        line.Octets.CopyTo(connection.Outbox.GetSpan(line.Octets.Length));
        connection.Outbox.Advance(line.Octets.Length);
        line.Dispose();
        return Need.Input;
    }
}
