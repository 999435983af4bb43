using System.Text.Json.Serialization;
using Smtpd.Mime;

namespace Smtpd.Web.Api;

/// <summary>Answer of <c>GET /api/v1/message/{ID}/parts</c>: the part tree in the order of the source, each multipart before its parts.</summary>
internal sealed record PartListAnswer(PartAnswer[] Parts)
{
    public static PartListAnswer Of(PartTree tree) => new([.. tree.Parts.Select(PartAnswer.Of)]);
}

/// <summary>One part, as its header tells it.</summary>
/// <param name="PartId">Its section number; empty for a message that is a multipart.</param>
/// <param name="Depth">In how many multiparts it lies; 0 for the message itself.</param>
/// <param name="Kind"><c>multipart</c>, <c>body</c>, <c>inline</c> or <c>attachment</c>.</param>
/// <param name="Charset">As declared, empty when not.</param>
/// <param name="Encoding">The transfer encoding, empty for none.</param>
/// <param name="FileName">As the sender wrote it, empty when he did not.</param>
/// <param name="Size">Octets of its body in the source, encoded as they are there.</param>
internal sealed record PartAnswer(
    [property: JsonPropertyName("PartID")] string PartId,
    int Depth,
    string Kind,
    string ContentType,
    string Charset,
    string Encoding,
    string FileName,
    [property: JsonPropertyName("ContentID")] string ContentId,
    long Size)
{
    public static PartAnswer Of(MessagePart part) => new(
        part.Section,
        part.Depth,
        part.Kind switch
        {
            PartKind.Multipart => "multipart",
            PartKind.Body => "body",
            PartKind.Inline => "inline",
            _ => "attachment",
        },
        part.MediaType,
        part.Charset,
        part.Encoding switch
        {
            TransferEncoding.QuotedPrintable => "quoted-printable",
            TransferEncoding.Base64 => "base64",
            TransferEncoding.Uuencode => "x-uuencode",
            TransferEncoding.Yenc => "x-yenc",
            _ => "",
        },
        part.FileName,
        part.ContentId,
        part.End - part.BodyStart);
}
