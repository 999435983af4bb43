using Smtpd.Policy;
using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web;

/// <summary><c>GET /api/v1/blocks</c>: who is blocked.</summary>
internal sealed class BlocksHandler(BlockLists blocks) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        IReadOnlyList<Block> all = await blocks.ListAsync(cancellation);
        var answer = new BlockListAnswer(
            all.Count,
            [.. all.Select(BlockAnswer.Of)],
            new EnforcedAnswer(blocks.Settings.Hosts, blocks.Settings.Senders, blocks.Settings.Recipients));
        return BytesAnswer.Json(200, answer, ApiJson.Default.BlockListAnswer);
    }
}

/// <summary><c>POST /api/v1/blocks</c>: blocks a host, a sender or a recipient.</summary>
internal sealed class BlockHandler(BlockLists blocks) : IHandler
{
    /// <summary>Letters of a note: a sentence or two.</summary>
    private const int MaxNote = 500;

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        (BlockRequest? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.BlockRequest, cancellation);
        if (body is null) return refusal!;
        if (BlockAnswer.KindOf(body.Kind) is not { } kind) return BytesAnswer.Error(422, "Kind must be host, sender or recipient.");
        if (!BlockText.TryRead(kind, body.Text ?? "", out string text))
        {
            return BytesAnswer.Error(422, kind == BlockKind.Host
                ? "Text must be an IP address or a network such as 192.0.2.0/24."
                : "Text must be an address such as user@example.com, or a domain: example.com for itself, *.example.com for those below it.");
        }
        if (body.Note is { Length: > MaxNote }) return BytesAnswer.Error(422, $"Note must not be longer than {MaxNote} characters.");
        (Block block, _) = await blocks.AddAsync(kind, text, body.Note ?? "", cancellation);
        return BytesAnswer.Json(200, BlockAnswer.Of(block), ApiJson.Default.BlockAnswer);
    }
}

/// <summary><c>DELETE /api/v1/blocks</c>: takes the entries away that the body names.</summary>
internal sealed class UnblockHandler(BlockLists blocks) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        (UnblockRequest? body, Answer? refusal) = await ChangeRequest.ReadAsync(request, ApiJson.Default.UnblockRequest, cancellation);
        if (body is null) return refusal!;
        // Unlike with messages nothing named is not all: to unblock everybody by a slip is no small matter.
        if (body.Ids is null or []) return BytesAnswer.Error(422, "IDs must name the entries to take away.");
        await blocks.RemoveAsync(body.Ids, cancellation);
        return BytesAnswer.Text(200, "ok");
    }
}
