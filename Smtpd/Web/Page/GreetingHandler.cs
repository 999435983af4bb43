using Smtpd.Network;

namespace Smtpd.Web.Page;

/// <summary>
/// <c>/greeting</c>: the operator's own words (<c>web.greeting.file</c>), shown in a frame where somebody signs in. HTML of his, so it may look as
/// he likes; but it stands beside a form for passwords, so it runs nothing and is of no origin.
/// </summary>
/// <param name="path">The file; empty for none.</param>
internal sealed class GreetingHandler(string path) : IHandler
{
    /// <summary>Octets: it is a greeting. Of more nothing is shown.</summary>
    private const long MostOctets = 1024 * 1024;

    /// <summary>Its links may lead away, out of the frame; that is for people to follow.</summary>
    private static readonly HttpHeadField s_policy = new(WebFrontSecurity.Mark,
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; default-src 'none'; img-src 'self' data: https:; "
        + "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'");

    /// <summary>True when there is something to show.</summary>
    public static bool IsThere(string path) => path.Length > 0 && new FileInfo(path) is { Exists: true, Length: > 0 and <= MostOctets };

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        // Read each time, so that it can be changed while the program runs. As in the original, a file that cannot be read greets nobody.
        if (!IsThere(path)) return BytesAnswer.Error(404, "There is no greeting here (web.greeting.file).");
        try
        {
            return BytesAnswer.Of(200, "text/html; charset=utf-8", await File.ReadAllBytesAsync(path, cancellation), s_policy);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return BytesAnswer.Error(404, "The greeting cannot be read (web.greeting.file).");
        }
    }
}
