using System.Text;

namespace Smtpd.Mime;

/// <summary>The header fields that this program reads itself.</summary>
internal enum KnownField
{
    Other,
    Bcc,
    Cc,
    ContentDisposition,
    ContentId,
    ContentTransferEncoding,
    ContentType,
    Date,
    From,
    MessageId,
    ReplyTo,
    Subject,
    To,
}

internal static class KnownFields
{
    /// <summary>Which field has the name, upper and lower case alike. No two of those with one length begin alike.</summary>
    public static KnownField Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return KnownField.Other;
        return (name.Length, name[0] | 0x20) switch
        {
            (2, 't') => If(name, "To"u8, KnownField.To),
            (2, 'c') => If(name, "Cc"u8, KnownField.Cc),
            (3, 'b') => If(name, "Bcc"u8, KnownField.Bcc),
            (4, 'f') => If(name, "From"u8, KnownField.From),
            (4, 'd') => If(name, "Date"u8, KnownField.Date),
            (7, 's') => If(name, "Subject"u8, KnownField.Subject),
            (8, 'r') => If(name, "Reply-To"u8, KnownField.ReplyTo),
            (10, 'm') => If(name, "Message-ID"u8, KnownField.MessageId),
            (10, 'c') => If(name, "Content-ID"u8, KnownField.ContentId),
            (12, 'c') => If(name, "Content-Type"u8, KnownField.ContentType),
            (19, 'c') => If(name, "Content-Disposition"u8, KnownField.ContentDisposition),
            (25, 'c') => If(name, "Content-Transfer-Encoding"u8, KnownField.ContentTransferEncoding),
            _ => KnownField.Other,
        };
    }

    private static KnownField If(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted, KnownField field) => Ascii.EqualsIgnoreCase(name, wanted) ? field : KnownField.Other;
}
