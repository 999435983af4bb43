using System.Globalization;

namespace Smtpd.Storage.Search;

/// <summary>Reads the dates, times and ages of <c>after:</c> and <c>before:</c>.</summary>
internal static class SearchTimes
{
    /// <summary>Years, months, days; without an offset they are the reader's own.</summary>
    private static readonly string[] _forms =
    [
        "yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyy-M", "yyyy/M", "yyyy",
        "yyyy-M-d'T'HH:mm", "yyyy-M-d'T'HH:mm:ss", "yyyy-M-d'T'HH:mm:ss.FFFFFFF", "yyyy-M-d HH:mm", "yyyy-M-d HH:mm:ss",
    ];

    /// <summary>RFC 3339 §5.6.</summary>
    private static readonly string[] _instants = ["yyyy-M-d'T'HH:mmzzz", "yyyy-M-d'T'HH:mm:sszzz", "yyyy-M-d'T'HH:mm:ss.FFFFFFFzzz", "yyyy-M-d HH:mm:sszzz"];

    /// <summary>The moment at which it begins; null when the text is none.</summary>
    public static DateTimeOffset? Read(string text, TimeZoneInfo zone, DateTimeOffset now)
    {
        text = text.Trim().ToUpperInvariant();
        if (text.EndsWith('Z')) text = text[..^1] + "+00:00";
        if (text is "TODAY" or "YESTERDAY") return At(TimeZoneInfo.ConvertTime(now, zone).Date.AddDays(text == "TODAY" ? 0 : -1), zone);
        if (ReadAge(text, now) is { } then) return then;
        if (DateTimeOffset.TryParseExact(text, _instants, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset instant)) return instant;
        return DateTime.TryParseExact(text, _forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local) ? At(local, zone) : null;
    }

    /// <summary>An hour that a change of clocks leaves out is taken by the offset before it; what no calendar reaches, by its end.</summary>
    private static DateTimeOffset At(DateTime local, TimeZoneInfo zone)
    {
        TimeSpan offset = zone.GetUtcOffset(local);
        long utc = local.Ticks - offset.Ticks;
        return utc <= DateTime.MinValue.Ticks ? DateTimeOffset.MinValue : utc >= DateTime.MaxValue.Ticks ? DateTimeOffset.MaxValue : new DateTimeOffset(utc, TimeSpan.Zero);
    }

    private static DateTimeOffset? ReadAge(string text, DateTimeOffset now)
    {
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count)) return null;
        try
        {
            return text[^1] switch
            {
                'H' => now.AddHours(-(double)count),
                'D' => now.AddDays(-(double)count),
                'W' => now.AddDays(-7.0 * count),
                'M' => now.AddMonths(-count),
                'Y' => now.AddYears(-count),
                _ => null,
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            // Before the first day of the calendar there was no mail.
            return DateTimeOffset.MinValue;
        }
    }
}
