using System.Text.Json.Serialization;

namespace Smtpd.Web.Api;

/// <summary>Body of <c>PUT /api/v1/tags</c>.</summary>
/// <param name="Tags">Null or empty to take all tags off, unless some are added or removed.</param>
/// <param name="Search">Instead of <paramref name="Ids"/>: what the messages must match.</param>
/// <param name="Add">Instead of <paramref name="Tags"/>: what each message gets besides those that it has.</param>
/// <param name="Remove">Instead of <paramref name="Tags"/>: what is taken off.</param>
internal sealed record TagsRequest([property: JsonPropertyName("IDs")] string[]? Ids, string?[]? Tags, string? Search, string?[]? Add, string?[]? Remove);

/// <summary>Body of <c>PUT /api/v1/tags/{Tag}</c>.</summary>
internal sealed record RenameTagRequest(string? Name);
