using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Messages;

/// <summary><c>/api/v1/message/{ID}/parts</c>: of what parts the message is made.</summary>
internal sealed class PartsHandler(IMailStore store) : IHandler
{
    private readonly MessageLookup _lookup = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        if (await store.FindPartsAsync(message.Id, cancellation) is not { } tree) return MessageLookup.NotFound(id);
        return BytesAnswer.Json(200, PartListAnswer.Of(tree), ApiJson.Default.PartListAnswer);
    }
}
