namespace Smtpd.Mime;

/// <summary>What a file inside a part is to the message.</summary>
internal enum FoundRole
{
    File,

    /// <summary>The message's text, as Outlook packs it.</summary>
    Text,

    /// <summary>The message's text as a page.</summary>
    Html,

    /// <summary>The message's text in the Rich Text Format.</summary>
    RichText,
}

/// <summary>
/// A file that is no part of its own but lies inside one: uuencoded or in yEnc between the lines of a text, or packed by Outlook.
/// Nothing of it is copied: it is found again by the offsets of its pieces among the decoded octets of the part.
/// </summary>
internal sealed class FoundFile
{
    private readonly List<(long Start, long End)> _pieces = [];

    public required FoundRole Role { get; init; }

    /// <summary>How the pieces are to be decoded once more.</summary>
    public required TransferEncoding Encoding { get; init; }

    /// <summary>As the sender wrote it; empty when he wrote none.</summary>
    public string Name { get; set; } = "";

    /// <summary>In lower case; empty when it is not said and must be guessed by the name.</summary>
    public string MediaType { get; set; } = "";

    public string Charset { get; set; } = "";

    /// <summary>Without angle brackets.</summary>
    public string ContentId { get; set; } = "";

    /// <summary>In the order of the part, each behind the one before.</summary>
    public IReadOnlyList<(long Start, long End)> Pieces => _pieces;

    /// <summary>Of the decoded octets; null unless the finder measures.</summary>
    public PartDigest? Digest { get; set; }

    /// <summary>Decoded octets.</summary>
    public long Size { get; private set; }

    public void AddPiece(long start, long end) => _pieces.Add((start, end));

    public void Append(ReadOnlySpan<byte> decoded)
    {
        Size += decoded.Length;
        Digest?.Append(decoded);
    }
}
