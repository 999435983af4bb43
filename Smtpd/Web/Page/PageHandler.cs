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

    private const string Folder = "page/";

    private readonly Lazy<PageFile> _file;
    private readonly string _contentType;
    private readonly string _basePath;

    /// <param name="name">The file's address below the base path: its name in <c>Web/Page</c>, or of a module <c>page/</c> and its name.</param>
    public PageHandler(string name, string contentType, string basePath)
    {
        _file = new(() => PageFile.Read(Folder + name));
        _contentType = contentType;
        _basePath = basePath;
    }

    /// <summary>Every file of the page, the page itself first.</summary>
    public static IEnumerable<Route> Routes(string basePath)
    {
        yield return new("", new PageHandler("index.html", "text/html; charset=utf-8", basePath));
        yield return new("page.css", new PageHandler("page.css", "text/css; charset=utf-8", basePath), IsOpen: true);
        foreach (string file in EmbeddedFile.NamesIn(Folder))
        {
            if (!file.EndsWith(".js", StringComparison.Ordinal)) continue;
            string name = file[Folder.Length..];
            yield return new(name, new PageHandler(name, "text/javascript; charset=utf-8", basePath), IsOpen: true);
        }
    }

    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        // The page's own addresses are relative, so it must be known by the one that ends in a slash.
        new(request.Path is [] ? Redirect.To(302, $"{_basePath}/") : new OctetsAnswer(_contentType, _file.Value.Octets) { EntityTag = _file.Value.Tag, Fields = [s_policy, s_askAgain] });

    /// <summary>Unpacked when it is first asked for: the start of the program does not wait for it.</summary>
    private sealed record PageFile(byte[] Octets, string Tag)
    {
        public static PageFile Read(string name)
        {
            byte[] octets = EmbeddedFile.Read(name);
            return new(octets, Convert.ToHexStringLower(SHA256.HashData(octets).AsSpan(0, 16)));
        }
    }
}
