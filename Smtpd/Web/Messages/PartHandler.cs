using Smtpd.Mime;
using Smtpd.Network;
using Smtpd.Storage;
using Smtpd.Storage.Reading;

namespace Smtpd.Web.Messages;

/// <summary><c>/api/v1/message/{ID}/part/{PartID}</c>: one part, decoded while it is sent. <c>?preview=1</c> is for looking at it in a browser.</summary>
internal sealed class PartHandler(IMailStore store) : IHandler
{
    /// <summary>
    /// Whatever a browser makes of the octets, it does so without scripts, forms, or the origin of the page that holds the mail:
    /// what a sender wrote must not act here (stored cross-site scripting).
    /// </summary>
    private static readonly HttpHeadField s_sandbox = new(WebFrontSecurity.Mark, "sandbox; default-src 'none'; frame-ancestors 'none'");

    /// <summary>
    /// For the preview of a PDF. Chromium's viewer is a plug-in, which no sandbox lets in. What it shows is no document of ours:
    /// its scripts see neither our origin nor anybody's cookies.
    /// </summary>
    private static readonly HttpHeadField s_viewer = new(WebFrontSecurity.Mark, "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'");

    /// <summary>For the preview of anything else: the page may show it in a frame.</summary>
    private static readonly HttpHeadField s_framedSandbox = new(WebFrontSecurity.Mark, "sandbox; default-src 'none'; frame-ancestors 'self'");

    private readonly MessageLookup _lookup = new(store);
    private readonly MessageReader _reader = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        string section = request.Path![^1];
        if (await _reader.OpenPartAsync(message.Id, section, cancellation) is not { } opened)
            return BytesAnswer.Error(404, "The message has no part with this number.");
        bool isPreview = request.Query["preview"] == "1";
        (string type, bool isInline) = isPreview ? SafeContentType.OfPreview(opened.Part) : SafeContentType.Of(opened.Part);
        HttpHeadField policy = !isPreview || !isInline ? s_sandbox : type == SafeContentType.Pdf ? s_viewer : s_framedSandbox;
        return new StreamAnswer(200, type, opened.Size, opened.Octets)
        {
            // The source never changes, but the next version may decode it better.
            EntityTag = $"{message.Id}.{opened.Part.Section}{(isPreview ? ".preview" : "")}.{ProgramVersion.Number}",
            LastModified = message.Created,
            Fields = [policy, new("Content-Disposition", ContentDisposition.Write(isInline, FileNames.Safe(opened.Name, opened.Part)))],
        };
    }
}
