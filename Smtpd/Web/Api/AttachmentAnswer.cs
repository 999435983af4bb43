using System.Text.Json.Serialization;
using Smtpd.Storage.Reading;

namespace Smtpd.Web.Api;

/// <summary>A part that is no body.</summary>
/// <param name="PartId">Its section number, <c>2.1</c>.</param>
/// <param name="FileName">As the sender wrote it, so not fit to be used as the name of a file; a made-up one where he wrote none.</param>
/// <param name="ContentType">As declared.</param>
/// <param name="Disposition"><c>inline</c>, <c>attachment</c>, or empty.</param>
/// <param name="Size">Decoded octets.</param>
internal sealed record AttachmentAnswer(
    [property: JsonPropertyName("PartID")] string PartId,
    string FileName,
    string ContentType,
    [property: JsonPropertyName("ContentID")] string ContentId,
    string Disposition,
    long Size,
    ChecksumsAnswer Checksums)
{
    public static AttachmentAnswer[] All(IReadOnlyList<AttachedPart> parts) => [.. parts.Select(one => new AttachmentAnswer(
        one.Part.Section,
        one.Name,
        one.Part.MediaType,
        one.Part.ContentId,
        one.Disposition,
        one.Size,
        new ChecksumsAnswer(one.Md5, one.Sha1, one.Sha256)))];
}

/// <summary>Of the decoded octets, in hexadecimal digits.</summary>
internal sealed record ChecksumsAnswer(
    [property: JsonPropertyName("MD5")] string Md5,
    [property: JsonPropertyName("SHA1")] string Sha1,
    [property: JsonPropertyName("SHA256")] string Sha256);
