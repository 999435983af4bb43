using System.Globalization;

namespace Smtpd.Mime;

/// <summary>Reads a Date field (RFC 5322 §3.3 and §4.3) in the shapes that occur: two-digit years, named zones, comments.</summary>
internal static class DateReader
{
    private static readonly string[] _months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>Null when there is no date to be read.</summary>
    public static DateTimeOffset? Read(string value)
    {
        // In a Received field the date stands behind the last semicolon (RFC 5321 §4.4).
        string text = WithoutComments(value).TrimEnd(' ', '\t', ';');
        string[] words = text[(text.LastIndexOf(';') + 1)..].Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        int day = 0, month = 0, year = -1;
        TimeSpan? time = null;
        TimeSpan zone = TimeSpan.Zero;
        foreach (string word in words)
        {
            if (word.Contains(':', StringComparison.Ordinal) && time is null)
            {
                time = Time(word);
                if (time is null) return null;
            }
            else if (time is not null && Zone(word) is { } offset) zone = offset;
            else if (month == 0 && MonthOf(word) is > 0 and int named) month = named;
            else if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                if (day == 0 && word.Length <= 2) day = number;
                else if (year < 0) year = word.Length switch { 2 => number < 50 ? 2000 + number : 1900 + number, 3 => 1900 + number, _ => number };
            }
            else if (word.AsSpan().Count('-') == 2 && word.Split('-') is [var first, var second, var third])
            {
                // 4-Mar-2004, or 2004-03-04
                if (MonthOf(second) is > 0 and int middle) month = middle;
                else if (!int.TryParse(second, out month)) return null;
                if (!int.TryParse(first.Length == 4 ? third : first, out day) || !int.TryParse(first.Length == 4 ? first : third, out year)) return null;
                if (year < 100) year += year < 50 ? 2000 : 1900;
            }
        }
        if (month is < 1 or > 12 || year is < 1 or > 9998 || day < 1 || day > DateTime.DaysInMonth(year, month)) return null;
        DateTime local = new DateTime(year, month, day) + (time ?? TimeSpan.Zero);
        // The first hours of the year 1 have no UTC in the zones east of it.
        return local.Ticks < zone.Ticks ? null : new DateTimeOffset(local, zone);
    }

    private static int MonthOf(string word) => word.Length < 3 ? 0 : Array.FindIndex(_months, month => word.StartsWith(month, StringComparison.OrdinalIgnoreCase)) + 1;

    private static TimeSpan? Time(string word)
    {
        string[] parts = word.Split(':');
        if (parts.Length > 3 || !int.TryParse(parts[0], out int hour) || !int.TryParse(parts[1], out int minute)) return null;
        int second = 0;
        if (parts.Length == 3 && !int.TryParse(parts[2].Split('.')[0], out second)) return null;
        // A leap second counts as the one before it.
        return hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60 ? null : new TimeSpan(hour, minute, Math.Min(second, 59));
    }

    private static TimeSpan? Zone(string word)
    {
        // The sign decides, also behind a name ("GMT+0200").
        if (word.Length > 3 && word[3] is '+' or '-' && word.StartsWith("GMT", StringComparison.OrdinalIgnoreCase) | word.StartsWith("UTC", StringComparison.OrdinalIgnoreCase)) word = word[3..];
        // Usually four digits; some senders leave the first zero out, others write a colon.
        if (word.Length == 6 && word[3] == ':') word = word.Remove(3, 1);
        if (word.Length is 4 or 5 && word[0] is '+' or '-' && int.TryParse(word.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            var offset = new TimeSpan(number / 100, number % 100, 0);
            if (offset > TimeSpan.FromHours(14)) return TimeSpan.Zero;
            return word[0] == '-' ? -offset : offset;
        }
        return word.ToUpperInvariant() switch
        {
            "GMT" or "UT" or "UTC" or "Z" => TimeSpan.Zero,
            "EST" or "EST5EDT" => TimeSpan.FromHours(-5),
            "EDT" => TimeSpan.FromHours(-4),
            "CST" or "CST6CDT" => TimeSpan.FromHours(-6),
            "CDT" => TimeSpan.FromHours(-5),
            "MST" or "MST7MDT" => TimeSpan.FromHours(-7),
            "MDT" => TimeSpan.FromHours(-6),
            "PST" or "PST8PDT" => TimeSpan.FromHours(-8),
            "PDT" => TimeSpan.FromHours(-7),
            _ => null,
        };
    }

    private static string WithoutComments(string value)
    {
        if (!value.Contains('(', StringComparison.Ordinal)) return value;
        var text = new System.Text.StringBuilder(value.Length);
        int depth = 0;
        for (int i = 0; i < value.Length; i++)
        {
            char letter = value[i];
            if (letter == '\\' && depth > 0) i++;
            else if (letter == '(') depth++;
            else if (letter == ')') depth = Math.Max(0, depth - 1);
            else if (depth == 0) text.Append(letter);
        }
        return text.ToString();
    }
}
