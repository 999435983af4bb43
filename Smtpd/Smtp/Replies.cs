namespace Smtpd.Smtp;

/// <summary>
/// The replies whose text is always the same. Every 2xx, 4xx and 5xx but the greeting and those to HELO and EHLO begins with an
/// enhanced status code (RFC 2034 §3, codes of RFC 3463 and RFC 5248).
/// </summary>
internal static class Replies
{
    public static ReadOnlySpan<byte> Goodbye => "221 2.0.0 Goodnight and good luck\r\n"u8;
    public static ReadOnlySpan<byte> Reset => "250 2.0.0 Session reset\r\n"u8;
    public static ReadOnlySpan<byte> Nothing => "250 2.0.0 I have successfully done nothing\r\n"u8;
    public static ReadOnlySpan<byte> CannotVerify => "252 2.5.0 Cannot VRFY user, but will accept message\r\n"u8;
    public static ReadOnlySpan<byte> GoAhead => "354 Go ahead. End your data with <CR><LF>.<CR><LF>\r\n"u8;
    public static ReadOnlySpan<byte> AcceptedForDelivery => "250 2.0.0 Ok: mail accepted for delivery\r\n"u8;

    public static ReadOnlySpan<byte> ShuttingDown => "421 4.3.2 Server is shutting down, try again later\r\n"u8;
    public static ReadOnlySpan<byte> TooManyConnections => "421 4.3.2 Too many connections, try again later\r\n"u8;
    public static ReadOnlySpan<byte> IdleTooLong => "421 4.4.2 Idle timeout, bye bye\r\n"u8;
    public static ReadOnlySpan<byte> TooManyErrors => "421 4.7.0 Too many errors on this connection\r\n"u8;

    public static ReadOnlySpan<byte> TooManyMessagesHere => "421 4.5.3 Too many messages on this connection, go on with another\r\n"u8;

    public static ReadOnlySpan<byte> TooManyOfAddress => "421 4.7.0 Too many connections from your address, try again later\r\n"u8;
    public static ReadOnlySpan<byte> TooOftenFromAddress => "421 4.7.0 Too many connections from your address within a minute, try again later\r\n"u8;
    public static ReadOnlySpan<byte> TooManyErrorsOfAddress => "421 4.7.0 Too many errors from your address, try again later\r\n"u8;
    public static ReadOnlySpan<byte> TooManyMessages => "450 4.7.1 Too many messages from your address within a minute, try again later\r\n"u8;
    public static ReadOnlySpan<byte> TooManyRecipients => "450 4.7.1 Too many recipients from your address within a minute, try again later\r\n"u8;
    public static ReadOnlySpan<byte> NoProxyHere => "550 5.7.0 XCLIENT not enabled\r\n"u8;
    public static ReadOnlySpan<byte> ProxySyntax => "501 5.5.4 Was expecting XCLIENT NAME=value, with attributes that EHLO names and values in xtext\r\n"u8;
    public static ReadOnlySpan<byte> HostBlocked => "554 5.7.1 No mail is taken from your address\r\n"u8;
    public static ReadOnlySpan<byte> HostBlockedForNow => "421 4.7.1 No mail is taken from your address now, try again later\r\n"u8;
    public static ReadOnlySpan<byte> ClientBlocked => "550 5.7.1 No mail is taken from your address\r\n"u8;
    public static ReadOnlySpan<byte> ClientBlockedForNow => "450 4.7.1 No mail is taken from your address now, try again later\r\n"u8;
    public static ReadOnlySpan<byte> SenderBlocked => "550 5.7.1 No mail is taken from this sender\r\n"u8;
    public static ReadOnlySpan<byte> SenderBlockedForNow => "450 4.7.1 No mail is taken from this sender now, try again later\r\n"u8;
    public static ReadOnlySpan<byte> RecipientBlocked => "550 5.7.1 No mail is taken for this recipient\r\n"u8;
    public static ReadOnlySpan<byte> RecipientBlockedForNow => "450 4.7.1 No mail is taken for this recipient now, try again later\r\n"u8;
    public static ReadOnlySpan<byte> Spam => "550 5.7.1 The message looks like spam and is refused\r\n"u8;
    public static ReadOnlySpan<byte> SpamDiscarded => "250 2.0.0 Ok\r\n"u8;

