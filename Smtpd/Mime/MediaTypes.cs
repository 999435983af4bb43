namespace Smtpd.Mime;

/// <summary>Which names go with which types.</summary>
internal static class MediaTypes
{
    public const string Octets = "application/octet-stream";

    /// <summary>The extension of a nameless part, without the dot; nothing that a desktop would run.</summary>
    public static string ExtensionOf(string mediaType) => mediaType switch
    {
        "text/plain" or "text/enriched" or "text/richtext" or "text/rfc822-headers" or "message/delivery-status" or "message/disposition-notification" or "message/feedback-report" => "txt",
        "text/html" or "application/xhtml+xml" => "html",
        "text/calendar" or "application/ics" => "ics",
        "text/csv" => "csv",
        "text/vcard" or "text/x-vcard" or "text/directory" => "vcf",
        "text/markdown" => "md",
        "text/xml" or "application/xml" => "xml",
        "text/rtf" or "application/rtf" => "rtf",
        "image/png" => "png",
        "image/jpeg" or "image/jpg" or "image/pjpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/avif" => "avif",
        "image/heic" => "heic",
        "image/svg+xml" => "svg",
        "image/bmp" or "image/x-ms-bmp" => "bmp",
        "image/tiff" => "tiff",
        "application/pdf" => "pdf",
        "application/postscript" => "ps",
        "application/zip" or "application/x-zip-compressed" => "zip",
        "application/gzip" or "application/x-gzip" or "application/tlsrpt+gzip" => "gz",
        "application/json" or "application/tlsrpt+json" => "json",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.ms-powerpoint" => "ppt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "application/vnd.oasis.opendocument.text" => "odt",
        "application/vnd.oasis.opendocument.spreadsheet" => "ods",
        "application/pgp-signature" or "application/pgp-encrypted" or "application/pgp-keys" => "asc",
        "application/pkcs7-signature" or "application/x-pkcs7-signature" => "p7s",
        "application/pkcs7-mime" or "application/x-pkcs7-mime" => "p7m",
        "application/ms-tnef" or "application/vnd.ms-tnef" => "dat",
        "message/rfc822" or "message/global" or "message/partial" => "eml",
        "audio/mpeg" => "mp3",
        "audio/basic" => "au",
        "audio/wav" or "audio/x-wav" => "wav",
        "audio/ogg" => "ogg",
        "video/mp4" => "mp4",
        "video/mpeg" => "mpg",
        "video/quicktime" => "mov",
        "video/webm" => "webm",
        _ => "bin",
    };

    /// <summary>The type of a file of which nothing but the name is known.</summary>
    public static string OfName(string name)
    {
        int dot = name.LastIndexOf('.');
        return (dot < 0 ? "" : name[(dot + 1)..].ToLowerInvariant()) switch
        {
            "txt" or "text" or "log" or "asc" => "text/plain",
            "htm" or "html" => "text/html",
            "ics" => "text/calendar",
            "csv" => "text/csv",
            "vcf" => "text/vcard",
            "xml" => "application/xml",
            "rtf" => "application/rtf",
            "png" => "image/png",
            "jpg" or "jpeg" => "image/jpeg",
            "gif" => "image/gif",
            "webp" => "image/webp",
            "svg" => "image/svg+xml",
            "bmp" => "image/bmp",
            "tif" or "tiff" => "image/tiff",
            "pdf" => "application/pdf",
            "ps" => "application/postscript",
            "zip" => "application/zip",
            "gz" => "application/gzip",
            "json" => "application/json",
            "doc" => "application/msword",
            "xls" => "application/vnd.ms-excel",
            "ppt" => "application/vnd.ms-powerpoint",
            "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "eml" => "message/rfc822",
            "mp3" => "audio/mpeg",
            "wav" => "audio/wav",
            "mp4" => "video/mp4",
            "mpg" or "mpeg" => "video/mpeg",
            _ => Octets,
        };
    }
}
