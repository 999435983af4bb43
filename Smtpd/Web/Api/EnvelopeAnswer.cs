namespace Smtpd.Web.Api;

/// <summary>The SMTP envelope of a message.</summary>
/// <param name="Tls">TLS version and cipher suite, empty where the message came in clear.</param>
internal sealed record EnvelopeAnswer(
    string From,
    IReadOnlyList<string> To,
    string Helo,
    [property: System.Text.Json.Serialization.JsonPropertyName("IP")] string Ip,
    [property: System.Text.Json.Serialization.JsonPropertyName("TLS")] string Tls);
