using Smtpd.Storage;

namespace Smtpd.Web.Original;

/// <summary><c>/mail/{id}</c>: the original's address of a message leads to the same message in the page.</summary>
internal sealed class OldMailHandler(IMailStore store, string basePath) : IHandler
{
    private readonly MessageLookup _lookup = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is { } message ? Redirect.To(302, $"{basePath}/#/message/{message.Id}") : MessageLookup.NotFound(id);
}
