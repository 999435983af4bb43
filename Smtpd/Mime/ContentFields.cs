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
    public static ContentFields Read(ReadOnlySpan<byte> header, string usual) => Read(ContentValues.Find(header), usual);

    /// <param name="usual">The media type of a part that names none.</param>
    public static ContentFields Read(in ContentValues values, string usual)
    {
        var fields = new ContentFields(usual);
        if (!values.Disposition.IsEmpty && !fields.TryReadPlainDisposition(values.Disposition)) fields.ReadDisposition(HeaderText.Unfold(values.Disposition));
        if (!values.Type.IsEmpty && !fields.TryReadPlainType(values.Type, usual)) fields.ReadType(HeaderText.Unfold(values.Type), usual);
        if (!values.Encoding.IsEmpty)
        {
            fields.Encoding = TransferEncodings.Read(values.Encoding, out bool isKnown);
            fields.HasUnknownEncoding = !isKnown;
        }
        if (!values.Id.IsEmpty) fields.ContentId = Cut(HeaderText.Unfold(values.Id).Trim(' ', '\t', '<', '>'), LongestName);
        return fields;
    }

    private bool TryReadPlainDisposition(ReadOnlySpan<byte> value)
    {
        var parameters = new PlainParameters(value, out ReadOnlySpan<byte> head);
        scoped ReadOnlySpan<byte> fileName = default;
        while (parameters.TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> one))
            if (fileName.IsEmpty && Ascii.EqualsIgnoreCase(name, "filename"u8)) fileName = one;
        if (!parameters.IsPlain) return false;
        IsAttachment = Ascii.EqualsIgnoreCase(head, "attachment"u8);
        FileName = Name(System.Text.Encoding.ASCII.GetString(fileName));
        return true;
    }

    private bool TryReadPlainType(ReadOnlySpan<byte> value, string usual)
    {
        var parameters = new PlainParameters(value, out ReadOnlySpan<byte> head);
        scoped ReadOnlySpan<byte> charset = default, fileName = default, boundary = default;
        while (parameters.TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> one))
        {
            if (charset.IsEmpty && Ascii.EqualsIgnoreCase(name, "charset"u8)) charset = one;
            else if (fileName.IsEmpty && Ascii.EqualsIgnoreCase(name, "name"u8)) fileName = one;
            else if (boundary.IsEmpty && Ascii.EqualsIgnoreCase(name, "boundary"u8)) boundary = one;
        }
        if (!parameters.IsPlain) return false;
        MediaType = MediaTypeOf(head, usual);
        Charset = CharsetOf(charset);
        if (FileName.Length == 0) FileName = Name(System.Text.Encoding.ASCII.GetString(fileName));
        if (IsMultipart) Boundary = boundary.Trim((byte)' ').ToArray();
        return true;
    }

    private bool IsMultipart => MediaType.StartsWith("multipart/", StringComparison.Ordinal);

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
        Charset = CharsetOf(parameters["charset"]);
        // What may be no name at all is no reason to hide a text.
        bool isName = parameters.IsSeparated("name") || MediaType is not ("text/plain" or "text/html");
        if (FileName.Length == 0 && isName) FileName = Name(parameters["name"]);
        if (IsMultipart) Boundary = System.Text.Encoding.UTF8.GetBytes(parameters["boundary"].Trim());
    }

    /// <summary>The types of nearly all parts, so that no new string is made for each.</summary>
    private static string MediaTypeOf(ReadOnlySpan<byte> head, string usual)
    {
        if (Ascii.EqualsIgnoreCase(head, "text/plain"u8)) return "text/plain";
        if (Ascii.EqualsIgnoreCase(head, "text/html"u8)) return "text/html";
        if (Ascii.EqualsIgnoreCase(head, "multipart/mixed"u8)) return "multipart/mixed";
        if (Ascii.EqualsIgnoreCase(head, "multipart/alternative"u8)) return "multipart/alternative";
        return MediaTypeOf(System.Text.Encoding.ASCII.GetString(head), usual);
    }

    /// <summary>
    /// A type that is none is text (RFC 2045 §5.2) where it says nothing or begins like text. Another word names something that
    /// was no text either, as in RFC 1049.
    /// </summary>
    private static string MediaTypeOf(string head, string usual)
    {
        int slash = head.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && slash < head.Length - 1 && head.Length <= LongestType) return head.ToLowerInvariant();
        return slash == 0 || head.Length == 0 || head.StartsWith("text", StringComparison.OrdinalIgnoreCase) ? usual : "application/octet-stream";
    }

    private static string CharsetOf(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return "";
        if (name.SequenceEqual("utf-8"u8)) return "utf-8";
        if (name.SequenceEqual("UTF-8"u8)) return "UTF-8";
        return name.SequenceEqual("us-ascii"u8) ? "us-ascii" : CharsetOf(System.Text.Encoding.ASCII.GetString(name));
    }

    private static string CharsetOf(string name) => Cut(name.Trim(' ', '\'', '"'), LongestCharset);

    /// <summary>Encoded words do not belong into parameters (RFC 2047 §5), but everybody puts them there.</summary>
    private static string Name(string value) => Cut(EncodedWords.Decode(value).Trim(), LongestName);

    private static string Cut(string text, int length)
    {
        if (text.Length <= length) return text;
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}
