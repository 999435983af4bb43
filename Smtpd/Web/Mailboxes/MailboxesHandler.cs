using Smtpd.Mail;
using Smtpd.Mail.Unicode;
using Smtpd.Storage;
using Smtpd.Web.Api;
using Smtpd.Web.Messages;

namespace Smtpd.Web.Mailboxes;

/// <summary>
/// <c>GET /api/v1/mailboxes</c>: the mailboxes that got mail, their domains, or on the first page both, in the order of their names.
/// </summary>
internal sealed class MailboxesHandler(IMailStore store) : IHandler
{
    private const int DefaultLimit = 100;

    /// <summary>Letters of a filter or a name: no address has more.</summary>
    private const int MaxText = MailAddress.MostOctets;

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        string kind = request.Query["kind"] ?? "address";
        if (kind is not ("address" or "domain")) return BytesAnswer.Error(400, "kind: must be address or domain.");
        if (!ListQuery.TryReadLimit(request.Query, DefaultLimit, out int limit, out Answer? refusal)) return refusal;
        string filter = request.Query["filter"] ?? "";
        if (filter.Length > MaxText) return BytesAnswer.Error(400, $"filter: must not be longer than {MaxText} characters.");
        string? after = request.Query["after"] is { Length: > 0 } text ? text : null;
        if (after?.Length > MaxText) return BytesAnswer.Error(400, $"after: must not be longer than {MaxText} characters.");

        filter = CaseFolding.Key(filter);
        IReadOnlyList<MailboxSummary> found = await store.ListMailboxesAsync(request.Visitor.Scope, kind == "domain", filter, after, limit, cancellation);
        // As many as were asked for may be all there are; whether there are more is another question.
        bool more = found.Count == limit
            && (await store.ListMailboxesAsync(request.Visitor.Scope, kind == "domain", filter, found[^1].Name, 1, cancellation)).Count > 0;
        IReadOnlyList<MailboxSummary> domains = request.Query["kind"] is null && after is null
            ? await store.ListMailboxesAsync(request.Visitor.Scope, true, filter, null, limit, cancellation)
            : [];
        return BytesAnswer.Json(200, new MailboxListAnswer(kind, [.. found.Select(MailboxAnswer.Of)], [.. domains.Select(MailboxAnswer.Of)], more), ApiJson.Default.MailboxListAnswer);
    }
}
