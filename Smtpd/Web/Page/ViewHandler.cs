using System.Text;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Storage;
using Smtpd.Storage.Reading;
using Smtpd.Web.Html;

namespace Smtpd.Web.Page;

/// <summary>
/// <c>/view/{ID}.html</c> and <c>.txt</c>: the message alone, the HTML as <see cref="MailView"/> has it. With <c>?remote=1</c> it may load
/// pictures of other hosts, with <c>?header=1</c> it says above whose it is.
/// </summary>
internal sealed class ViewHandler(IMailStore store) : IHandler
{
    /// <summary>For text: nothing at all.</summary>
    private static readonly HttpHeadField s_textPolicy = new(WebFrontSecurity.Mark, "sandbox; default-src 'none'; frame-ancestors 'self'");

    private readonly MessageLookup _lookup = new(store);
    private readonly MessageReader _reader = new(store);

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        bool isHtml = id.EndsWith(".html", StringComparison.Ordinal);
        if (!isHtml && !id.EndsWith(".txt", StringComparison.Ordinal)) return BytesAnswer.Error(404, "A view ends in .html or .txt.");
        id = id[..id.LastIndexOf('.')];
        if (await _lookup.FindAsync(request.Visitor.Scope, id, cancellation) is not { } message) return MessageLookup.NotFound(id);
        if (await _reader.ReadAsync(message.Id, cancellation) is not { } content) return MessageLookup.NotFound(id);
        if (isHtml) return await HtmlAsync(message, content, request.Query, cancellation);
        if (content.ShownText.Length == 0) return BytesAnswer.Error(404, "The message has no plain text.");
        return BytesAnswer.Of(200, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(content.ShownText), s_textPolicy);
    }

    private async ValueTask<Answer> HtmlAsync(MessageSummary message, MessageContent content, HttpQuery query, CancellationToken cancellation)
    {
        if (content.Html.Length == 0) return BytesAnswer.Error(404, "The message has no HTML.");
        string preface = query["header"] == "1" ? MailPreface.Write(message.Header, MailView.FilesOf(content)) : "";
        return await MailView.AnswerAsync(content, content.Html, preface, query["remote"] == "1", section => _reader.OpenPartAsync(message.Id, section, cancellation), cancellation);
    }
}
