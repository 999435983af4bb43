namespace Smtpd.Smtp;

/// <summary>What the server offers: the reply to EHLO says what holds at that moment, a line for each keyword.</summary>
internal sealed partial class SmtpSession
{
    private Need SayExtensions()
    {
        Say($"250-{context.Settings.Domain} Hello {_helo} [{connection.RemoteAddress}]");
        Say("250-PIPELINING\r\n"u8);
        Say("250-8BITMIME\r\n"u8);
        Say("250-SMTPUTF8\r\n"u8);
        Say("250-CHUNKING\r\n"u8);
        Say("250-BINARYMIME\r\n"u8);
        Say("250-DSN\r\n"u8);
        Say("250-ENHANCEDSTATUSCODES\r\n"u8);
        if (context.Settings.MaxMessages > 0) Say($"250-LIMITS MAILMAX={context.Settings.MaxMessages} RCPTMAX={context.Settings.MaxRecipients}");
        else Say($"250-LIMITS RCPTMAX={context.Settings.MaxRecipients}");
        Say("250-HELP\r\n"u8);
        SayProtection();
        if (_mayProxy) Say("250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n"u8);
        return Say($"250 SIZE {context.Settings.MaxMessageBytes}");
    }

    /// <summary>The keyword for the Received line: RFC 3848, and RFC 6531 §4.3 where SMTPUTF8 is in force.</summary>
    private string Protocol => (_envelope?.IsInternational ?? false, connection.IsEncrypted, SignedInAs is not null) switch
    {
        (true, true, true) => "UTF8SMTPSA",
        (true, true, false) => "UTF8SMTPS",
        (true, false, true) => "UTF8SMTPA",
        (true, false, false) => "UTF8SMTP",
        (false, true, true) => "ESMTPSA",
        (false, true, false) => "ESMTPS",
        (false, false, true) => "ESMTPA",
        (false, false, false) => _extended ? "ESMTP" : "SMTP",
    };
}
