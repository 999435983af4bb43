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

    /// <returns>The type, and whether a browser may show it.</returns>
    public static (string Type, bool IsInline) Of(MessagePart part)
    {
        if (part.MediaType is "image/jpg" or "image/pjpeg") return ("image/jpeg", true);
        foreach (string picture in s_pictures)
            if (part.MediaType == picture) return (picture, true);
        if (part.MediaType != "text/plain") return ("application/octet-stream", false);
        // The name of the charset is ours, not the sender's, so nothing of a mail gets into the field.
        string charset = Charsets.Find(part.Charset)?.WebName ?? "utf-8";
        return ($"text/plain; charset={charset}", true);
    }
}
