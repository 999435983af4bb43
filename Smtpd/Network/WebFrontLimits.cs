namespace Smtpd.Network;

/// <summary>What the web front allows a client, with the reasons. Tests shorten the times.</summary>
internal sealed record WebFrontLimits
{
    /// <summary>Octets of a request head. Twice what browsers with many cookies send; one pooled buffer holds it.</summary>
    public const int HeadBytes = 16 * 1024;

    /// <summary>Field lines of a request head. Browsers send about 20, proxies add a few.</summary>
    public const int HeadLines = 100;

    /// <summary>Octets of a response head of the server behind; only a fault there could pass it.</summary>
    public const int ResponseHeadBytes = 16 * 1024;

    /// <summary>Octets moved at once in each direction: the memory that a connection with a slow client holds.</summary>
    public const int RelayBytes = 16 * 1024;

    /// <summary>
    /// Octets thrown away that a client sends beyond its request, so that its answer is not lost to a reset
    /// (RFC 9112 §9.6). More is not waited for.
    /// </summary>
    public const int LingerBytes = 1024 * 1024;

    /// <summary>Refused connections that may linger at once; beyond them the answer is sent and the socket closed.</summary>
    public const int LingeringRefusals = 64;

    /// <summary>
    /// Octets that a client may send through a websocket in a minute. It has next to nothing to say, and each ping of a flood would cost
    /// an answer.
    /// </summary>
    public const int WebSocketBytes = 64 * 1024;

    /// <summary>Connections that the kernel may hold before they are accepted.</summary>
    public const int Backlog = 512;

    /// <summary>Time for the whole head, from the accept on: enough for a slow mobile line, too little to hold a slot by trickling.</summary>
    public TimeSpan HeadDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time without progress after which a request is given up: a body that stops, an answer that is not read or not made.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for a websocket, where quiet is normal; its server sends a heartbeat far more often.</summary>
    public TimeSpan WebSocketIdle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Time without progress for a client that closed its sending side. It may wait for its answer, or be gone: TCP does not
    /// say which until something is sent. An answer that is due comes well within this time; an event stream ends.
    /// </summary>
    public TimeSpan HalfClosedIdle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time to wait for the client's own close after its answer was sent.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause of an accept loop that found no descriptor or memory: long enough for others to give some back.</summary>
    public TimeSpan AcceptPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Time between two log lines about the same shortage: it lasts, and would fill the log.</summary>
    public TimeSpan WarningInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time that requests under way get when the front stops.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(3);
}
