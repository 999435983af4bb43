using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Web.Api;
using Smtpd.Web.Messages;

namespace Smtpd.Web.Tags;

/// <summary><c>GET /api/v1/tags</c>: the tags in use.</summary>
internal sealed class TagsHandler(IMailStore store) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        BytesAnswer.Json(200, await store.ListTagsAsync(request.Visitor.Scope, cancellation), ApiJson.Default.IReadOnlyListString);
}

/// <summary><c>PUT /api/v1/tags</c>: gives the messages that the body names, or finds, exactly these tags; or adds some and takes others off.</summary>
internal sealed class SetTagsHandler(IMailStore store, MailChanges changes, TimeProvider clock, bool mailboxPlus) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        (TagsRequest? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.TagsRequest, cancellation);
        if (body is null || (refusal = ChangeRequest.RefuseMany(body.Ids)) is not null) return refusal!;
        if (!TagText.TryReadAll(body.Tags, out IReadOnlyList<string> tags, out string? problem)) return BytesAnswer.Error(422, $"Tags: {problem}.");
        if (!TagText.TryReadAll(body.Add, out IReadOnlyList<string> added, out problem)) return BytesAnswer.Error(422, $"Add: {problem}.");
        if (!TagText.TryReadAll(body.Remove, out IReadOnlyList<string> removed, out problem)) return BytesAnswer.Error(422, $"Remove: {problem}.");
        bool isExact = body.Add is null && body.Remove is null;
        if (!isExact && body.Tags is not null) return BytesAnswer.Error(422, "Name all tags by Tags, or some by Add and Remove, not both.");
        if (!string.IsNullOrEmpty(body.Search) && body.Ids is { Length: > 0 }) return BytesAnswer.Error(422, "Name the messages by IDs or by Search, not by both.");

        MailScope scope = request.Visitor.Scope;
        var change = new TagChange(store, changes, added, removed);
        if (string.IsNullOrEmpty(body.Search))
        {
            // Unlike with marks nothing named is nothing.
            if (await ChangeRequest.MessagesAsync(store, scope, body.Ids, cancellation) is not { Count: > 0 } named) return BytesAnswer.Text(200, "ok");
            problem = await ChangeAsync(named);
            return problem is null ? BytesAnswer.Text(200, "ok") : BytesAnswer.Error(422, problem);
        }
        if (SearchText.Read(body.Search, "Search", request.Query, clock, mailboxPlus, out refusal) is not { } search) return refusal!;
        await foreach (IReadOnlyList<MessageId> slice in store.MatchAsync(scope, search, cancellation))
            if ((problem = await ChangeAsync(slice)) is not null) return BytesAnswer.Error(422, problem);
        return BytesAnswer.Text(200, "ok");

        async ValueTask<string?> ChangeAsync(IReadOnlyList<MessageId> messages)
        {
            if (!isExact) return await change.ApplyAsync(scope, messages, cancellation);
            await changes.SetTagsAsync(scope, messages, tags, cancellation);
            return null;
        }
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
