using System.Text;

namespace Smtpd.Smtp;

/// <summary>The commands of RFC 5321 §4.1.1 and of RFC 3030, 3207 and 4954, those of proxies, and those that are only known to be refused.</summary>
internal enum Verb { Unknown, Helo, Ehlo, Mail, Rcpt, Data, Bdat, Rset, Noop, Vrfy, Expn, Help, Quit, StartTls, Auth, XClient, Refused }

/// <summary>One command, split into its verb and what follows. Refers to the line's octets; no copies are made.</summary>
internal readonly ref struct CommandLine
{
    /// <summary>
    /// Octets of a command with its CRLF: the 512 of RFC 5321 §4.5.3.1.4 and what the extensions on offer add to them, rounded
    /// up generously; clients send long source routes and parameters without asking.
    /// </summary>
    public const int MaxOctets = 2048;

    private CommandLine(Verb verb, ReadOnlySpan<byte> argument)
    {
        Verb = verb;
        Argument = argument;
    }

    public Verb Verb { get; }

    /// <summary>What follows the verb, without blanks around it.</summary>
    public ReadOnlySpan<byte> Argument { get; }

    /// <param name="line">One line without its CRLF.</param>
    public static CommandLine Parse(ReadOnlySpan<byte> line)
    {
        // Trailing blanks are tolerated (RFC 5321 §4.1.1); they occur.
        line = line.TrimEnd(" \t"u8);
        int end = line.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> word = end < 0 ? line : line[..end];
        ReadOnlySpan<byte> argument = end < 0 ? default : line[end..].TrimStart(" \t"u8);
        return new CommandLine(VerbOf(word), argument);
    }

    private static Verb VerbOf(ReadOnlySpan<byte> word)
    {
        if (word.Length == 8 && Ascii.EqualsIgnoreCase(word, "STARTTLS"u8)) return Verb.StartTls;
        if (word.Length == 7 && Ascii.EqualsIgnoreCase(word, "XCLIENT"u8)) return Verb.XClient;
        if (word.Length != 4) return Verb.Unknown;
        // The four letters in upper case as one number.
        uint letters = (System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(word)) & 0xDFDFDFDF;
        return letters switch
        {
            0x48454C4F => Verb.Helo,
            0x45484C4F => Verb.Ehlo,
            0x4D41494C => Verb.Mail,
            0x52435054 => Verb.Rcpt,
            0x44415441 => Verb.Data,
            0x42444154 => Verb.Bdat,
            0x52534554 => Verb.Rset,
            0x4E4F4F50 => Verb.Noop,
            0x56524659 => Verb.Vrfy,
            0x4558504E => Verb.Expn,
            0x48454C50 => Verb.Help,
            0x51554954 => Verb.Quit,
            0x41555448 => Verb.Auth,
            // SEND SOML SAML TURN ETRN
            0x53454E44 or 0x534F4D4C or 0x53414D4C or 0x5455524E or 0x4554524E => Verb.Refused,
            _ => Verb.Unknown,
        };
    }
}
