using System.Diagnostics.CodeAnalysis;
using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Web.Messages;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Start">How many of the newest to leave out.</param>
/// <param name="Limit">How many to give, 1 to <see cref="MaxLimit"/>.</param>
/// <param name="Before">If given, only messages older than this one.</param>
internal sealed record ListQuery(long Start, int Limit, MessageId? Before)
{
    public const int DefaultLimit = 50;

    /// <summary>What one answer may hold; <see cref="IMailStore.ListAsync"/> gives no more either.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Null, with the refusal, when a member is not what it must be.</summary>
    public static ListQuery? Read(HttpQuery query, out Answer? refusal)
    {
        long start = 0;
        if (query["start"] is { } startText && !HttpNumber.TryParse(startText, out start))
        {
            refusal = BytesAnswer.Error(400, "start: must be a whole number, 0 or more.");
            return null;
        }
        if (!TryReadLimit(query, DefaultLimit, out int limit, out refusal)) return null;
        MessageId? before = null;
        if (query["before"] is { } beforeText)
        {
            if (!MessageId.TryParse(beforeText, out MessageId oldest))
            {
                refusal = BytesAnswer.Error(400, "before: must be a message ID of 24 hexadecimal digits.");
                return null;
            }
            before = oldest;
        }
        return new ListQuery(start, limit, before);
    }

    public static bool TryReadLimit(HttpQuery query, int otherwise, out int limit, [NotNullWhen(false)] out Answer? refusal)
    {
        limit = otherwise;
        refusal = null;
        if (query["limit"] is not { } text) return true;
        if (HttpNumber.TryParse(text, out long number) && number is >= 1 and <= MaxLimit)
        {
            limit = (int)number;
            return true;
        }
        refusal = BytesAnswer.Error(400, $"limit: must be a whole number from 1 to {MaxLimit}.");
        return false;
    }
}
