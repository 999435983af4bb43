using System.Globalization;
using System.Text;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Storage;
using Smtpd.Storage.Reading;
using Smtpd.Web.Html;

namespace Smtpd.Web.Page;

/// <summary>
/// <c>/view/{ID}.html</c> and <c>.txt</c>: the message alone. The HTML has passed <see cref="HtmlSanitizer"/>; the policy that comes
/// with it leaves it nothing all the same: an origin of its own, no script, no form, no connection to anywhere, whoever opens it and
/// in whatever window. With <c>?remote=1</c> it may load pictures of other hosts.
/// </summary>
internal sealed class ViewHandler(IMailStore store) : IHandler
{
    /// <summary>Says how many pictures of other hosts were left away, for whoever offers to load them.</summary>
    private const string Blocked = "Smtpd-Blocked-Pictures";

    /// <summary>
    /// The sandbox has one exception: a link that a person follows opens a window, which knows nothing of this one. Styles may
    /// stand in the mail, since nothing that they name is loaded. Pictures are only those that came with it, and they are in the document.
    /// </summary>
    private static readonly HttpHeadField s_policy = Policy("data:");

    private static readonly HttpHeadField s_remotePolicy = Policy("data: http: https:");

    /// <summary>For text: nothing at all.</summary>
    private static readonly HttpHeadField s_textPolicy = new(WebFrontSecurity.Mark, "sandbox; default-src 'none'; frame-ancestors 'self'");

    /// <summary>Names in links would be looked up before anybody follows them; no policy forbids that.</summary>
    private static readonly HttpHeadField s_noLookups = new("X-DNS-Prefetch-Control", "off");

    private readonly MessageLookup _lookup = new(store);
    private readonly MessageReader _reader = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        bool isHtml = id.EndsWith(".html", StringComparison.Ordinal);
        if (!isHtml && !id.EndsWith(".txt", StringComparison.Ordinal)) return BytesAnswer.Error(404, "A view ends in .html or .txt.");
        id = id[..id.LastIndexOf('.')];
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        if (await _reader.ReadAsync(message.Id, cancellation) is not { } content) return MessageLookup.NotFound(id);
        if (isHtml) return await HtmlAsync(message.Id, content, request.Query["remote"] == "1", cancellation);
        if (content.ShownText.Length == 0) return BytesAnswer.Error(404, "The message has no plain text.");
        return BytesAnswer.Of(200, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(content.ShownText), s_textPolicy);
    }

    private async ValueTask<Answer> HtmlAsync(MessageId id, MessageContent content, bool allowsRemote, CancellationToken cancellation)
    {
        if (content.Html.Length == 0) return BytesAnswer.Error(404, "The message has no HTML.");
        SanitizedHtml safe = HtmlSanitizer.Sanitize(content.Html, allowsRemote);
        string text = MailPictures.Fill(safe.Text, await PicturesAsync(id, safe.Text, content, cancellation));
        return BytesAnswer.Of(200, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(text), allowsRemote ? s_remotePolicy : s_policy, s_noLookups,
            new(Blocked, safe.Blocked.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The pictures that came with the message and that its HTML names, as addresses that hold them.</summary>
    private async ValueTask<Dictionary<string, string>> PicturesAsync(MessageId id, string html, MessageContent content, CancellationToken cancellation)
    {
        var pictures = new Dictionary<string, string>(StringComparer.Ordinal);
        long room = MailPictures.MostOctets;
        foreach (string name in MailPictures.ContentIds(html))
        {
            // A related part may be marked as an attachment and still be the picture that the HTML means.
            if (content.Inline.Concat(content.Attachments).Concat(content.Unpacked).FirstOrDefault(one => one.Part.ContentId == name) is not { } part) continue;
            (string type, bool isShown) = SafeContentType.Of(part.Part);
            if (!isShown || !type.StartsWith("image/", StringComparison.Ordinal) || part.Size > room) continue;
            if (await _reader.OpenPartAsync(id, part.Part.Section, cancellation) is not { } opened) continue;
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
