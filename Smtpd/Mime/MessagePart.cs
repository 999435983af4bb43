namespace Smtpd.Mime;

/// <summary>What a part is in the tree. The numbers are stored.</summary>
internal enum PartKind
{
    /// <summary>A multipart whose parts follow it (RFC 2046 §5.1).</summary>
    Multipart = 0,

    /// <summary>Text or HTML that a mail program shows as the message.</summary>
    Body = 1,

    /// <summary>What a body refers to by its Content-ID (RFC 2392).</summary>
    Inline = 2,

    /// <summary>Everything else, a nested message as a whole among it.</summary>
    Attachment = 3,
}

/// <summary>
/// One part of a message: what its header says of it, and where it lies. Offsets count octets of the stored source, whose
/// first lines are the trace lines that this server wrote.
/// </summary>
internal sealed record MessagePart
{
    public required PartKind Kind { get; init; }

    /// <summary>0 for the message itself.</summary>
    public required int Depth { get; init; }

    /// <summary>Where the part's header begins.</summary>
    public required long HeaderStart { get; init; }

    /// <summary>Where its body begins.</summary>
    public required long BodyStart { get; init; }

    /// <summary>Behind its last octet: the line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).</summary>
    public long End { get; set; }

    /// <summary>Type and subtype in lower case, never empty. As the sender wrote it, so no header of ours.</summary>
    public required string MediaType { get; init; }

    /// <summary>As declared, empty when not.</summary>
    public required string Charset { get; init; }

    public required TransferEncoding Encoding { get; init; }

    /// <summary>Decoded, as the sender wrote it, empty when there is none. <see cref="FileNames"/> makes it fit for use.</summary>
    public required string FileName { get; init; }

    /// <summary>Without angle brackets, empty when there is none.</summary>
    public required string ContentId { get; init; }

    /// <summary>The section number (RFC 9051 §6.4.5): <c>1</c>, <c>2.1</c>; empty for a message that is a multipart. Set by the tree.</summary>
    public string Section { get; set; } = "";

    public bool IsHtml => MediaType == "text/html";
}
