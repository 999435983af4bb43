using System.Net;
using System.Net.Sockets;
using Smtpd.Mail;

namespace Smtpd.Policy;

/// <summary>Blocked clients: addresses and networks. Never changed; a change makes a new one.</summary>
internal sealed class HostBlocks
{
    /// <summary>For each length of prefix in use, the networks of that length. There are few lengths, however many networks.</summary>
    private readonly List<(AddressFamily Family, int Prefix, HashSet<IPAddress> Networks)> _lengths = [];

    public HostBlocks(IEnumerable<IPNetwork> networks)
    {
        foreach (IGrouping<(AddressFamily Family, int Prefix), IPNetwork> group in networks.GroupBy(network => (network.BaseAddress.AddressFamily, network.PrefixLength)))
            _lengths.Add((group.Key.Family, group.Key.Prefix, [.. group.Select(network => network.BaseAddress)]));
    }

    public bool Contains(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6) client = client.MapToIPv4();
        Span<byte> octets = stackalloc byte[16];
        foreach ((AddressFamily family, int prefix, HashSet<IPAddress> networks) in _lengths)
        {
            if (family != client.AddressFamily) continue;
            client.TryWriteBytes(octets, out int length);
            Span<byte> network = octets[..length];
            for (int i = prefix / 8 + (prefix % 8 == 0 ? 0 : 1); i < length; i++) network[i] = 0;
            if (prefix % 8 != 0) network[prefix / 8] &= (byte)(0xFF << (8 - prefix % 8));
            if (networks.Contains(new IPAddress(network))) return true;
        }
        return false;
    }
}

/// <summary>Blocked mailboxes: <c>local@domain</c>, <c>domain</c> for all of one, <c>*.domain</c> for all below one. Never changed.</summary>
internal sealed class MailboxBlocks
{
    private readonly HashSet<string> _entries;
    private readonly bool _hasBelow;

    /// <param name="entries">As <see cref="BlockText"/> writes them.</param>
    public MailboxBlocks(IEnumerable<string> entries)
    {
        _entries = new HashSet<string>(entries, StringComparer.Ordinal);
        _hasBelow = _entries.Any(entry => entry.StartsWith("*.", StringComparison.Ordinal));
    }

    public bool Contains(MailAddress address)
    {
        if (_entries.Contains(address.MailboxKey)) return true;
        string domain = address.DomainKey;
        if (_entries.Contains(domain)) return true;
        if (!_hasBelow) return false;
        for (int dot = domain.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = domain.IndexOf('.', dot + 1))
            if (_entries.Contains($"*{domain[dot..]}")) return true;
        return false;
    }
}
