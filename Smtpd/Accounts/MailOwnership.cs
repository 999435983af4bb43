using System.Text;
using Smtpd.Mail;

namespace Smtpd.Accounts;

/// <summary>Which mail is somebody's.</summary>
/// <param name="Mailboxes">Keys of mailboxes, each once (see <see cref="MailAddress.MailboxKey"/>).</param>
/// <param name="Domains">Keys of domains that are his as a whole, each once.</param>
internal readonly record struct MailOwnership(IReadOnlyList<string> Mailboxes, IReadOnlyList<string> Domains)
{
    /// <param name="mailboxes">Addresses as they were typed.</param>
    /// <param name="domains">Domains as they were typed.</param>
    /// <param name="ignoresTags">True where <c>name+tag</c> shares the mailbox of <c>name</c>.</param>
    /// <returns>Null when all of them can be read, else what is wrong.</returns>
    public static string? Read(IReadOnlyList<string> mailboxes, IReadOnlyList<string> domains, bool ignoresTags, out MailOwnership ownership)
    {
        ownership = new MailOwnership([], []);
        List<string> mailboxKeys = [], domainKeys = [];
        foreach (string one in mailboxes)
        {
            if (MailAddress.TryParse(Encoding.UTF8.GetBytes(one), out MailAddress? address) != AddressError.None) return $"{one}: not an address such as user@example.com";
            mailboxKeys.Add((address! with { IgnoresTag = ignoresTags }).MailboxKey);
        }
        foreach (string one in domains)
        {
            string key = MailAddress.KeyOf(one);
            if (!MailAddress.IsDomain(Encoding.UTF8.GetBytes(key))) return $"{one}: not a domain such as example.com";
            domainKeys.Add(key);
        }
        ownership = new MailOwnership([.. mailboxKeys.Distinct(StringComparer.Ordinal)], [.. domainKeys.Distinct(StringComparer.Ordinal)]);
        return null;
    }
}
