namespace Smtpd.Web.Live;

/// <summary><c>/api/events</c>: a websocket that tells what happens to the mail.</summary>
internal sealed class EventsHandler(LiveHub hub, ILiveDialect dialect) : IHandler
{
    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) => new(WebSocketAnswer.To(request, async (socket, stop) =>
    {
        // Told to go away by the end of the connection: browsers show pages nothing else of a refusal either.
        if (!hub.TryEnter(request.Visitor)) return;
        try
        {
            var peer = new WebSocketPeer(socket, dialect, request.Visitor.Scope);
            using var life = CancellationTokenSource.CreateLinkedTokenSource(stop, request.Visitor.Ended);
            await hub.TellAsync(peer, peer.TalkAsync, lastPlace: null, request.Visitor.Ticket, life.Token);
        }
        finally
        {
            hub.Leave(request.Visitor);
        }
    }));
}
