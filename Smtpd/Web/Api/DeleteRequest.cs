using System.Text.Json.Serialization;

namespace Smtpd.Web.Api;

/// <summary>Body of <c>DELETE /api/v1/messages</c>.</summary>
/// <param name="Ids">Null or empty for all messages.</param>
internal sealed record DeleteRequest([property: JsonPropertyName("IDs")] string[]? Ids);
