namespace Smtpd.Mail;

/// <summary>
/// Whose entries are meant: those of some mailboxes and of whole domains, or everybody's. What a user sees, counts, changes and
/// deletes lies within one.
/// </summary>
internal sealed class MailScope
{
    private readonly HashSet<string> _mailboxes;
    private readonly HashSet<string> _domains;

    private MailScope(IEnumerable<string> mailboxes, IEnumerable<string> domains, bool isEverything)
    {
        _domains = new HashSet<string>(domains, StringComparer.Ordinal);
        _mailboxes = new HashSet<string>(mailboxes.Where(one => !_domains.Contains(DomainOf(one))), StringComparer.Ordinal);
        IsEverything = isEverything;
    }

    public static MailScope Everything { get; } = new([], [], isEverything: true);

    public static MailScope Nothing { get; } = new([], [], isEverything: false);

    /// <param name="mailboxes">Keys of mailboxes (see <see cref="MailAddress.MailboxKey"/>).</param>
    /// <param name="domains">Keys of domains (see <see cref="MailAddress.DomainKey"/>).</param>
    public static MailScope Of(IEnumerable<string> mailboxes, IEnumerable<string> domains) => new(mailboxes, domains, isEverything: false);

    public bool IsEverything { get; }

    public bool IsNothing => !IsEverything && _mailboxes.Count == 0 && _domains.Count == 0;

    /// <summary>Keys of mailboxes, without those that lie in one of the domains.</summary>
    public IReadOnlyCollection<string> Mailboxes => _mailboxes;

    /// <summary>Keys of domains, all of whose mailboxes are meant.</summary>
    public IReadOnlyCollection<string> Domains => _domains;

    /// <param name="mailbox">The key of a mailbox.</param>
    public bool Contains(string mailbox) => IsEverything || _mailboxes.Contains(mailbox) || _domains.Contains(DomainOf(mailbox));

    /// <summary>True when somebody's entries may lie in both.</summary>
    public bool Meets(MailScope other) =>
        IsEverything ? !other.IsNothing
        : other.IsEverything ? !IsNothing
        : _domains.Overlaps(other._domains) || other._mailboxes.Any(Contains) || _mailboxes.Any(other.Contains);

    /// <summary>True when all of the other lies in this one.</summary>
    public bool Covers(MailScope other) =>
        IsEverything || (!other.IsEverything && other._domains.IsSubsetOf(_domains) && other._mailboxes.All(Contains));

    /// <summary>What of it lies in one mailbox; <see cref="Nothing"/> when that is somebody else's.</summary>
    public MailScope InMailbox(string mailbox) => Contains(mailbox) ? Of([mailbox], []) : Nothing;

    /// <summary>What of it lies in one domain.</summary>
    public MailScope InDomain(string domain) => IsEverything || _domains.Contains(domain) ? Of([], [domain]) : Of(_mailboxes.Where(one => DomainOf(one) == domain), []);

    /// <summary>The key of the domain in which a mailbox lies.</summary>
    public static string DomainOf(string mailbox) => mailbox[(mailbox.LastIndexOf('@') + 1)..];
}
