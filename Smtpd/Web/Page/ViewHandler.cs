using System.Text;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Storage;
using Smtpd.Storage.Reading;

namespace Smtpd.Web.Page;

/// <summary>
/// <c>/view/{ID}.html</c> and <c>.txt</c>: the message alone. What a sender wrote is let loose here, so the policy leaves it
/// nothing: an origin of its own, no script, no form, no connection to anywhere, whoever opens it and in whatever window.
/// </summary>
internal sealed class ViewHandler(IMailStore store) : IHandler
{
    /// <summary>
    /// <c>sandbox</c> without exceptions also switches off meta refresh and new windows. Styles may stand in the mail, since
    /// nothing that they name is loaded. Pictures are only those that came with it, and they are in the document.
    /// </summary>
    private static readonly HttpHeadField s_policy = new(WebFrontSecurity.Mark,
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'");

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
        string text = isHtml ? content.Html : content.ShownText;
        if (text.Length == 0) return BytesAnswer.Error(404, isHtml ? "The message has no HTML." : "The message has no plain text.");
        if (isHtml) text = MailHtml.Quiet(await WithPicturesAsync(message.Id, text, content, cancellation));
        return BytesAnswer.Of(200, isHtml ? "text/html; charset=utf-8" : "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text), s_policy, s_noLookups);
    }

    private async ValueTask<string> WithPicturesAsync(MessageId id, string html, MessageContent content, CancellationToken cancellation)
    {
        var pictures = new Dictionary<string, string>(StringComparer.Ordinal);
        long room = MailHtml.MostPictureOctets;
        foreach (string name in MailHtml.ContentIds(html))
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
        return pictures.Count == 0 ? html : MailHtml.WithPictures(html, pictures);
    }
}
