using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd.Web;

/// <summary>Finds the handler, asks the access rule, and makes an answer of everything that goes wrong.</summary>
internal sealed class Router(IReadOnlyList<Route> routes, AccessRule access, Log log)
{
    private static readonly HttpHeadField s_allow = new("Allow", "GET, HEAD");

    /// <summary>Never throws but when <paramref name="cancellation"/> ends it.</summary>
    public async ValueTask<Answer> AnswerAsync(HttpRequest request, CancellationToken cancellation)
    {
        (Route? route, string id) = Find(request);
        // Before anything else: a stranger does not learn what exists.
        if (route is not { IsOpen: true } && access.Refuse(request) is { } refusal) return refusal;
        if (route is null) return BytesAnswer.Error(404, "There is nothing at this address.");
        if (request.Method is not ("GET" or "HEAD")) return BytesAnswer.Error(405, "Only GET and HEAD are allowed here.", s_allow);
        try
        {
            return await route.Handler.HandleAsync(request, id, cancellation);
        }
        catch (StoreException failure)
        {
            log.Error($"web: {route.Pattern}: {failure.Message}");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A fault of ours: the details are for the log, the client gets what it can act on.
            log.Error($"web: {route.Pattern}: {failure}");
        }
        return BytesAnswer.Error(503, "The request cannot be answered now. Try again later.");
    }

    private (Route? Route, string Id) Find(HttpRequest request)
    {
        if (request.Path is null) return (null, "");
        foreach (Route route in routes)
            if (route.Match(request.Path) is { } id) return (route, id);
        return (null, "");
    }
}
