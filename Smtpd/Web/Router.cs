using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Web.Access;
using Smtpd.Web.Original;

namespace Smtpd.Web;

/// <summary>Finds the handler, asks the access rule, and makes an answer of everything that goes wrong.</summary>
internal sealed class Router(IReadOnlyList<Route> routes, WebAccess access, NginxAuthHandler auth, Log log)
{
    private readonly Route _auth = new("(nginx)", auth, IsOpen: true);

    /// <summary>True when every request is one of nginx's, whatever it asks for.</summary>
    public bool AnswersOnlyNginx { get; init; }

    /// <summary>Never throws but when <paramref name="cancellation"/> ends it.</summary>
    public async ValueTask<Answer> AnswerAsync(HttpRequest request, CancellationToken cancellation)
    {
        (Route? route, string id) = Find(request);
        try
        {
            // Before anything else: a stranger does not learn what exists.
            (request, Answer? refusal) = await access.AdmitAsync(request, route, cancellation);
            if (refusal is not null) return refusal;
            if (route is null) return BytesAnswer.Error(404, "There is nothing at this address.");
            if (route.HandlerOf(request.Method) is not { } handler)
                return BytesAnswer.Error(405, $"Only these methods are allowed here: {route.Methods}.", new HttpHeadField("Allow", route.Methods));
            if (request.Method is not ("GET" or "HEAD") && !OriginRule.Allows(request)) return OriginRule.Refusal();
            return await handler.HandleAsync(request, id, cancellation);
        }
        catch (RequestBodyException failure)
        {
            return BytesAnswer.Error(failure.Status, failure.Message);
        }
        catch (StoreException failure)
        {
            log.Error($"web: {route?.Pattern}: {failure.Message}");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A fault of ours: the details are for the log, the client gets what it can act on.
            log.Error($"web: {route?.Pattern}: {failure}");
        }
        return BytesAnswer.Error(503, "The request cannot be answered now. Try again later.");
    }

    private (Route? Route, string Id) Find(HttpRequest request)
    {
        if (AnswersOnlyNginx || request.Fields[NginxAuthHandler.Method] is not null) return (_auth, "");
        if (request.Path is null) return (null, "");
        foreach (Route route in routes)
            if (route.Match(request.Path) is { } id) return (route, id);
        return (null, "");
    }
}
