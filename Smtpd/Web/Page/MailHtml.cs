using System.Text.RegularExpressions;

namespace Smtpd.Web.Page;

/// <summary>
/// What is done to the HTML of a mail before it is shown under a policy that lets it do nothing. Not a sanitiser: safety does not
/// rest on it.
/// </summary>
internal static partial class MailHtml
{
    /// <summary>Octets of pictures that one view holds: they are repeated in its text.</summary>
    public const long MostPictureOctets = 16L * 1024 * 1024;

    /// <summary>Pictures that one view holds.</summary>
    private const int MostPictures = 200;

    /// <summary>The Content-IDs to which the HTML refers (RFC 2392), each once.</summary>
    public static IReadOnlyList<string> ContentIds(string html) =>
        [.. References().Matches(html).Select(match => Decode(match.Groups[1].Value)).Distinct(StringComparer.Ordinal).Take(MostPictures)];

    /// <summary>Puts each picture in the place of the first reference to it, and of further ones while they are few and it is small.</summary>
    /// <param name="pictures">Data URLs by Content-ID.</param>
    public static string WithPictures(string html, IReadOnlyDictionary<string, string> pictures)
    {
        long room = 2 * MostPictureOctets;
        return References().Replace(html, match =>
        {
            if (!pictures.TryGetValue(Decode(match.Groups[1].Value), out string? url) || url.Length > room) return match.Value;
            room -= url.Length;
            return url;
        });
    }

    /// <summary>
    /// Takes their meaning from the elements by which a document speaks to others without loading anything: a link can open
    /// connections (preconnect, dns-prefetch), which no policy forbids. <c>wbr</c> too has no content and no end tag. A frame goes
    /// with them: in its <c>srcdoc</c> the same elements can be written in character references, and no policy forbids that either.
    /// </summary>
    public static string Quiet(string html) => Speaking().Replace(html, "<wbr");

    private static string Decode(string reference) => Uri.UnescapeDataString(reference.Replace("&amp;", "&", StringComparison.Ordinal));

    [GeneratedRegex("""(?<=["'(=\s])cid:([^"'()\s<>]{1,500})""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex References();

    [GeneratedRegex("""<(?:link|meta|base|iframe)(?=[\s/>])""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Speaking();
}
