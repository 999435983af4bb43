using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Messages;

/// <summary>Makes the answer that all lists of messages share.</summary>
internal sealed class MessageLists(IMailStore store, EnvelopeView view)
{
    /// <summary>A page of everything that the visitor has.</summary>
    public ValueTask<Answer> AnswerAsync(Visitor visitor, MessagePage page, long start, CancellationToken cancellation) =>
        AnswerAsync(visitor, page, (page.Total, page.Unread), start, cancellation);

    /// <summary>A page of some of what the visitor has.</summary>
    public async ValueTask<Answer> AnswerPartAsync(Visitor visitor, MessagePage page, long start, CancellationToken cancellation)
    {
        // The counts come with a list and not alone; one row of it costs next to nothing.
        MessagePage all = await store.ListAsync(visitor.Scope, 0, null, 1, cancellation);
        return await AnswerAsync(visitor, page, (all.Total, all.Unread), start, cancellation);
    }

    private async ValueTask<Answer> AnswerAsync(Visitor visitor, MessagePage page, (long Total, long Unread) all, long start, CancellationToken cancellation)
    {
        IReadOnlyList<string> tags = await store.ListTagsAsync(visitor.Scope, cancellation);
        var answer = new MessageListAnswer(
            all.Total,
            all.Unread,
            page.Messages.Count,
            page.Total,
            page.Unread,
            start,
            tags,
            [.. page.Messages.Select(message => MessageSummaryAnswer.Of(view.Of(message, visitor.Scope)))]) { IsIncomplete = page.IsIncomplete };
        return BytesAnswer.Json(200, answer, ApiJson.Default.MessageListAnswer);
    }
}
