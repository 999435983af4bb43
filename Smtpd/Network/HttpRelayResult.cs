namespace Smtpd.Network;

/// <summary>How a relayed request ended.</summary>
internal enum HttpRelayResult
{
    /// <summary>The client has its whole answer.</summary>
    Complete,

    /// <summary>The answer began and did not end well: the client's connection must not end as if it had.</summary>
    Broken,

    /// <summary>The body stopped on its way in; nothing was answered yet.</summary>
    RequestStalled,

    /// <summary>The client left inside its body; nothing was answered yet.</summary>
    RequestCutShort,

    /// <summary>The body is not in chunks as the head says; nothing was answered yet.</summary>
    RequestMalformed,

    /// <summary>The server behind gave no answer; nothing was answered yet.</summary>
    NoAnswer,

    /// <summary>The HTTP library behind refused what it was sent, in words of its own that are not passed on.</summary>
    ForeignAnswer,
}
