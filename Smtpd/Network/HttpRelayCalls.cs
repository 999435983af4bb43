using System.Collections.Concurrent;
using System.Globalization;

namespace Smtpd.Network;

/// <summary>
/// What the front and the server behind it know of a request besides what goes over their connection: HTTP has no word for a
/// client that went away, and none for an answer without a length that came to its end.
/// </summary>
internal sealed class HttpRelayCall
{
    private volatile bool _isAnswered;
    private volatile bool _hasWholeBody;
    private readonly TaskCompletionSource _bodyIsWanted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="aborted">Ends when nobody waits for the answer any more.</param>
    public HttpRelayCall(long number, CancellationToken aborted)
    {
        Number = number;
        Aborted = aborted;
    }

    public long Number { get; }

    public CancellationToken Aborted { get; }

    /// <summary>Set by the front before it sends the end of the request's body. HttpListener takes any end for the end of the last chunk.</summary>
    public bool HasWholeBody
    {
        get => _hasWholeBody;
        set => _hasWholeBody = value;
    }

    /// <summary>Completes when somebody begins to read the request's body.</summary>
    public Task BodyIsWanted => _bodyIsWanted.Task;

    /// <summary>Called by the server: a client that waits to be told may send the body now.</summary>
    public void WantBody() => _bodyIsWanted.TrySetResult();

    /// <summary>Set by the server when all of the answer is written.</summary>
    public bool IsAnswered
    {
        get => _isAnswered;
        set => _isAnswered = value;
    }
}

/// <summary>The requests that are under way between the front and the server behind it.</summary>
internal sealed class HttpRelayCalls
{
    private readonly ConcurrentDictionary<long, HttpRelayCall> _calls = new();
    private long _last;

    public HttpRelayCall Open(CancellationToken aborted)
    {
        var call = new HttpRelayCall(Interlocked.Increment(ref _last), aborted);
        _calls[call.Number] = call;
        return call;
    }

    public void Close(HttpRelayCall call) => _calls.TryRemove(call.Number, out _);

    /// <param name="number">What stood in <see cref="HttpRelayFields.Call"/>.</param>
    /// <returns>Null when there is no such request, or not any more.</returns>
    public HttpRelayCall? Find(string? number) =>
        long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long parsed) ? _calls.GetValueOrDefault(parsed) : null;
}
