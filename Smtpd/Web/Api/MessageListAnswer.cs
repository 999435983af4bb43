using System.Text.Json.Serialization;
using Smtpd.Mail;

namespace Smtpd.Web.Api;

/// <summary>Part of the newest-first list.</summary>
/// <param name="Total">Messages in the store.</param>
/// <param name="Unread">Unread messages in the store.</param>
/// <param name="Count">Messages in this answer.</param>
/// <param name="MessagesCount">Messages that the request matches, on all pages.</param>
/// <param name="MessagesUnread">Those of them that are unread.</param>
/// <param name="Start">How many of the newest were left out.</param>
/// <param name="Tags">All tags in use.</param>
internal sealed record MessageListAnswer(
    [property: JsonPropertyName("total")] long Total,
    [property: JsonPropertyName("unread")] long Unread,
    [property: JsonPropertyName("count")] int Count,
    [property: JsonPropertyName("messages_count")] long MessagesCount,
    [property: JsonPropertyName("messages_unread")] long MessagesUnread,
    [property: JsonPropertyName("start")] long Start,
    [property: JsonPropertyName("tags")] string[] Tags,
    [property: JsonPropertyName("messages")] MessageSummaryAnswer[] Messages)
{
    public static MessageListAnswer Of(MessagePage page, long start) => new(
        page.Total,
        page.Unread,
        page.Messages.Count,
        page.Total,
        page.Unread,
        start,
        [],
        [.. page.Messages.Select(MessageSummaryAnswer.Of)]);
}
