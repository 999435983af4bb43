using System.Net;

namespace Smtpd.Network;

/// <summary>One connection's place at the front. Given back once.</summary>
internal sealed class WebFrontPlace : IDisposable
{
    private readonly WebFrontPlaces _places;
    private readonly CancellationTokenSource _shed = new();
    private bool _lingers;

    public WebFrontPlace(WebFrontPlaces places)
    {
        _places = places;
        Node = new LinkedListNode<WebFrontPlace>(this);
    }

    /// <summary>Ends when another client needs the place more.</summary>
    public CancellationToken Shed => _shed.Token;

    /// <summary>What the client owes while its body comes in.</summary>
    public ClientDebt Body { get; } = new();

    /// <summary>What the client owes while its answer goes out.</summary>
    public ClientDebt Answer { get; } = new();

    /// <summary>Where it stands in the row of those who are waited for, or of those who are served.</summary>
    internal LinkedListNode<WebFrontPlace> Node { get; }

    /// <summary>Who is counted for it; null for nobody.</summary>
    internal ulong? Address { get; set; }

    internal bool IsTaken { get; set; } = true;

    /// <summary>The client behind a proxy has become known.</summary>
    /// <returns>False when that one has too many connections.</returns>
    public bool TrySpeakFor(IPAddress client) => _places.TryCount(this, client);

    /// <summary>The client has said what it wants: it is not the one who is waited for any more.</summary>
    public void Serve() => _places.Serve(this);

    /// <summary>All is said; only the client's own end is waited for.</summary>
    public void AwaitEnd() => _places.AwaitEnd(this);

    /// <summary>True when the connection may stay for a moment, for its answer not to be lost; of those who lost their place only some may.</summary>
    public bool MayLinger() => IsTaken || (_lingers = _places.TryLinger());

    public Task ShedAsync() => _shed.CancelAsync();

    public void Dispose()
    {
        _places.Leave(this);
        if (_lingers) _places.EndLinger();
        _lingers = false;
        // Not disposed: whoever sheds it does so outside the lock. Without a timer it holds nothing.
    }
}
