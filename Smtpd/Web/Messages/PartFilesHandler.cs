using Smtpd.Storage;
using Smtpd.Storage.Reading;
using Smtpd.Web.Api;

namespace Smtpd.Web.Messages;

/// <summary><c>/api/v1/message/{ID}/part/{PartID}/files</c>: what is attached to a message within the message.</summary>
internal sealed class PartFilesHandler(IMailStore store) : IHandler
{
    private readonly MessageLookup _lookup = new(store);
    private readonly MessageReader _reader = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        string section = request.Path![^2];
        await using NestedMessage? nested = await _reader.ReadNestedAsync(message.Id, section, cancellation);
        if (nested is null) return BytesAnswer.Error(404, "The message has no part with this number that is a message.");
        MessageContent content = await nested.ReadAsync(cancellation);
        AttachmentAnswer[] files = AttachmentAnswer.All([.. content.Attachments, .. content.Inline, .. content.Unpacked]);
        return BytesAnswer.Json(200, [.. files.Select(one => one with { PartId = $"{section}.{one.PartId}" })], ApiJson.Default.AttachmentAnswerArray);
    }
}
