namespace Smtpd.Mime;

/// <summary>The warnings as sentences for people.</summary>
internal static class MimeWarningTexts
{
    private static readonly (MimeWarnings Warning, string Text)[] _texts =
    [
        (MimeWarnings.LongHeader, $"The header is longer than {MimeScanner.HeaderOctets / 1024} KiB; fields beyond that were not read."),
        (MimeWarnings.LongPartHeader, $"The header of a part is longer than {MimeScanner.PartHeaderOctets / 1024} KiB; fields beyond that were not read."),
        (MimeWarnings.TooDeep, $"Parts are nested more than {PartTreeBuilder.MostDepth} levels deep; what is deeper was not taken apart."),
        (MimeWarnings.TooManyParts, $"There are more than {PartTreeBuilder.MostParts} parts; the rest is only in the source."),
        (MimeWarnings.TooManyParameters, $"A field has more than {Parameters.Most} parameters; the rest were not read."),
        (MimeWarnings.NoBoundary, "A multipart does not say what separates its parts; they were looked for by what it looks like."),
        (MimeWarnings.NoParts, "A multipart has no part inside."),
        (MimeWarnings.NotClosed, "The last boundary is missing: the message may have been cut off."),
        (MimeWarnings.UnknownEncoding, "A part has a transfer encoding that is not known; its octets are left as they came."),
    ];

    public static IEnumerable<string> Of(MimeWarnings warnings) => _texts.Where(one => warnings.HasFlag(one.Warning)).Select(one => one.Text);
}
