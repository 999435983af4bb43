using System.Globalization;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web;

/// <summary><c>/api/v1/messages</c>: the newest messages first.</summary>
internal sealed class MessagesHandler(IMailStore store) : IHandler
{
    private const int DefaultLimit = 50;

    /// <summary>What one answer may hold; <see cref="IMailStore.ListAsync"/> gives no more either.</summary>
    private const int MaxLimit = 1000;

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        long start = 0;
        if (request.Query["start"] is { } startText && !TryParse(startText, out start))
            return BytesAnswer.Error(400, "start: must be a whole number, 0 or more.");

        long limit = DefaultLimit;
        if (request.Query["limit"] is { } limitText && (!TryParse(limitText, out limit) || limit is < 1 or > MaxLimit))
            return BytesAnswer.Error(400, $"limit: must be a whole number from 1 to {MaxLimit}.");

        MessageId? before = null;
        if (request.Query["before"] is { } beforeText)
        {
            if (!MessageId.TryParse(beforeText, out MessageId oldest)) return BytesAnswer.Error(400, "before: must be a message ID of 24 hexadecimal digits.");
            before = oldest;
        }

        MessagePage page = await store.ListAsync(request.Visitor.Scope, start, before, (int)limit, cancellation);
        return BytesAnswer.Json(200, MessageListAnswer.Of(page, start), ApiJson.Default.MessageListAnswer);
    }

    /// <summary>Digits only: long.TryParse alone lets NULs pass at the end.</summary>
    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
}
