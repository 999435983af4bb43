using System.Net;
using System.Text;
using Smtpd.Mail;

namespace Smtpd.Policy;

/// <summary>Which recipients are taken (<c>smtp.allowed.hosts</c>), and from whom any are (<c>smtp.trusted.hosts</c>).</summary>
internal sealed class RecipientPolicy
{
    private readonly HashSet<string> _domains = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly List<string> _suffixes = [];
    private readonly IReadOnlyList<IPNetwork> _trusted;
    private readonly bool _any;

    /// <param name="allowed">Domains and address literals; <c>*.example.com</c> for those below a domain; <c>*</c> or <c>.</c> for all.</param>
    public RecipientPolicy(IReadOnlyList<string> allowed, IReadOnlyList<IPNetwork> trusted)
    {
        _trusted = trusted;
        foreach (string host in allowed)
        {
            if (host is "*" or ".") _any = true;
            else if (host.StartsWith("*.", StringComparison.Ordinal)) _suffixes.Add("." + MailAddress.KeyOf(host[2..]));
            else _domains.Add(MailAddress.KeyOf(host));
        }
        _byText = _domains.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>True when the client may send to any domain.</summary>
    public bool IsTrusted(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6) client = client.MapToIPv4();
        foreach (IPNetwork network in _trusted)
            if (network.Contains(client)) return true;
        return false;
    }

    /// <summary>True when the client may send to this recipient: anybody to our domains, who is trusted or has signed in to any.</summary>
    public bool Admits(MailAddress recipient, IPAddress client, bool isSignedIn) => isSignedIn || Allows(recipient) || IsTrusted(client);

    public bool Allows(MailAddress recipient)
    {
        if (_any) return true;
        // Domains are compared as A-labels (RFC 6531 §3.2); nearly all are written so.
        string name = Ascii.IsValid(recipient.Domain) ? recipient.Domain : recipient.DomainKey;
        ReadOnlySpan<char> domain = name.AsSpan().TrimEnd('.');
        if (_byText.Contains(domain)) return true;
        foreach (string suffix in _suffixes)
            if (domain.Length > suffix.Length && domain.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
