namespace Smtpd.Mime;

/// <summary>Makes the tree of the parts that the scanner finds, and knows the boundaries of those that are open.</summary>
internal sealed class PartTreeBuilder
{
    /// <summary>Multiparts inside each other. Mail that was forwarded and answered for years stays far below.</summary>
    public const int MostDepth = 100;

    /// <summary>Parts of one message, multiparts included.</summary>
    public const int MostParts = 1000;

    private readonly List<MessagePart> _parts = new(1);
    private readonly List<OpenMultipart> _open = [];
    private MessagePart? _leaf;
    private long _headerStart;

    /// <param name="headerStart">Where the message itself begins.</param>
    public PartTreeBuilder(long headerStart) => _headerStart = headerStart;

    private readonly record struct OpenMultipart(byte[] Boundary, MessagePart Part, bool IsDigest);

    /// <summary>True while a line may be a boundary.</summary>
    public bool HasOpen => _open.Count > 0;

    public MimeWarnings Warnings { get; set; }

    /// <summary>Looks a line up among the open boundaries, the innermost first.</summary>
    /// <param name="line">With its line end.</param>
    /// <param name="index">Which of the open multiparts it belongs to.</param>
    /// <param name="isFinal">True when it closes that multipart.</param>
    public bool IsBoundary(ReadOnlySpan<byte> line, out int index, out bool isFinal)
    {
        // White space behind a boundary is of no meaning (RFC 2046 §5.1.1); anything else makes it another line, so that a
        // boundary may begin like another one.
        ReadOnlySpan<byte> rest = line.TrimEnd(" \t\r\n"u8);
        if (rest.StartsWith("--"u8))
        {
            rest = rest[2..];
            for (index = _open.Count - 1; index >= 0; index--)
            {
                ReadOnlySpan<byte> boundary = _open[index].Boundary;
                isFinal = rest.Length == boundary.Length + 2 && rest.EndsWith("--"u8);
                if ((isFinal || rest.Length == boundary.Length) && rest.StartsWith(boundary)) return true;
            }
        }
        index = -1;
        isFinal = false;
        return false;
    }

    /// <summary>Ends what stands before a boundary, and begins a part unless the boundary is final.</summary>
    /// <param name="end">Where the line end before the boundary begins.</param>
    /// <param name="next">Where the line behind the boundary begins.</param>
    /// <returns>True when a part's header follows.</returns>
    public bool Pass(int index, bool isFinal, long end, long next)
    {
        EndLeaf(end);
        int keep = isFinal ? index : index + 1;
        if (_open.Count > index + 1) Warnings |= MimeWarnings.NotClosed;
        Close(keep, end);
        if (isFinal) return false;
        if (_parts.Count >= MostParts)
        {
            Warnings |= MimeWarnings.TooManyParts;
            Close(0, end);
            return false;
        }
        _headerStart = next;
        return true;
    }

    private void Close(int keep, long end)
    {
        // A part with an empty body ends behind the line end that belongs to the boundary, and so must those around it.
        if (_parts.Count > 0) end = Math.Max(end, _parts[^1].End);
        for (int i = _open.Count - 1; i >= keep; i--)
        {
            MessagePart multipart = _open[i].Part;
            end = Math.Max(multipart.BodyStart, end);
            multipart.End = end;
            if (ReferenceEquals(_parts[^1], multipart)) Warnings |= MimeWarnings.NoParts;
        }
        _open.RemoveRange(keep, _open.Count - keep);
    }

    private void EndLeaf(long end)
    {
        if (_leaf is null) return;
        _leaf.End = Math.Max(_leaf.BodyStart, end);
        _leaf = null;
    }

    /// <summary>Adds the part whose header has been read.</summary>
    /// <param name="values">What it says of the body.</param>
    public MessagePart Add(in ContentValues values, long bodyStart)
    {
        // RFC 2046 §5.1.5: what does not say what it is, is a message in a digest and text elsewhere.
        bool inDigest = _open.Count > 0 && _open[^1].IsDigest;
        ContentFields fields = ContentFields.Read(values, inDigest ? "message/rfc822" : "text/plain");
        if (fields.HasTooManyParameters) Warnings |= MimeWarnings.TooManyParameters;
        if (fields.HasUnknownEncoding) Warnings |= MimeWarnings.UnknownEncoding;
        bool isMultipart = fields.MediaType.StartsWith("multipart/", StringComparison.Ordinal);
        // Without a boundary there is nothing to be found in it, and its body is no file either.
        bool hasBoundary = fields.Boundary.Length > 0;
        if (isMultipart && !hasBoundary) Warnings |= MimeWarnings.NoBoundary;
        if (isMultipart && hasBoundary && _open.Count == MostDepth)
        {
            Warnings |= MimeWarnings.TooDeep;
            isMultipart = false;
        }
        var part = new MessagePart
        {
            Kind = isMultipart ? PartKind.Multipart : fields.KindOfLeaf,
            Depth = _open.Count,
            HeaderStart = _headerStart,
            BodyStart = bodyStart,
            MediaType = fields.MediaType,
            Charset = fields.Charset,
            Encoding = fields.Encoding,
            FileName = fields.FileName,
            ContentId = fields.ContentId,
        };
        _parts.Add(part);
        if (isMultipart && hasBoundary) _open.Add(new OpenMultipart(fields.Boundary, part, fields.MediaType == "multipart/digest"));
        else _leaf = part;
        return part;
    }

    /// <param name="end">Where the message ends.</param>
    public PartTree Build(long end)
    {
        EndLeaf(end);
        if (_open.Count > 0) Warnings |= MimeWarnings.NotClosed;
        Close(0, end);
        return new PartTree(_parts, Warnings);
    }
}
