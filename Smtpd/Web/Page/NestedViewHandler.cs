using Smtpd.Storage;
using Smtpd.Storage.Reading;
using Smtpd.Web.Html;

namespace Smtpd.Web.Page;

/// <summary>
/// <c>/view/{ID}/{PartID}.html</c>: a message within the message, under the same rules as one of its own (<see cref="MailView"/>). Whose it
/// is stands above; where it has no HTML its text is shown.
/// </summary>
internal sealed class NestedViewHandler(IMailStore store) : IHandler
{
    private const string Ending = ".html";

    private readonly MessageLookup _lookup = new(store);
    private readonly MessageReader _reader = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        string section = request.Path![^1];
        if (!section.EndsWith(Ending, StringComparison.Ordinal)) return BytesAnswer.Error(404, "The view of a part ends in .html.");
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        await using NestedMessage? nested = await _reader.ReadNestedAsync(message.Id, section[..^Ending.Length], cancellation);
        if (nested is null) return BytesAnswer.Error(404, "The message has no part with this number that is a message.");
        MessageContent content = await nested.ReadAsync(cancellation);
        string note = nested.IsWhole ? "" : $"only the first {NestedMessage.MostDecoded / (1024 * 1024)} MiB are shown";
        string preface = MailPreface.Write(nested.Header, MailView.FilesOf(content), note);
        string html = content.Html.Length > 0 ? content.Html : MailPreface.OfText(content.ShownText.Length > 0 ? content.ShownText : "The message has no text.");
        return await MailView.AnswerAsync(content, html, preface, request.Query["remote"] == "1", part => nested.OpenPartAsync(part, keepSource: true, cancellation), cancellation);
    }
}
