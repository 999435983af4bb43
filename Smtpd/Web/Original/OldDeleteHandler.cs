using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Web.Access;

namespace Smtpd.Web.Original;

/// <summary><c>/mail/delete/{id}</c>: the original deleted by GET. Here GET gives a button, and POST deletes.</summary>
internal sealed class OldDeleteHandler(IMailStore store, MailChanges changes, string basePath) : IHandler
{
    private readonly MessageLookup _lookup = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        if (request.Method != "POST") return BytesAnswer.Of(200, "text/html; charset=utf-8", Question(message.Id), FormPage.Fields);
        await changes.DeleteAsync(request.Visitor.Scope, [message.Id], cancellation);
        return Redirect.To(303, $"{basePath}/");
    }

    /// <summary>Holds nothing of the mail: an id is digits.</summary>
    private static byte[] Question(MessageId id) => System.Text.Encoding.ASCII.GetBytes(
        $"""
        <!DOCTYPE html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Delete a message</title></head>
        <body><p>Delete the message {id}?</p><form method="post"><button>Delete</button></form></body></html>

        """);
}
