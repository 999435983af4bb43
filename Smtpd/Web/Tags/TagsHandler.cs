using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Tags;

/// <summary><c>GET /api/v1/tags</c>: the tags in use.</summary>
internal sealed class TagsHandler(IMailStore store) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        BytesAnswer.Json(200, await store.ListTagsAsync(request.Visitor.Scope, cancellation), ApiJson.Default.IReadOnlyListString);
}

/// <summary><c>PUT /api/v1/tags</c>: gives the messages that the body names exactly these tags.</summary>
internal sealed class SetTagsHandler(IMailStore store, MailChanges changes) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        (TagsRequest? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.TagsRequest, cancellation);
        if (body is null || (refusal = ChangeRequest.RefuseMany(body.Ids)) is not null) return refusal!;
        if (!TagText.TryReadAll(body.Tags, out IReadOnlyList<string> tags, out string? problem)) return BytesAnswer.Error(422, $"Tags: {problem}.");
        // Unlike with marks nothing named is nothing.
        if (await ChangeRequest.MessagesAsync(store, request.Visitor.Scope, body.Ids, cancellation) is { Count: > 0 } messages)
            await changes.SetTagsAsync(request.Visitor.Scope, messages, tags, cancellation);
        return BytesAnswer.Text(200, "ok");
    }
}

/// <summary><c>PUT /api/v1/tags/{Tag}</c>: gives a tag another name.</summary>
internal sealed class RenameTagHandler(MailChanges changes) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        (RenameTagRequest? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.RenameTagRequest, cancellation);
        if (body is null) return refusal!;
        if (!TagText.TryRead(body.Name, out string name, out string? problem)) return BytesAnswer.Error(422, $"Name: {problem}.");
        if (name.Length == 0) return BytesAnswer.Error(422, "Name: a tag must not be empty.");
        return TagText.TryRead(id, out string tag, out _) && await changes.RenameTagAsync(request.Visitor.Scope, tag, name, cancellation) > 0
            ? BytesAnswer.Text(200, "ok")
            : DeleteTagHandler.NotFound();
    }
}

/// <summary><c>DELETE /api/v1/tags/{Tag}</c>: takes a tag off whatever has it.</summary>
internal sealed class DeleteTagHandler(MailChanges changes) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        TagText.TryRead(id, out string tag, out _) && await changes.RenameTagAsync(request.Visitor.Scope, tag, null, cancellation) > 0
            ? BytesAnswer.Text(200, "ok")
            : NotFound();

    public static Answer NotFound() => BytesAnswer.Error(404, "No message has this tag.");
}
