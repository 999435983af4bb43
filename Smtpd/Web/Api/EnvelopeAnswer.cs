using System.Text.Json.Serialization;
using Smtpd.Mail;

namespace Smtpd.Web.Api;

/// <summary>The SMTP envelope of a message.</summary>
/// <param name="Notifications">What the sender asked about notifications (RFC 3461); left out when nothing.</param>
/// <param name="Tls">TLS version and cipher suite, empty where the message came in clear.</param>
internal sealed record EnvelopeAnswer(
    string From,
    IReadOnlyList<string> To,
    string Helo,
    [property: JsonPropertyName("IP")] string Ip,
    [property: JsonPropertyName("TLS")] string Tls,
    [property: JsonPropertyName("DSN"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NotificationsAnswer? Notifications);

/// <param name="Return"><c>FULL</c>, <c>HDRS</c> or empty.</param>
/// <param name="EnvelopeId">Decoded, or empty.</param>
internal sealed record NotificationsAnswer(
    [property: JsonPropertyName("Ret")] string Return,
    [property: JsonPropertyName("EnvID")] string EnvelopeId,
    NotificationAnswer[] Recipients)
{
    public static NotificationsAnswer? Of(StoredNotifications? stored) => stored is null
        ? null
        : new(stored.Return ?? "", stored.EnvelopeId ?? "",
            [.. stored.Recipients.Select(one => new NotificationAnswer(one.Address, one.Notify ?? "", one.OriginalRecipient ?? ""))]);
}

/// <param name="Notify"><c>NEVER</c>, a list of <c>SUCCESS</c>, <c>FAILURE</c> and <c>DELAY</c>, or empty.</param>
/// <param name="OriginalRecipient">Type, semicolon and address, decoded, or empty.</param>
internal sealed record NotificationAnswer(string Address, string Notify, [property: JsonPropertyName("ORcpt")] string OriginalRecipient);
