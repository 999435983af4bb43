using System.Net;

namespace Smtpd.Network;

/// <summary>Why there is no place.</summary>
internal enum WebFrontVerdict { Welcome, Full, TooManyOfAddress }

/// <summary>
/// Who is connected to the front. When all places are taken, a new client gets that of the one who is waited for longest: sockets
/// that were opened to say nothing cannot lock out those who have something to say.
/// </summary>
/// <param name="most">Places (<c>web.max.connections</c>).</param>
/// <param name="mostOfAddress">Places of one address, IPv6 by /64 (<c>web.limit.connections</c>); 0 for no limit.</param>
/// <param name="isExempt">Whose places are not counted by address.</param>
internal sealed class WebFrontPlaces(int most, int mostOfAddress, Func<IPAddress, bool> isExempt)
{
    /// <summary>A client that is being served and has kept us waiting for so long may lose its place to another.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks at all who are served, when there is nobody else whose place could be had.</summary>
    private const long LookInterval = 50;

    private readonly Lock _lock = new();
    private readonly LinkedList<WebFrontPlace> _awaited = new();
    private readonly LinkedList<WebFrontPlace> _served = new();
    private readonly Dictionary<ulong, int> _byAddress = [];
    private long _looked;
    private int _lingering;
    private int _taken;

    public int Taken => Volatile.Read(ref _taken);

    /// <param name="client">Null while it is not known.</param>
    /// <param name="shed">Who loses its place by this, and is to be told.</param>
    /// <returns>Null with a verdict other than welcome.</returns>
    public WebFrontPlace? TryEnter(IPAddress? client, out WebFrontVerdict verdict, out WebFrontPlace? shed)
    {
        shed = null;
        var place = new WebFrontPlace(this);
        lock (_lock)
        {
            verdict = WebFrontVerdict.TooManyOfAddress;
            if (client is not null && !TryCountLocked(place, client)) return null;
            verdict = WebFrontVerdict.Full;
            if (_taken >= most)
            {
                shed = FindLeastMissed();
                if (shed is null)
                {
                    Uncount(place);
                    return null;
                }
                LeaveLocked(shed);
            }
            Volatile.Write(ref _taken, _taken + 1);
            _awaited.AddLast(place.Node);
        }
        verdict = WebFrontVerdict.Welcome;
        return place;
    }

    private WebFrontPlace? FindLeastMissed()
    {
        if (_awaited.First is { } longest) return longest.Value;
        long now = Environment.TickCount64;
        if (now - _looked < LookInterval) return null;
        _looked = now;
        foreach (WebFrontPlace one in _served)
            if (one.Body.IsOwedFor(s_grace) || one.Answer.IsOwedFor(s_grace)) return one;
        return null;
    }

    public bool TryCount(WebFrontPlace place, IPAddress client)
    {
        lock (_lock) return !place.IsTaken || TryCountLocked(place, client);
    }

    private bool TryCountLocked(WebFrontPlace place, IPAddress client)
    {
        if (mostOfAddress == 0 || IPAddress.IsLoopback(client) || isExempt(client)) return true;
        ulong key = AddressKey.Of(client);
        int count = _byAddress.GetValueOrDefault(key);
        if (count >= mostOfAddress) return false;
        _byAddress[key] = count + 1;
        place.Address = key;
        return true;
    }

    public void Serve(WebFrontPlace place) => Move(place, _served);

    public void AwaitEnd(WebFrontPlace place) => Move(place, _awaited);

    private void Move(WebFrontPlace place, LinkedList<WebFrontPlace> to)
    {
        lock (_lock)
        {
            if (!place.IsTaken) return;
            place.Node.List!.Remove(place.Node);
            to.AddLast(place.Node);
        }
    }

    public void Leave(WebFrontPlace place)
    {
        lock (_lock) LeaveLocked(place);
    }

    private void LeaveLocked(WebFrontPlace place)
    {
        if (!place.IsTaken) return;
        place.IsTaken = false;
        place.Node.List!.Remove(place.Node);
        Uncount(place);
        Volatile.Write(ref _taken, _taken - 1);
    }

    private void Uncount(WebFrontPlace place)
    {
        if (place.Address is not { } key) return;
        if (--System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(_byAddress, key) == 0) _byAddress.Remove(key);
        place.Address = null;
    }

    /// <summary>Some who got no place, or lost it, may stay to read why; <see cref="EndLinger"/> ends it.</summary>
    public bool TryLinger()
    {
        if (Interlocked.Increment(ref _lingering) <= WebFrontLimits.LingeringRefusals) return true;
        Interlocked.Decrement(ref _lingering);
        return false;
    }

    public void EndLinger() => Interlocked.Decrement(ref _lingering);
}
