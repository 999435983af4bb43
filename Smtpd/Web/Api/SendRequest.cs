using System.Text.Json.Serialization;

namespace Smtpd.Web.Api;

/// <summary>Body of <c>POST /api/v1/send</c>: a message in pieces, from which one is made.</summary>
/// <param name="Bcc">Addresses alone; they get the message and do not stand in it.</param>
/// <param name="Headers">Further fields, value by name.</param>
internal sealed record SendRequest(
    SendParty? From,
    SendParty?[]? To,
    SendParty?[]? Cc,
    SendParty?[]? ReplyTo,
    string?[]? Bcc,
    string? Subject,
    string? Text,
    [property: JsonPropertyName("HTML")] string? Html,
    string?[]? Tags,
    Dictionary<string, string?>? Headers,
    SendAttachment?[]? Attachments);

internal sealed record SendParty(string? Email, string? Name);

/// <param name="Content">Base64, also as a data URL.</param>
/// <param name="ContentType">Without one it is guessed.</param>
/// <param name="ContentId">With one the file is inline, for the HTML to refer to.</param>
internal sealed record SendAttachment(
    string? Content,
    string? Filename,
    string? ContentType,
    [property: JsonPropertyName("ContentID")] string? ContentId);

/// <summary>Answer of <c>POST /api/v1/send</c>.</summary>
/// <param name="Id">Empty when the message was taken and not kept.</param>
internal sealed record SendAnswer([property: JsonPropertyName("ID")] string Id);
