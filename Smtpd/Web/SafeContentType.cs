using Smtpd.Mime;

namespace Smtpd.Web;

/// <summary>
/// Under which type a part is served. What a sender declares is never passed on: a few types that cannot do anything keep their
/// names, everything else is octets to be saved.
/// </summary>
internal static class SafeContentType
{
    /// <summary>Pictures that hold no script; SVG does.</summary>
    private static readonly string[] s_pictures = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"];

    /// <summary>Browsers show it in a viewer that is no part of any page.</summary>
    public const string Pdf = "application/pdf";

    /// <returns>The type, and whether a browser may show it.</returns>
    public static (string Type, bool IsInline) Of(MessagePart part)
    {
        if (part.MediaType is "image/jpg" or "image/pjpeg") return ("image/jpeg", true);
        foreach (string picture in s_pictures)
            if (part.MediaType == picture) return (picture, true);
        return part.MediaType == "text/plain" ? (PlainText(part), true) : ("application/octet-stream", false);
    }

    /// <summary>
    /// The same for somebody who wants to look at a part that would else be saved: text of any kind, a nested message too, as plain
    /// text, which browsers are told not to take for anything else; and PDF.
    /// </summary>
    public static (string Type, bool IsInline) OfPreview(MessagePart part)
    {
        if (part.MediaType == Pdf) return (Pdf, true);
        bool isText = part.MediaType.StartsWith("text/", StringComparison.Ordinal) || part.MediaType.StartsWith("message/", StringComparison.Ordinal)
            || part.MediaType is "application/json" or "application/xml";
        return isText ? (PlainText(part), true) : Of(part);
    }

    // The name of the charset is ours, not the sender's, so nothing of a mail gets into the field.
    private static string PlainText(MessagePart part) => $"text/plain; charset={Charsets.Find(part.Charset)?.WebName ?? "utf-8"}";
}
