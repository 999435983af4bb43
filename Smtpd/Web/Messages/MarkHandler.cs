using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Messages;

/// <summary><c>PUT /api/v1/messages</c>: marks messages read, unread, starred or not.</summary>
internal sealed class MarkHandler(IMailStore store, MailChanges changes, TimeProvider clock, bool mailboxPlus) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        (MarkRequest? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.MarkRequest, cancellation);
        if (body is null || (refusal = ChangeRequest.RefuseMany(body.Ids)) is not null) return refusal!;
        MailScope scope = request.Visitor.Scope;
        var marks = new Marks(body.Read, body.Starred);
        if (marks == default) marks = new Marks(Read: false);
        if (string.IsNullOrEmpty(body.Search))
        {
            await changes.MarkAsync(scope, await ChangeRequest.MessagesAsync(store, scope, body.Ids, cancellation), marks, cancellation);
            return BytesAnswer.Text(200, "ok");
        }
        if (body.Ids is { Length: > 0 }) return BytesAnswer.Error(422, "Name the messages by IDs or by Search, not by both.");
        if (SearchText.Read(body.Search, "Search", request.Query, clock, mailboxPlus, out refusal) is not { } search) return refusal!;
        await foreach (IReadOnlyList<MessageId> slice in store.MatchAsync(scope, search, cancellation))
            await changes.MarkAsync(scope, slice, marks, cancellation);
        return BytesAnswer.Text(200, "ok");
    }
}
