namespace Smtpd.Web;

/// <summary>
/// Whether a request that may change something, or that opens a lasting connection, was made by our own page or by a program;
/// pages of other sites can make browsers send requests too (cross-site request forgery, cross-site websocket hijacking).
/// </summary>
internal static class OriginRule
{
    /// <summary>
    /// Browsers say where a request came from, in fields that no page can set: <c>Sec-Fetch-Site</c> to addresses that they
    /// trust (Fetch Metadata §2.3), <c>Origin</c> with everything that may change something (Fetch §3.2). Programs send neither.
    /// </summary>
    public static bool Allows(HttpRequest request)
    {
        if (request.IsFromAllowedOrigin) return true;
        if (request.Fields["Sec-Fetch-Site"] is { } site) return site == "same-origin";
        if (request.Fields["Origin"] is not { } origin) return true;
        // The scheme is not compared: only a proxy in front knows it.
        return request.Host is not null && Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && page.Scheme is "http" or "https"
            && origin == $"{page.Scheme}://{page.Authority}"
            && Uri.TryCreate($"{page.Scheme}://{request.Host}/", UriKind.Absolute, out Uri? own)
            && page.Authority.Equals(own.Authority, StringComparison.OrdinalIgnoreCase);
    }

    public static Answer Refusal() => BytesAnswer.Error(403, "A page of another site asked for this (Origin or Sec-Fetch-Site). Use Smtpd's own page or a program, or name the site in web.cors.origins.");
}
