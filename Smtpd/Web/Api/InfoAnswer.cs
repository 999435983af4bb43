using System.Text.Json.Serialization;

namespace Smtpd.Web.Api;

/// <summary>Answer of <c>GET /api/v1/info</c>. What concerns the mail of all is empty or 0 for who may not see it.</summary>
/// <param name="LatestVersion">Smtpd asks nobody, so it knows none.</param>
/// <param name="Database">What the store is, for people.</param>
/// <param name="DatabaseSize">Octets.</param>
/// <param name="Tags">How many messages have each tag.</param>
internal sealed record InfoAnswer(
    string Version,
    string LatestVersion,
    string Database,
    long DatabaseSize,
    long Messages,
    long Unread,
    IReadOnlyDictionary<string, long> Tags,
    RuntimeStatsAnswer RuntimeStats);

/// <summary>Since the program began.</summary>
/// <param name="Uptime">Seconds.</param>
/// <param name="Memory">Octets of the process.</param>
/// <param name="SmtpAcceptedSize">Octets.</param>
/// <param name="SmtpRejected">Turned away: at the sender, at all recipients, or at the end.</param>
/// <param name="SmtpIgnored">Answered as if taken, and thrown away.</param>
internal sealed record RuntimeStatsAnswer(
    long Uptime,
    long Memory,
    long MessagesDeleted,
    [property: JsonPropertyName("SMTPAccepted")] long SmtpAccepted,
    [property: JsonPropertyName("SMTPAcceptedSize")] long SmtpAcceptedSize,
    [property: JsonPropertyName("SMTPRejected")] long SmtpRejected,
    [property: JsonPropertyName("SMTPIgnored")] long SmtpIgnored);
