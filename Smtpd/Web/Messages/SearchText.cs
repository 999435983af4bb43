using System.Buffers;
using Smtpd.Storage.Search;

namespace Smtpd.Web.Messages;

/// <summary>Reads what somebody searches for out of a request.</summary>
internal static class SearchText
{
    /// <summary>Letters of a query: what nobody types by hand, and little to take apart.</summary>
    public const int MaxLength = 2000;

    /// <summary>The longest name in the time zone database has 32 letters.</summary>
    private const int MaxZone = 64;

    private static readonly SearchValues<char> s_zoneLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_/");

    /// <param name="text">The query; null or empty is refused, for it would come to mean all.</param>
    /// <param name="member">What the query is called where it stands.</param>
    /// <param name="members">Where <c>tz</c> stands, if anywhere.</param>
    /// <param name="mailboxPlus">True where <c>name+tag</c> shares the mailbox of <c>name</c>.</param>
    /// <param name="refusal">What is wrong; null when nothing is.</param>
    public static SearchQuery? Read(string? text, string member, HttpQuery members, TimeProvider clock, bool mailboxPlus, out Answer? refusal)
    {
        refusal = null;
        if (string.IsNullOrWhiteSpace(text)) refusal = BytesAnswer.Error(400, $"{member}: must say what to search for.");
        else if (text.Length > MaxLength) refusal = BytesAnswer.Error(400, $"{member}: must not be longer than {MaxLength} characters.");
        if (refusal is not null) return null;
        if (Zone(members["tz"]) is not { } zone)
        {
            refusal = BytesAnswer.Error(400, "tz: must be the name of a time zone that this computer knows, such as Europe/Vienna.");
            return null;
        }
        if (SearchQuery.TryParse(text!, zone, clock.GetUtcNow(), out SearchQuery? query, out string? problem, mailboxPlus)) return query;
        refusal = BytesAnswer.Error(400, $"{member}: {problem}");
        return null;
    }

    /// <summary>Names become names of files, so nothing but letters that stand in names of zones gets there (path traversal).</summary>
    private static TimeZoneInfo? Zone(string? name)
    {
        if (string.IsNullOrEmpty(name)) return TimeZoneInfo.Utc;
        if (name.Length > MaxZone || name[0] == '/' || name.AsSpan().ContainsAnyExcept(s_zoneLetters)) return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone) ? zone : null;
    }
}
