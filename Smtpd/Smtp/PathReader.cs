using System.Text;
using Smtpd.Mail;

namespace Smtpd.Smtp;

internal enum PathError { None, Syntax, BadAddress }

/// <summary>Reads the path of MAIL and RCPT (RFC 5321 §4.1.2) and finds where its parameters begin.</summary>
internal static class PathReader
{
    /// <summary>
    /// Reads <c>FROM:&lt;path&gt;</c> or <c>TO:&lt;path&gt;</c>. A blank after the colon is tolerated; a source route is read and
    /// ignored (RFC 5321 §3.3).
    /// </summary>
    /// <param name="keyword"><c>FROM:</c> or <c>TO:</c>.</param>
    /// <param name="address">The mailbox; null for <c>&lt;&gt;</c>. A path without a domain gives one with an empty domain.</param>
    public static PathError Read(ReadOnlySpan<byte> argument, ReadOnlySpan<byte> keyword, out MailAddress? address, out ReadOnlySpan<byte> parameters)
    {
        address = null;
        parameters = default;
        if (argument.Length <= keyword.Length || !Ascii.EqualsIgnoreCase(argument[..keyword.Length], keyword)) return PathError.Syntax;
        ReadOnlySpan<byte> path = argument[keyword.Length..].TrimStart(" "u8);
        if (path.IsEmpty || path[0] != '<') return PathError.Syntax;
        int close = FindClose(path);
        if (close < 0) return PathError.BadAddress;
        parameters = path[(close + 1)..];
        if (!parameters.IsEmpty && parameters[0] is not ((byte)' ' or (byte)'\t')) return PathError.BadAddress;
        parameters = parameters.Trim(" \t"u8);
        ReadOnlySpan<byte> mailbox = path[1..close];
        if (mailbox.IsEmpty) return PathError.None;
        if (mailbox[0] == '@' && !SkipSourceRoute(ref mailbox)) return PathError.BadAddress;
        if (Ascii.EqualsIgnoreCase(mailbox, "postmaster"u8))
        {
            address = new MailAddress(Encoding.ASCII.GetString(mailbox), "");
            return PathError.None;
        }
        return MailAddress.TryParse(mailbox, out address) == AddressError.None ? PathError.None : PathError.BadAddress;
    }

    /// <summary>Where the path's closing bracket is; one inside a quoted string is text.</summary>
    private static int FindClose(ReadOnlySpan<byte> path)
    {
        bool quoted = false;
        for (int i = 1; i < path.Length; i++)
        {
            switch (path[i])
            {
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)'\\' when quoted:
                    i++;
                    break;
                case (byte)'>' when !quoted:
                    return i;
            }
        }
        return -1;
    }

    /// <summary>Passes over <c>@one.example,@two.example:</c>.</summary>
    private static bool SkipSourceRoute(ref ReadOnlySpan<byte> mailbox)
    {
        int colon = mailbox.IndexOf((byte)':');
        // The colon of an IPv6 literal is not the route's; no client routes through literals.
        if (colon < 0) return false;
        foreach (Range range in mailbox[..colon].Split((byte)','))
        {
            ReadOnlySpan<byte> hop = mailbox[..colon][range];
            if (hop.Length < 2 || hop[0] != '@' || !MailAddress.IsDomain(hop[1..])) return false;
        }
        mailbox = mailbox[(colon + 1)..];
        return true;
    }
}
