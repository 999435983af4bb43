using System.Text.Json.Serialization;
using Smtpd.Mail;

namespace Smtpd.Web.Api;

/// <summary>One row of a list.</summary>
/// <param name="Created">RFC 3339, when the message was accepted.</param>
/// <param name="Username">Who signed in by SMTP to send it; empty for nobody.</param>
/// <param name="Size">Octets.</param>
/// <param name="Attachments">How many there are.</param>
/// <param name="Snippet">How the text begins, in one line.</param>
internal sealed record MessageSummaryAnswer(
    [property: JsonPropertyName("ID")] string Id,
    [property: JsonPropertyName("MessageID")] string MessageId,
    bool Read,
    bool Starred,
    AddressAnswer From,
    AddressAnswer[] To,
    AddressAnswer[] Cc,
    AddressAnswer[] Bcc,
    AddressAnswer[] ReplyTo,
    string Subject,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset Created,
    string Username,
    IReadOnlyList<string> Tags,
    long Size,
    int Attachments,
    string Snippet)
{
    /// <param name="message">As an <see cref="EnvelopeView"/> lets it be seen.</param>
    public static MessageSummaryAnswer Of(MessageSummary message) => new(
        message.Id.ToString(),
        message.Header.MessageId,
        message.Read,
        message.Starred,
        AddressAnswer.First(message.Header.From),
        AddressAnswer.All(message.Header.To),
        AddressAnswer.All(message.Header.Cc),
        AddressAnswer.All(message.BlindRecipients()),
        AddressAnswer.All(message.Header.ReplyTo),
        message.Header.Subject,
        message.Created,
        message.Envelope.User ?? "",
        message.Tags,
        message.Size,
        message.Attachments,
        message.Snippet);
}
