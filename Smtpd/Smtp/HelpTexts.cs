namespace Smtpd.Smtp;

/// <summary>What HELP says (RFC 5321 §4.1.1.8).</summary>
internal static class HelpTexts
{
    private static ReadOnlySpan<byte> Commands =>
        "214-2.0.0 This server receives mail (RFC 5321). HELP with a command says more:\r\n214 2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT\r\n"u8;

    private static ReadOnlySpan<byte> Hello => "214 2.0.0 EHLO name: who you are, a domain or an address literal; the reply lists what the server can do\r\n"u8;

    private static ReadOnlySpan<byte> Mail =>
        "214-2.0.0 MAIL FROM:<address> begins a message. Parameters: SIZE=octets, BODY=7BIT, 8BITMIME or BINARYMIME,\r\n214 2.0.0 SMTPUTF8, RET=FULL or HDRS, ENVID=xtext\r\n"u8;

    private static ReadOnlySpan<byte> Recipient =>
        "214-2.0.0 RCPT TO:<address> names a recipient. Parameters: NOTIFY=NEVER or some of SUCCESS,FAILURE,DELAY,\r\n214 2.0.0 ORCPT=type;address in xtext\r\n"u8;

    private static ReadOnlySpan<byte> Data => "214 2.0.0 DATA: the message follows after 354 and ends with <CR><LF>.<CR><LF>\r\n"u8;
    private static ReadOnlySpan<byte> Chunk => "214 2.0.0 BDAT octets [LAST]: so many octets of the message follow at once (RFC 3030)\r\n"u8;
    private static ReadOnlySpan<byte> Reset => "214 2.0.0 RSET: gives the message up that was begun\r\n"u8;
    private static ReadOnlySpan<byte> Nothing => "214 2.0.0 NOOP: does nothing\r\n"u8;
    private static ReadOnlySpan<byte> Verify => "214 2.0.0 VRFY name: is answered 252, whoever lives here\r\n"u8;
    private static ReadOnlySpan<byte> Help => "214 2.0.0 HELP [command]: says what a command does\r\n"u8;
    private static ReadOnlySpan<byte> Quit => "214 2.0.0 QUIT: ends the session\r\n"u8;

    /// <summary>The whole reply; empty when there is none.</summary>
    /// <param name="topic">A command; empty for all of them.</param>
    public static ReadOnlySpan<byte> About(ReadOnlySpan<byte> topic) => topic.IsEmpty ? Commands : CommandLine.Parse(topic).Verb switch
    {
        Verb.Helo or Verb.Ehlo => Hello,
        Verb.Mail => Mail,
        Verb.Rcpt => Recipient,
        Verb.Data => Data,
        Verb.Bdat => Chunk,
        Verb.Rset => Reset,
        Verb.Noop => Nothing,
        Verb.Vrfy => Verify,
        Verb.Help => Help,
        Verb.Quit => Quit,
        _ => default,
    };
}
