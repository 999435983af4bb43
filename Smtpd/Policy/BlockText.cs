using System.Net;
using System.Text;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Policy;

/// <summary>How the entries of block lists are written: one text for each meaning, so that none stands there twice.</summary>
internal static class BlockText
{
    /// <param name="text">An address or network for hosts; <c>local@domain</c>, <c>domain</c>, <c>@domain</c> or <c>*.domain</c> for mailboxes; in any case.</param>
    /// <param name="written">The text under which the entry is kept.</param>
    public static bool TryRead(BlockKind kind, string text, out string written)
    {
        written = "";
        string trimmed = text.Trim();
        if (kind == BlockKind.Host)
        {
            if (!OptionText.TryNetwork(trimmed, out IPNetwork network, out _)) return false;
            bool single = network.PrefixLength == network.BaseAddress.GetAddressBytes().Length * 8;
            written = single ? network.BaseAddress.ToString() : network.ToString();
            return true;
        }
        bool isBelow = trimmed.StartsWith("*.", StringComparison.Ordinal);
        string domain = isBelow ? trimmed[2..] : trimmed.StartsWith('@') ? trimmed[1..] : trimmed;
        if (MailAddress.IsDomain(Encoding.UTF8.GetBytes(domain)))
        {
            if (isBelow && domain.StartsWith('[')) return false;
            written = (isBelow ? "*." : "") + domain.TrimEnd('.').ToLowerInvariant();
            return true;
        }
        if (MailAddress.TryParse(Encoding.UTF8.GetBytes(trimmed), out MailAddress? address) != AddressError.None) return false;
        written = address!.MailboxKey;
        return true;
    }
}
