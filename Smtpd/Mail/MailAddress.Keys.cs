using System.Text;
using Smtpd.Mail.Unicode;

namespace Smtpd.Mail;

/// <summary>Under which names mailboxes and domains are kept and compared.</summary>
internal sealed partial record MailAddress
{
    /// <summary>True where <c>name+tag</c> shares the mailbox of <c>name</c> (<c>smtp.mailbox.plus</c>).</summary>
    public bool IgnoresTag { get; init; }

    /// <summary>
    /// The name under which a mailbox is kept: the local part case-folded and in form C, without quotes and backslashes that are not
    /// needed and, where <see cref="IgnoresTag"/> says so, without its tag; the domain as <see cref="DomainKey"/>. Addresses with
    /// the same key share one mailbox.
    /// </summary>
    public string MailboxKey
    {
        get
        {
            bool isQuoted = LocalPart.StartsWith('"');
            string local = isQuoted ? Unquote(LocalPart) : LocalPart;
            if (IgnoresTag && local.IndexOf('+') is > 0 and int plus) local = local[..plus];
            if (isQuoted && !IsAtom(local)) local = $"\"{local.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
            return IsInternational ? $"{CaseFolding.Key(local)}@{DomainKey}" : string.Concat(local, "@", Domain.TrimEnd('.')).ToLowerInvariant();
        }
    }

    /// <summary>The domain in A-labels and lower case, without a final dot.</summary>
    public string DomainKey => KeyOf(Domain);

    /// <summary>True when a letter beyond ASCII is in the address, which then is none without SMTPUTF8 (RFC 6531).</summary>
    public bool IsInternational => !Ascii.IsValid(LocalPart) || !Ascii.IsValid(Domain);

    /// <summary>The same for a domain that stands alone. What is no domain name keeps its letters, in lower case.</summary>
    public static string KeyOf(string domain)
    {
        string bare = domain.TrimEnd('.');
        return Ascii.IsValid(bare) ? bare.ToLowerInvariant() : DomainNames.ToAscii(bare) ?? bare.ToLowerInvariant();
    }

    private static bool IsAtom(string local)
    {
        if (local.Length == 0) return false;
        foreach (char letter in local)
            if (letter < 0x80 && !_atomText.Contains((byte)letter)) return false;
        return true;
    }

    private static string Unquote(string quoted)
    {
        var text = new StringBuilder(quoted.Length);
        for (int i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] == '\\') i++;
            text.Append(quoted[i]);
        }
        return text.ToString();
    }
}
