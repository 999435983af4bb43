using System.Text.Json.Serialization;

namespace Smtpd.Web.Api;

/// <summary>Body of <c>PUT /api/v1/messages</c>.</summary>
/// <param name="Ids">Null or empty for all messages.</param>
/// <param name="Read">Clients of the API leave a false one out, so it is false when no mark is named at all.</param>
/// <param name="Search">Instead of <paramref name="Ids"/>: what the messages must match.</param>
internal sealed record MarkRequest([property: JsonPropertyName("IDs")] string[]? Ids, bool? Read, bool? Starred, string? Search);