    public static ReadOnlySpan<byte> StoreFailed => "451 4.3.0 The message could not be stored, try again later\r\n"u8;
    public static ReadOnlySpan<byte> StoreFull => "452 4.3.1 Insufficient system storage, try again later\r\n"u8;

    public static ReadOnlySpan<byte> LineTooLong => "500 5.5.6 Line too long\r\n"u8;
    public static ReadOnlySpan<byte> BadLine => "500 5.5.2 A command is one line of text that ends with <CR><LF>\r\n"u8;
    public static ReadOnlySpan<byte> EmptyLine => "500 5.5.2 Speak up\r\n"u8;
    public static ReadOnlySpan<byte> NotImplemented => "502 5.5.1 Command not implemented\r\n"u8;
    public static ReadOnlySpan<byte> HelloNeedsName => "501 Domain or address literal required, as in EHLO client.example\r\n"u8;
    public static ReadOnlySpan<byte> HelloFirst => "503 5.5.1 Please introduce yourself first\r\n"u8;
    public static ReadOnlySpan<byte> NestedMail => "503 5.5.1 A mail transaction is under way; finish it or send RSET\r\n"u8;
    public static ReadOnlySpan<byte> MailFirst => "503 5.5.1 Missing MAIL FROM command\r\n"u8;
    public static ReadOnlySpan<byte> RecipientFirst => "503 5.5.1 Missing RCPT TO command\r\n"u8;
    public static ReadOnlySpan<byte> MessageBegun => "503 5.5.1 The message has begun; it takes no more recipients\r\n"u8;
    public static ReadOnlySpan<byte> ChunksOnly => "503 5.5.1 The message was begun with BDAT; go on with BDAT or send RSET\r\n"u8;
    public static ReadOnlySpan<byte> BinaryNeedsChunks => "503 5.5.1 A message with BODY=BINARYMIME is sent with BDAT\r\n"u8;
    public static ReadOnlySpan<byte> ChunkSyntax => "501 5.5.4 Was expecting BDAT with a number of octets, and perhaps LAST\r\n"u8;
    public static ReadOnlySpan<byte> NoHelp => "504 5.5.4 There is no help about that; HELP alone lists the commands\r\n"u8;
    public static ReadOnlySpan<byte> NoRecipients => "554 5.5.1 No valid recipients\r\n"u8;
    public static ReadOnlySpan<byte> NoArguments => "501 5.5.4 This command takes no arguments\r\n"u8;
    public static ReadOnlySpan<byte> VerifyNeedsName => "501 5.5.4 VRFY needs a name or an address\r\n"u8;

    public static ReadOnlySpan<byte> MailSyntax => "501 5.5.4 Was expecting MAIL FROM:<address>\r\n"u8;
    public static ReadOnlySpan<byte> RecipientSyntax => "501 5.5.4 Was expecting RCPT TO:<address>\r\n"u8;
    public static ReadOnlySpan<byte> BadSender => "501 5.1.7 Bad sender address syntax\r\n"u8;
    public static ReadOnlySpan<byte> BadRecipient => "501 5.1.3 Bad recipient address syntax\r\n"u8;
    public static ReadOnlySpan<byte> NonAsciiAddress => "553 5.6.7 An address beyond ASCII needs the SMTPUTF8 parameter (RFC 6531)\r\n"u8;
    public static ReadOnlySpan<byte> UnknownParameter => "555 5.5.4 Parameter not recognized or not implemented\r\n"u8;
    public static ReadOnlySpan<byte> BadSize => "501 5.5.4 SIZE needs a number of octets\r\n"u8;
    public static ReadOnlySpan<byte> BadBody => "501 5.5.4 BODY is 7BIT, 8BITMIME or BINARYMIME\r\n"u8;
    public static ReadOnlySpan<byte> BadFlag => "501 5.5.4 SMTPUTF8 takes no value\r\n"u8;
    public static ReadOnlySpan<byte> BadReturn => "501 5.5.4 RET is FULL or HDRS\r\n"u8;
    public static ReadOnlySpan<byte> BadEnvelopeId => "501 5.5.4 ENVID is xtext of 1 to 100 characters\r\n"u8;
    public static ReadOnlySpan<byte> BadNotify => "501 5.5.4 NOTIFY is NEVER, or some of SUCCESS,FAILURE,DELAY\r\n"u8;
    public static ReadOnlySpan<byte> BadOriginalRecipient => "501 5.5.4 ORCPT is type;address in xtext, at most 500 characters\r\n"u8;
    public static ReadOnlySpan<byte> RepeatedParameter => "501 5.5.4 A parameter is given twice\r\n"u8;
    public static ReadOnlySpan<byte> NotAllowed => "550 5.1.2 Recipient address not allowed: this server takes no mail for that domain\r\n"u8;

