using System.Text.Json.Serialization;
using Smtpd.Mail;
using Smtpd.Storage.Reading;

namespace Smtpd.Web.Api;

/// <summary>One message: its header, its text, its parts and its envelope.</summary>
/// <param name="ReturnPath">The reverse-path's mailbox, empty for the null reverse-path.</param>
/// <param name="Date">The Date header with its own offset; when that is absent or unreadable, when the message was accepted.</param>
/// <param name="Size">Octets of the source.</param>
/// <param name="Text">Decoded and nothing changed.</param>
/// <param name="ShownText">As it is to be read; empty where that is the same.</param>
/// <param name="Html">Decoded and nothing made safe: never to be shown as it is.</param>
/// <param name="Unpacked">Files that are no parts but lie inside some.</param>
/// <param name="Trace">The servers on the message's way, the last one first.</param>
/// <param name="Warnings">What is wrong with the message, or was left out, in sentences.</param>
internal sealed record MessageAnswer(
    [property: JsonPropertyName("ID")] string Id,
    [property: JsonPropertyName("MessageID")] string MessageId,
    AddressAnswer From,
    AddressAnswer[] To,
    AddressAnswer[] Cc,
    AddressAnswer[] Bcc,
    AddressAnswer[] ReplyTo,
    string ReturnPath,
    string Subject,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset Date,
    bool Starred,
    IReadOnlyList<string> Tags,
    string Username,
    long Size,
    string Text,
    string ShownText,
    [property: JsonPropertyName("HTML")] string Html,
    AttachmentAnswer[] Inline,
    AttachmentAnswer[] Attachments,
    AttachmentAnswer[] Unpacked,
    ListUnsubscribeAnswer ListUnsubscribe,
    IReadOnlyList<string> Keywords,
    HopAnswer[] Trace,
    IReadOnlyList<string> Warnings,
    EnvelopeAnswer Envelope)
{
    /// <param name="message">As an <see cref="EnvelopeView"/> lets it be seen.</param>
    public static MessageAnswer Of(MessageSummary message, MessageContent content) => new(
        message.Id.ToString(),
        message.Header.MessageId,
        AddressAnswer.First(message.Header.From),
        AddressAnswer.All(message.Header.To),
        AddressAnswer.All(message.Header.Cc),
        AddressAnswer.All(message.BlindRecipients()),
        AddressAnswer.All(message.Header.ReplyTo),
        message.Envelope.From,
        message.Header.Subject,
        message.Header.Date ?? message.Created,
        message.Starred,
        message.Tags,
        message.Envelope.User ?? "",
        message.Size,
        content.Text,
        content.ShownText == content.Text ? "" : content.ShownText,
        content.Html,
        AttachmentAnswer.All(content.Inline),
        AttachmentAnswer.All(content.Attachments),
        AttachmentAnswer.All(content.Unpacked),
        ListUnsubscribeAnswer.Of(content.ListUnsubscribe),
        content.Keywords,
        [.. content.Trace.Select(HopAnswer.Of)],
        content.Warnings,
        new EnvelopeAnswer(message.Envelope.From, message.Envelope.To, message.Envelope.Helo, message.Envelope.ClientAddress, message.Envelope.Tls ?? "",
            NotificationsAnswer.Of(message.Envelope.Notifications)));
}
