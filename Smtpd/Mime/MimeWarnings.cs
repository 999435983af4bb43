namespace Smtpd.Mime;

/// <summary>What was found wrong with a message's structure. Its source is stored whole all the same. The numbers are stored.</summary>
[Flags]
internal enum MimeWarnings
{
    None = 0,

    /// <summary>The message's header is longer than <see cref="MimeScanner.HeaderOctets"/>.</summary>
    LongHeader = 1,

    /// <summary>The header of a part is longer than <see cref="MimeScanner.PartHeaderOctets"/>.</summary>
    LongPartHeader = 2,

    /// <summary>Multiparts are nested deeper than <see cref="PartTreeBuilder.MostDepth"/>.</summary>
    TooDeep = 4,

    /// <summary>There are more parts than <see cref="PartTreeBuilder.MostParts"/>.</summary>
    TooManyParts = 8,

    /// <summary>A field has more parameters than <see cref="Parameters.Most"/>.</summary>
    TooManyParameters = 16,

    /// <summary>A multipart does not say what separates its parts.</summary>
    NoBoundary = 32,

    /// <summary>A multipart has no part, perhaps because its boundary is another one than it says.</summary>
    NoParts = 64,

    /// <summary>A multipart is not closed: the message may have been cut off.</summary>
    NotClosed = 128,

    /// <summary>A part has a transfer encoding that nobody knows.</summary>
    UnknownEncoding = 256,
}