    public static ReadOnlySpan<byte> ReadyForTls => "220 2.0.0 Ready to start TLS\r\n"u8;
    public static ReadOnlySpan<byte> TlsUnavailable => "454 4.7.0 TLS is not available now\r\n"u8;
    public static ReadOnlySpan<byte> AlreadyInTls => "503 5.5.1 Already running in TLS\r\n"u8;
    public static ReadOnlySpan<byte> TlsFirst => "530 5.7.0 Must issue a STARTTLS command first\r\n"u8;

    public static ReadOnlySpan<byte> SignedIn => "235 2.7.0 Authentication successful\r\n"u8;
    public static ReadOnlySpan<byte> SignInBusy => "454 4.7.0 Temporary authentication failure, try again later\r\n"u8;
    public static ReadOnlySpan<byte> TooManyFailures => "454 4.7.0 Too many failed sign-ins from your address, try again later\r\n"u8;
    public static ReadOnlySpan<byte> TooManyFailuresHere => "421 4.7.0 Too many failed sign-ins on this connection\r\n"u8;
    public static ReadOnlySpan<byte> AuthSyntax => "501 5.5.4 Was expecting AUTH mechanism [initial-response]\r\n"u8;
    public static ReadOnlySpan<byte> BadResponse => "501 5.5.2 Cannot decode the response\r\n"u8;
    public static ReadOnlySpan<byte> NoInitialResponse => "501 5.7.0 This mechanism takes no initial response\r\n"u8;
    public static ReadOnlySpan<byte> SignInCancelled => "501 5.7.0 Authentication cancelled\r\n"u8;
    public static ReadOnlySpan<byte> NoSignInNow => "503 5.5.1 Not while a mail transaction is under way\r\n"u8;
    public static ReadOnlySpan<byte> AlreadySignedIn => "503 5.5.1 Already signed in\r\n"u8;
    public static ReadOnlySpan<byte> EhloFirst => "503 5.5.1 Send EHLO first\r\n"u8;
    public static ReadOnlySpan<byte> UnknownMechanism => "504 5.5.4 Unrecognized authentication type\r\n"u8;
    public static ReadOnlySpan<byte> SignInFirst => "530 5.7.0 Authentication required\r\n"u8;
    public static ReadOnlySpan<byte> WeakMechanism => "534 5.7.9 Authentication mechanism is too weak\r\n"u8;
    public static ReadOnlySpan<byte> SignInRefused => "535 5.7.8 Authentication credentials invalid\r\n"u8;
    public static ReadOnlySpan<byte> EncryptionFirst => "538 5.7.11 Encryption required for requested authentication mechanism\r\n"u8;
    public static ReadOnlySpan<byte> BadAuthParameter => "501 5.5.4 AUTH is <> or an address in xtext\r\n"u8;

    public static ReadOnlySpan<byte> TooBig => "552 5.3.4 Max message size exceeded\r\n"u8;
    public static ReadOnlySpan<byte> BareLineFeed => "550 5.6.0 Lines of a message end with <CR><LF>; a lone <CR> or <LF> was found\r\n"u8;

    /// <summary>What is wrong with a parameter of MAIL or RCPT.</summary>
    public static ReadOnlySpan<byte> For(ParameterError error) => error switch
    {
        ParameterError.Repeated => RepeatedParameter,
        ParameterError.BadSize => BadSize,
        ParameterError.BadBody => BadBody,
        ParameterError.BadFlag => BadFlag,
        ParameterError.BadReturn => BadReturn,
        ParameterError.BadEnvelopeId => BadEnvelopeId,
        ParameterError.BadNotify => BadNotify,
        ParameterError.BadOriginalRecipient => BadOriginalRecipient,
        ParameterError.BadAuth => BadAuthParameter,
        _ => UnknownParameter,
    };
}
