using System.Globalization;
using System.Text;
using Smtpd.Network;

namespace Smtpd.Web.Live;

/// <summary><c>GET /api/v1/events</c>: what happens to the mail, as an event stream.</summary>
/// <param name="silence">How long it may be silent; null for the usual time.</param>
internal sealed class EventStreamHandler(LiveHub hub, ILiveDialect dialect, TimeSpan? silence = null) : IHandler
{
    /// <summary>Browsers come back after so long: a restart is over by then.</summary>
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);

    /// <summary>nginx would gather events until a buffer is full.</summary>
    private static readonly HttpHeadField s_unbuffered = new("X-Accel-Buffering", "no");

    private static readonly byte[] s_greeting = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {s_retry.TotalMilliseconds:F0}\n\n"));

    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        // Other sites could not read it, but they could use up the places.
        if (!OriginRule.Allows(request)) return new(OriginRule.Refusal());
        // HEAD gets the same head and holds no place.
        if (!request.IsHead && !hub.TryEnter(request.Visitor))
            return new(BytesAnswer.Error(503, "Too many clients wait for news. Try again later.", new HttpHeadField("Retry-After", "10")));
        return new(new EventStreamAnswer((output, stop) => TellAsync(request, output, stop), request.IsHead ? null : () => hub.Leave(request.Visitor)) { Fields = [s_unbuffered], MayBeCompressed = false });
    }

    private async Task TellAsync(HttpRequest request, Stream output, CancellationToken stop)
    {
        var peer = new EventStreamPeer(output, dialect, request.Visitor.Scope, silence ?? EventStreamPeer.Heartbeat);
        await peer.GreetAsync(s_greeting, stop);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop, request.Visitor.Ended);
        try
        {
            await hub.TellAsync(peer, peer.TalkAsync, request.Fields["Last-Event-ID"], request.Visitor.Ticket, life.Token);
        }
        catch (OperationCanceledException) when (!peer.IsBehind && !stop.IsCancellationRequested)
        {
            // Signed out: the stream comes to a clean end.
            return;
        }
        // It does not read, so it would not read the end of the answer either.
        throw new OperationCanceledException("the client does not read its events");
    }
}
