using System.Net;
using System.Net.Sockets;

namespace Smtpd.Accounts;

/// <summary>
/// Counts the failed sign-ins of each address for ten minutes, those of IPv6 by /64, which is what one customer has at least.
/// </summary>
/// <param name="limit">Failures after which an address has to wait; 0 for no such limit.</param>
internal sealed class SignInFailures(int limit, TimeProvider clock)
{
    private const int NetworkOctets = 8;

    /// <summary>Addresses that are remembered; the longest known makes room.</summary>
    public const int MostAddresses = 65_536;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Count> _counts = [];
    private readonly Queue<(IPAddress Address, long Began)> _order = new();

    private sealed record Count(long Began, int Failures);

    /// <summary>True while the address has to wait.</summary>
    public bool MustWait(IPAddress client)
    {
        if (limit == 0) return false;
        lock (_lock)
        {
            DropOld();
            return _counts.TryGetValue(NetworkOf(client), out Count? count) && count.Failures >= limit;
        }
    }

    public void Add(IPAddress client)
    {
        if (limit == 0) return;
        IPAddress network = NetworkOf(client);
        lock (_lock)
        {
            DropOld();
            if (_counts.TryGetValue(network, out Count? count))
            {
                _counts[network] = count with { Failures = count.Failures + 1 };
                return;
            }
            if (_counts.Count >= MostAddresses) DropFirst();
            long now = clock.GetTimestamp();
            _counts[network] = new Count(now, 1);
            _order.Enqueue((network, now));
        }
    }

    private void DropOld()
    {
        while (_order.TryPeek(out (IPAddress, long Began) first) && clock.GetElapsedTime(first.Began) >= Window) DropFirst();
    }

    private void DropFirst() => _counts.Remove(_order.Dequeue().Address);

    private static IPAddress NetworkOf(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6) return client.MapToIPv4();
        if (client.AddressFamily != AddressFamily.InterNetworkV6) return client;
        byte[] octets = client.GetAddressBytes();
        octets.AsSpan(NetworkOctets).Clear();
        return new IPAddress(octets);
    }
}
