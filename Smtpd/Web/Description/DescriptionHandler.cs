using System.Security.Cryptography;
using Smtpd.Network;

namespace Smtpd.Web.Description;

/// <summary>What describes the API, made once when the server starts: the document, or the page of it.</summary>
internal sealed class DescriptionHandler : IHandler
{
    private static readonly HttpHeadField s_policy = new(WebFrontSecurity.Mark,
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

    private readonly byte[] _octets;
    private readonly string _tag;
    private readonly string _contentType;
    private readonly string? _slash;

    private DescriptionHandler(byte[] octets, string contentType, string? slash)
    {
        _octets = octets;
        _tag = Convert.ToHexStringLower(SHA256.HashData(octets).AsSpan(0, 16));
        _contentType = contentType;
        _slash = slash;
    }

    /// <summary><c>GET /api/v1/openapi.json</c>.</summary>
    public static DescriptionHandler Document(string basePath) => new(ApiDocument.Write(ApiDocument.Load(basePath)), "application/json", null);

    /// <summary><c>GET /api/v1/</c>, and the same without its slash, from where links would lead elsewhere.</summary>
    public static DescriptionHandler Page(string basePath) =>
        new(new ApiPage(ApiDocument.Load(basePath)).Render($"{basePath}/page.css"), "text/html; charset=utf-8", $"{basePath}/api/v1/");

    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) => new(
        _slash is not null && request.Path is not [.., ""]
            ? Redirect.To(302, _slash)
            : new OctetsAnswer(_contentType, _octets) { EntityTag = _tag, Fields = [s_policy, new("Cache-Control", "no-cache")] });
}
