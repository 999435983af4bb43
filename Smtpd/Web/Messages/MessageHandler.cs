using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Storage.Reading;
using Smtpd.Web.Api;

namespace Smtpd.Web.Messages;

/// <summary><c>/api/v1/message/{ID}</c>: one message. The one GET that changes something, because clients of the API rely on it.</summary>
internal sealed class MessageHandler(IMailStore store, MailChanges changes, EnvelopeView view, Log log) : IHandler
{
    private readonly MessageLookup _lookup = new(store);
    private readonly MessageReader _reader = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        MessageSummary? message = await _lookup.FindAsync(request.Visitor.Scope, id, cancellation);
        if (message is null) return MessageLookup.NotFound(id);
        if (await _reader.ReadAsync(message.Id, cancellation) is not { } content) return MessageLookup.NotFound(id);
        if (!message.Read && MarksRead(request)) await MarkReadAsync(request.Visitor.Scope, message.Id, cancellation);
        return BytesAnswer.Json(200, MessageAnswer.Of(view.Of(message, request.Visitor.Scope), content), ApiJson.Default.MessageAnswer);
    }

    /// <summary>A page of another site can make a browser send this request, and the browser then says so (Fetch Metadata §2.3).</summary>
    private static bool MarksRead(HttpRequest request) => !request.IsHead && request.Fields["Sec-Fetch-Site"] is null or "none" or "same-origin";

    private async ValueTask MarkReadAsync(MailScope scope, MessageId id, CancellationToken cancellation)
    {
        try
        {
            await changes.MarkAsync(scope, [id], new Marks(Read: true), cancellation);
        }
        catch (StoreException failure)
        {
            // A full disk must not keep anybody from reading.
            log.Warn($"web: message {id} cannot be marked read: {failure.Message}");
        }
    }
}
