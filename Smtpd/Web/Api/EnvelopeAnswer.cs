namespace Smtpd.Web.Api;

/// <summary>The SMTP envelope of a message.</summary>
internal sealed record EnvelopeAnswer(string From, IReadOnlyList<string> To, string Helo, [property: System.Text.Json.Serialization.JsonPropertyName("IP")] string Ip);
