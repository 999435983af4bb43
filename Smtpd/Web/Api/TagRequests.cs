using System.Text.Json.Serialization;

namespace Smtpd.Web.Api;

/// <summary>Body of <c>PUT /api/v1/tags</c>.</summary>
/// <param name="Tags">Null or empty to take all tags off.</param>
internal sealed record TagsRequest([property: JsonPropertyName("IDs")] string[]? Ids, string?[]? Tags);

/// <summary>Body of <c>PUT /api/v1/tags/{Tag}</c>.</summary>
internal sealed record RenameTagRequest(string? Name);
