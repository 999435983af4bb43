using System.Globalization;
using System.Text;
using Smtpd.Network;
using Smtpd.Storage.Reading;
using Smtpd.Web.Html;

namespace Smtpd.Web.Page;

/// <summary>
/// A mail's HTML as a document of its own. It has passed <see cref="HtmlSanitizer"/>; the policy that comes with it leaves it nothing
/// all the same: an origin of its own, no script, no form, no connection to anywhere, whoever opens it and in whatever window.
/// </summary>
internal static class MailView
{
    /// <summary>Says how many pictures of other hosts were left away, for whoever offers to load them.</summary>
    private const string Blocked = "Smtpd-Blocked-Pictures";

    /// <summary>
    /// The sandbox has one exception: a link that a person follows opens a window, which knows nothing of this one. Styles may
    /// stand in the mail, since nothing that they name is loaded. Pictures are only those that came with it, and they are in the document.
    /// </summary>
    private static readonly HttpHeadField s_policy = Policy("data:");

    private static readonly HttpHeadField s_remotePolicy = Policy("data: http: https:");

    /// <summary>Names in links would be looked up before anybody follows them; no policy forbids that.</summary>
    private static readonly HttpHeadField s_noLookups = new("X-DNS-Prefetch-Control", "off");

    /// <param name="preface">Markup of ours that stands in front.</param>
    /// <param name="open">Opens one of the parts by its number.</param>
    public static async ValueTask<Answer> AnswerAsync(
        MessageContent content, string html, string preface, bool allowsRemote, Func<string, ValueTask<OpenedPart?>> open, CancellationToken cancellation)
    {
        SanitizedHtml safe = HtmlSanitizer.Sanitize(html, allowsRemote, preface);
        string text = MailPictures.Fill(safe.Text, await PicturesAsync(safe.Text, content, open, cancellation));
        return BytesAnswer.Of(200, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(text), allowsRemote ? s_remotePolicy : s_policy, s_noLookups,
            new(Blocked, safe.Blocked.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The names of what is attached.</summary>
    public static IEnumerable<string> FilesOf(MessageContent content) => content.Attachments.Concat(content.Unpacked).Select(one => one.Name);

    /// <summary>The pictures that came with the message and that its HTML names, as addresses that hold them.</summary>
    private static async ValueTask<Dictionary<string, string>> PicturesAsync(string html, MessageContent content, Func<string, ValueTask<OpenedPart?>> open, CancellationToken cancellation)
    {
        var pictures = new Dictionary<string, string>(StringComparer.Ordinal);
        long room = MailPictures.MostOctets;
        foreach (string name in MailPictures.ContentIds(html))
        {
            // A related part may be marked as an attachment and still be the picture that the HTML means.
            if (content.Inline.Concat(content.Attachments).Concat(content.Unpacked).FirstOrDefault(one => one.Part.ContentId == name) is not { } part) continue;
            (string type, bool isShown) = SafeContentType.Of(part.Part);
            if (!isShown || !type.StartsWith("image/", StringComparison.Ordinal) || part.Size > room) continue;
            if (await open(part.Part.Section) is not { } opened) continue;
            await using Stream octets = opened.Octets;
            byte[] picture = new byte[part.Size];
            await octets.ReadExactlyAsync(picture, cancellation);
            room -= part.Size;
            pictures[name] = $"data:{type};base64,{Convert.ToBase64String(picture)}";
        }
        return pictures;
    }

    private static HttpHeadField Policy(string pictures) => new(WebFrontSecurity.Mark,
        $"sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'");
}
