using System.Diagnostics.CodeAnalysis;

namespace Smtpd.Storage.Search;

/// <summary>What somebody searches for, as the search language says it (docs/api.md, "Search").</summary>
internal sealed record SearchQuery(string Text)
{
    /// <param name="zone">In which days of <c>after:</c> and <c>before:</c> begin.</param>
    /// <param name="now">From which ages count.</param>
    /// <param name="problem">What is wrong with it and the way out, for people; null when nothing is.</param>
    public static bool TryParse(string text, TimeZoneInfo zone, DateTimeOffset now, [NotNullWhen(true)] out SearchQuery? query, [NotNullWhen(false)] out string? problem)
    {
        (query, problem) = (new SearchQuery(text), null);
        return true;
    }
}
