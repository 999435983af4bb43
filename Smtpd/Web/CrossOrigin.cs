using Smtpd.Network;

namespace Smtpd.Web;

/// <summary>
/// Which pages of other origins may use the API (<c>web.cors.origins</c>), and how browsers are told (Fetch §3.2, "CORS protocol").
/// Every origin is named: with a <c>*</c> any page that somebody opens could read what his browser may read without signing in.
/// </summary>
/// <param name="origins">As browsers write them.</param>
internal sealed class CrossOrigin(IReadOnlyList<string> origins)
{
    private static readonly HttpHeadField s_vary = new("Vary", "Origin");

    private static readonly HttpHeadField s_credentials = new("Access-Control-Allow-Credentials", "true");

    private static readonly HttpHeadField s_exposed =
        new("Access-Control-Expose-Headers", "Accept-Ranges, Allow, Content-Disposition, Content-Encoding, Content-Range, ETag, Last-Modified, Retry-After, WWW-Authenticate");

    /// <summary>The same at every address, so that nobody learns what exists; the answer to the request itself decides. Kept for ten minutes.</summary>
    private static readonly HttpHeadField[] s_preflight =
    [
        new("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE"),
        new("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Last-Event-ID, Range"),
        new("Access-Control-Max-Age", "600"),
    ];

    /// <summary>True when the request comes from a page that may use the API. Browsers do not let a page write this field.</summary>
    public bool Allows(string? origin) => origin is not null && origins.Contains(origin, StringComparer.Ordinal);

    /// <summary>The answer to a browser that asks before the request proper whether it may send it; null for every other request.</summary>
    public Answer? AnswerPreflight(HttpRequest request) =>
        request.Method == "OPTIONS" && Allows(request.Fields["Origin"]) && request.Fields["Access-Control-Request-Method"] is not null
            ? BytesAnswer.Of(204, "text/plain", [], s_preflight)
            : null;

    /// <summary>What stands in every answer.</summary>
    public IReadOnlyList<HttpHeadField> FieldsFor(string? origin)
    {
        if (origins.Count == 0) return [];
        return Allows(origin) ? [s_vary, new("Access-Control-Allow-Origin", origin!), s_credentials, s_exposed] : [s_vary];
    }
}
