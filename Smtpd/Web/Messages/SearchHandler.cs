using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Web.Messages;

/// <summary><c>GET /api/v1/search</c>: the messages that a query finds, the newest first.</summary>
internal sealed class SearchHandler(IMailStore store, MessageLists lists, TimeProvider clock, bool mailboxPlus) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (SearchText.Read(request.Query["query"], "query", request.Query, clock, mailboxPlus, out Answer? refusal) is not { } search) return refusal!;
        if (ListQuery.Read(request.Query, out refusal) is not { } query) return refusal!;
        MessagePage page = await store.SearchAsync(request.Visitor.Scope, search, query.Start, query.Before, query.Limit, cancellation);
        return await lists.AnswerPartAsync(request.Visitor, page, query.Start, cancellation);
    }
}

/// <summary><c>DELETE /api/v1/search</c>: deletes the messages that a query finds.</summary>
internal sealed class DeleteSearchHandler(IMailStore store, MailChanges changes, TimeProvider clock, bool mailboxPlus) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (SearchText.Read(request.Query["query"], "query", request.Query, clock, mailboxPlus, out Answer? refusal) is not { } search) return refusal!;
        await foreach (IReadOnlyList<MessageId> slice in store.MatchAsync(request.Visitor.Scope, search, cancellation))
            await changes.DeleteAsync(request.Visitor.Scope, slice, cancellation);
        return BytesAnswer.Text(200, "ok");
    }
}
