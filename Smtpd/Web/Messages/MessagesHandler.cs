using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Web.Messages;

/// <summary><c>GET /api/v1/messages</c>: the newest messages first.</summary>
internal sealed class MessagesHandler(IMailStore store, MessageLists lists) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (ListQuery.Read(request.Query, out Answer? refusal) is not { } query) return refusal!;
        MessagePage page = await store.ListAsync(request.Visitor.Scope, query.Start, query.Before, query.Limit, cancellation);
        return await lists.AnswerAsync(request.Visitor, page, query.Start, cancellation);
    }
}
