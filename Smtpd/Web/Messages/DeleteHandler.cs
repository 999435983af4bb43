using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Messages;

/// <summary><c>DELETE /api/v1/messages</c>: deletes the messages that the body names, or all.</summary>
internal sealed class DeleteHandler(IMailStore store, MailChanges changes) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        (DeleteRequest? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.DeleteRequest, cancellation);
        if (body is null || (refusal = ChangeRequest.RefuseMany(body.Ids)) is not null) return refusal!;
        await changes.DeleteAsync(request.Visitor.Scope, await ChangeRequest.MessagesAsync(store, request.Visitor.Scope, body.Ids, cancellation), cancellation);
        return BytesAnswer.Text(200, "ok");
    }
}
