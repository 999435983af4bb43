using System.Globalization;
using System.Text;

namespace Smtpd.Mime;

/// <summary>An invitation (RFC 5545, RFC 6047) in a few lines: what, when, where, and with whom.</summary>
internal static class CalendarText
{
    /// <summary>Of a calendar with many events the first are told.</summary>
    private const int MostEvents = 20;

    private const int MostAttendees = 20;

    public static string Of(string calendar)
    {
        var text = new StringBuilder();
        string method = "";
        CalendarEvent? present = null;
        int events = 0, attendees = 0;
        foreach ((string name, Parameters parameters, string value) in CalendarLine.All(calendar))
        {
            if (name == "BEGIN" && value is "VEVENT" or "VTODO")
            {
                present = new CalendarEvent(value == "VTODO");
                attendees = 0;
            }
            else if (name == "END" && value is "VEVENT" or "VTODO" && present is not null)
            {
                if (events++ < MostEvents) present.Write(method, text);
                present = null;
            }
            else if (present is null)
            {
                if (name == "METHOD") method = value.ToUpperInvariant();
            }
            else if (name != "ATTENDEE" || attendees++ < MostAttendees) present.Take(name, parameters, value);
        }
        if (events > MostEvents) text.Append(CultureInfo.InvariantCulture, $"\n… and {events - MostEvents} more.\n");
        return WholeLetters.Of(text.ToString());
    }
}

/// <summary>One event or task while its lines come.</summary>
internal sealed class CalendarEvent(bool isTask)
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _attendees = [];

    /// <summary>How deep the lines are inside of what belongs to the event, such as its alarm.</summary>
    private int _inside;

    public void Take(string name, Parameters parameters, string value)
    {
        if (name == "BEGIN") _inside++;
        else if (name == "END") _inside--;
        else if (_inside > 0) return;
        else if (name == "ATTENDEE") _attendees.Add(Person(parameters, value));
        else if (name == "ORGANIZER") _values.TryAdd(name, Person(parameters, value));
        else if (name is "DTSTART" or "DTEND" or "DUE") _values.TryAdd(name, Time(value) + (parameters["TZID"] is { Length: > 0 } zone ? $" ({zone})" : ""));
        else if (name is "SUMMARY" or "LOCATION" or "DESCRIPTION" or "STATUS") _values.TryAdd(name, CalendarLine.Unescape(value).Trim());
    }

    public void Write(string method, StringBuilder text)
    {
        if (text.Length > 0) text.Append('\n');
        string kind = method switch
        {
            "REQUEST" => isTask ? "Task" : "Invitation",
            "CANCEL" => "Cancelled",
            "REPLY" => "Answer",
            "COUNTER" => "Other proposal",
            _ => _values.GetValueOrDefault("STATUS") == "CANCELLED" ? "Cancelled" : isTask ? "Task" : "Event",
        };
        text.Append(kind).Append(": ").Append(_values.GetValueOrDefault("SUMMARY", "(no title)")).Append('\n');
        string begin = _values.GetValueOrDefault("DTSTART", ""), end = _values.GetValueOrDefault("DTEND", _values.GetValueOrDefault("DUE", ""));
        Line("When", end.Length == 0 || begin == end ? begin : begin.Length == 0 ? "until " + end : $"{begin} to {end}", text);
        Line("Where", _values.GetValueOrDefault("LOCATION", ""), text);
        Line("Organizer", _values.GetValueOrDefault("ORGANIZER", ""), text);
        Line("Attendees", string.Join(", ", _attendees), text);
        if (_values.GetValueOrDefault("DESCRIPTION", "") is { Length: > 0 } description) text.Append('\n').Append(description).Append('\n');
    }

    private static void Line(string name, string value, StringBuilder text)
    {
        if (value.Length > 0) text.Append(name).Append(": ").Append(value).Append('\n');
    }

    private static string Person(Parameters parameters, string value)
    {
        string address = value.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? value["mailto:".Length..] : value;
        return parameters["CN"] is { Length: > 0 } name && name != address ? $"{name} <{address}>" : address;
    }

    /// <summary><c>20240131T093000Z</c> as people write it; what is none stays.</summary>
    private static string Time(string value)
    {
        bool isUtc = value.EndsWith('Z');
        string plain = isUtc ? value[..^1] : value;
        if (DateTime.TryParseExact(plain, "yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time))
            return time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + (isUtc ? " UTC" : "");
        return DateTime.TryParseExact(plain, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day) ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : value;
    }
}
