using System.IO.Compression;
using System.Security.Cryptography;
using Smtpd.Network;

namespace Smtpd.Web.Page;

/// <summary>
/// A file of the page, out of the program itself. It holds nothing of any mail, so everybody may have it; what it then asks of
/// the API is subject to the access rule.
/// </summary>
internal sealed class PageHandler : IHandler
{
    /// <summary>
    /// No script but ours, no connection but to here, and no way to make markup of text: with trusted types none, assigning to
    /// innerHTML throws. Frames hold <c>/view</c>, which has a stricter policy of its own.
    /// </summary>
    private static readonly HttpHeadField s_policy = new(WebFrontSecurity.Mark,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'");

    /// <summary>Kept, but asked about each time: after an update of the program the page must not be half old and half new.</summary>
    private static readonly HttpHeadField s_askAgain = new("Cache-Control", "no-cache");

    /// <summary>In the program the files of the page have these letters in front of their names, and the others behind.</summary>
    private const string Resources = "page/", Compressed = ".gz";

    private readonly byte[] _octets;
    private readonly string _tag;
    private readonly string _contentType;
    private readonly string _basePath;

    /// <param name="name">The file's address below the base path: its name in <c>Web/Page</c>, or of a module <c>page/</c> and its name.</param>
    public PageHandler(string name, string contentType, string basePath)
    {
        _octets = Read(name);
        _tag = Convert.ToHexStringLower(SHA256.HashData(_octets).AsSpan(0, 16));
        _contentType = contentType;
        _basePath = basePath;
    }

    /// <summary>The names of all files of the page.</summary>
    public static IEnumerable<string> Names => typeof(PageHandler).Assembly.GetManifestResourceNames()
        .Where(resource => resource.StartsWith(Resources, StringComparison.Ordinal)).Select(resource => resource[Resources.Length..^Compressed.Length]);

    /// <summary>One of the files.</summary>
    public static byte[] Read(string name)
    {
        using Stream resource = typeof(PageHandler).Assembly.GetManifestResourceStream(Resources + name + Compressed)
            ?? throw new InvalidOperationException($"The program was built without the page's file {name}.");
        using var octets = new MemoryStream();
        using (var text = new GZipStream(resource, CompressionMode.Decompress)) text.CopyTo(octets);
        return octets.ToArray();
    }

    /// <summary>Every file of the page, the page itself first.</summary>
    public static IEnumerable<Route> Routes(string basePath)
    {
        yield return new("", new PageHandler("index.html", "text/html; charset=utf-8", basePath));
        yield return new("page.css", new PageHandler("page.css", "text/css; charset=utf-8", basePath), IsOpen: true);
        foreach (string name in Names.Where(name => name.EndsWith(".js", StringComparison.Ordinal)))
            yield return new(name, new PageHandler(name, "text/javascript; charset=utf-8", basePath), IsOpen: true);
    }

    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        // The page's own addresses are relative, so it must be known by the one that ends in a slash.
        new(request.Path is [] ? Redirect.To(302, $"{_basePath}/") : new OctetsAnswer(_contentType, _octets) { EntityTag = _tag, Fields = [s_policy, s_askAgain] });
}
