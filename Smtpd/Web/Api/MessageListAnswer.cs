using System.Text.Json.Serialization;

namespace Smtpd.Web.Api;

/// <summary>Part of the newest-first list.</summary>
/// <param name="Total">Messages that the visitor has.</param>
/// <param name="Unread">Those of them that are unread.</param>
/// <param name="Count">Messages in this answer.</param>
/// <param name="MessagesCount">Messages that the request matches, on all pages.</param>
/// <param name="MessagesUnread">Those of them that are unread.</param>
/// <param name="Start">How many of the newest were left out.</param>
/// <param name="Tags">All tags on what the visitor has.</param>
internal sealed record MessageListAnswer(
    [property: JsonPropertyName("total")] long Total,
    [property: JsonPropertyName("unread")] long Unread,
    [property: JsonPropertyName("count")] int Count,
    [property: JsonPropertyName("messages_count")] long MessagesCount,
    [property: JsonPropertyName("messages_unread")] long MessagesUnread,
    [property: JsonPropertyName("start")] long Start,
    [property: JsonPropertyName("tags")] IReadOnlyList<string> Tags,
    [property: JsonPropertyName("messages")] MessageSummaryAnswer[] Messages)
{
    /// <summary>See <see cref="Mail.MessagePage.IsIncomplete"/>.</summary>
    [JsonPropertyName("incomplete"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsIncomplete { get; init; }
}
