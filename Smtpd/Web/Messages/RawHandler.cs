using Smtpd.Storage;

namespace Smtpd.Web.Messages;

/// <summary><c>/api/v1/message/{ID}/raw</c>: the stored source, octet for octet.</summary>
internal sealed class RawHandler(IMailStore store) : IHandler
{
    private readonly MessageLookup _lookup = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        if (await store.OpenSourceAsync(message.Id, cancellation) is not { } source) return MessageLookup.NotFound(id);
        string tag = $"{message.Id}.raw";
        if (request.Query["dl"] != "1") 
            return new StreamAnswer(200, "text/plain; charset=utf-8", message.Size, source) { EntityTag = tag, LastModified = message.Created };
        // The name is made of the id alone: nothing that a sender wrote becomes a file name.
        return new StreamAnswer(200, "message/rfc822", message.Size, source)
        {
            EntityTag = tag,
            LastModified = message.Created,
            Fields = [new("Content-Disposition", $"attachment; filename=\"{message.Id}.eml\"")],
        };
    }
}
