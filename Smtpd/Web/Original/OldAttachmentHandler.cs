using Smtpd.Storage;

namespace Smtpd.Web.Original;

/// <summary>
/// <c>/mail/attachment/{attId}/{name}</c>: the original's address of an attachment leads to the same part by the API. Only a store that keeps
/// the original's ids knows them.
/// </summary>
internal sealed class OldAttachmentHandler(IAttachmentIds attachments, string basePath) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        id.Length == Mail.MessageId.Digits && await attachments.FindAttachmentAsync(request.Visitor.Scope, id.ToLowerInvariant(), cancellation) is var (message, section)
            ? Redirect.To(302, $"{basePath}/api/v1/message/{message}/part/{section}")
            : BytesAnswer.Error(404, "There is no attachment with this ID.");
}
