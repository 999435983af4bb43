using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web;

/// <summary><c>PUT /api/v1/messages</c>: marks messages read, unread, starred or not.</summary>
internal sealed class MarkHandler(IMailStore store, MailChanges changes) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        (MarkRequest? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.MarkRequest, cancellation);
        if (body is null) return refusal!;
        // Taken for an empty list it would mark everything.
        if (!string.IsNullOrWhiteSpace(body.Search)) return BytesAnswer.Error(422, "Search: this version cannot search. Name the messages by IDs.");
        var marks = new Marks(body.Read, body.Starred);
        if (marks == default) marks = new Marks(Read: false);
        await changes.MarkAsync(request.Visitor.Scope, await ChangeRequest.MessagesAsync(store, request.Visitor.Scope, body.Ids, cancellation), marks, cancellation);
        return BytesAnswer.Text(200, "ok");
    }
}
