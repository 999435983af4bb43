using System.Text;

namespace Smtpd.Mime;

/// <summary>What the header of a message or part says of its body (RFC 2045, RFC 2183). Of repeated fields the first counts.</summary>
internal sealed class ContentFields
{
    /// <summary>Longer names are cut: no file system takes more.</summary>
    private const int LongestName = 1024;

    /// <summary>RFC 6838 §4.2 allows twice 127.</summary>
    private const int LongestType = 255;

    private const int LongestCharset = 40;

    private ContentFields(string mediaType) => MediaType = mediaType;

    /// <summary>Type and subtype in lower case.</summary>
    public string MediaType { get; private set; }

    /// <summary>As declared, empty when not.</summary>
    public string Charset { get; private set; } = "";

    /// <summary>What separates the parts of a multipart, without the hyphens in front; empty when there is none.</summary>
    public byte[] Boundary { get; private set; } = [];

    public TransferEncoding Encoding { get; private set; }

    /// <summary>True where the disposition is <c>attachment</c>; any other leaves a text part readable.</summary>
    public bool IsAttachment { get; private set; }

    /// <summary>From the disposition, or from the type; empty when neither has one.</summary>
    public string FileName { get; private set; } = "";

    /// <summary>Without angle brackets.</summary>
    public string ContentId { get; private set; } = "";

    public bool HasTooManyParameters { get; private set; }

    public bool HasUnknownEncoding { get; private set; }

    /// <summary>
    /// A body part is a text or HTML leaf without a file name and without the disposition <c>attachment</c>; what has a Content-ID
    /// is there for a body to refer to.
    /// </summary>
    public PartKind KindOfLeaf =>
        !IsAttachment && FileName.Length == 0 && MediaType is "text/plain" or "text/html" ? PartKind.Body
        : !IsAttachment && ContentId.Length > 0 ? PartKind.Inline
        : PartKind.Attachment;

    /// <param name="header">Octets up to the empty line, which may be missing.</param>
    /// <param name="usual">The media type of a part that names none.</param>
    public static ContentFields Read(ReadOnlySpan<byte> header, string usual)
    {
        var fields = new ContentFields(usual);
        scoped ReadOnlySpan<byte> type = default, disposition = default, encoding = default, id = default;
        while (HeaderReader.TryReadField(ref header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            if (name.Length < "Content-".Length || (name[0] | 0x20) != 'c') continue;
            if (type.IsEmpty && Ascii.EqualsIgnoreCase(name, "Content-Type"u8)) type = value;
            else if (encoding.IsEmpty && Ascii.EqualsIgnoreCase(name, "Content-Transfer-Encoding"u8)) encoding = value;
            else if (disposition.IsEmpty && Ascii.EqualsIgnoreCase(name, "Content-Disposition"u8)) disposition = value;
            else if (id.IsEmpty && Ascii.EqualsIgnoreCase(name, "Content-ID"u8)) id = value;
        }
        if (!disposition.IsEmpty) fields.ReadDisposition(HeaderText.Unfold(disposition));
        if (!type.IsEmpty) fields.ReadType(HeaderText.Unfold(type), usual);
        if (!encoding.IsEmpty)
        {
            fields.Encoding = TransferEncodings.Read(encoding, out bool isKnown);
            fields.HasUnknownEncoding = !isKnown;
        }
        if (!id.IsEmpty) fields.ContentId = Cut(HeaderText.Unfold(id).Trim(' ', '\t', '<', '>'), LongestName);
        return fields;
    }

    private void ReadDisposition(string value)
    {
        Parameters parameters = Parameters.Read(value);
        HasTooManyParameters |= parameters.AreTooMany;
        IsAttachment = parameters.Head.Equals("attachment", StringComparison.OrdinalIgnoreCase);
        FileName = Name(parameters["filename"]);
    }

    private void ReadType(string value, string usual)
    {
        Parameters parameters = Parameters.Read(value);
        HasTooManyParameters |= parameters.AreTooMany;
        MediaType = MediaTypeOf(parameters.Head, usual);
        Charset = Cut(parameters["charset"].Trim(' ', '\'', '"'), LongestCharset);
        if (FileName.Length == 0) FileName = Name(parameters["name"]);
        if (MediaType.StartsWith("multipart/", StringComparison.Ordinal)) Boundary = System.Text.Encoding.UTF8.GetBytes(parameters["boundary"].Trim());
    }

    /// <summary>
    /// A type that is none is text (RFC 2045 §5.2) where it says nothing or begins like text. Another word names something that
    /// was no text either, as in RFC 1049.
    /// </summary>
    private static string MediaTypeOf(string head, string usual)
    {
        if (head is "text/plain") return "text/plain";
        int slash = head.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && slash < head.Length - 1 && head.Length <= LongestType) return head.ToLowerInvariant();
        return slash == 0 || head.Length == 0 || head.StartsWith("text", StringComparison.OrdinalIgnoreCase) ? usual : "application/octet-stream";
    }

    /// <summary>Encoded words do not belong into parameters (RFC 2047 §5), but everybody puts them there.</summary>
    private static string Name(string value) => Cut(EncodedWords.Decode(value).Trim(), LongestName);

    private static string Cut(string text, int length)
    {
        if (text.Length <= length) return text;
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}
