using Smtpd.Storage;

namespace Smtpd.Web.Live;

/// <summary>
/// <c>/lp</c>: the original's long poll. Answers with the next new mail, or with nothing after a while. Commands in the query or
/// body do nothing; pages of other sites may not read the answer, as they may not read mail.
/// </summary>
internal sealed class LongPollHandler(LiveHub hub, MailFeed feed, ILiveDialect dialect, TimeSpan patience) : IHandler
{
    /// <summary>The original waits 30 s; a little less, because that is when connections without progress are given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (request.IsHead) return BytesAnswer.Text(200, "");
        // Other sites could not read the answer, but they could tell from its time when mail comes, and use up the places.
        if (!OriginRule.Allows(request)) return OriginRule.Refusal();
        if (!hub.TryEnter(request.Visitor)) return BytesAnswer.Error(503, "Too many clients wait for news. Try again later.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, request.Visitor.Ended);
        limit.CancelAfter(patience);
        try
        {
            using MailFeed.Subscription subscription = feed.Subscribe();
            await foreach (MailEvent news in subscription.ReadAllAsync(limit.Token))
                if (LiveNews.Concerns(news, request.Visitor.Scope) && dialect.Render(news, hub.Place) is { } text) return BytesAnswer.Of(200, "application/json", text);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nothing came: the answer is empty, and the client asks again.
        }
        finally
        {
            hub.Leave(request.Visitor);
        }
        return BytesAnswer.Text(200, "");
    }
}
