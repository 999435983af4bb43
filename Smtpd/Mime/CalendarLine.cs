using System.Text;

namespace Smtpd.Mime;

/// <summary>The lines of a calendar: <c>NAME;PARAMETER=value:value</c> (RFC 5545 §3.1).</summary>
internal static class CalendarLine
{
    /// <summary>Letters of a line with its continuations; the rest of a longer one is left out.</summary>
    private const int LongestLine = 16 * 1024;

    /// <summary>Every line that is one, with its name in capitals.</summary>
    public static IEnumerable<(string Name, Parameters Parameters, string Value)> All(string calendar)
    {
        foreach (string line in Unfolded(calendar))
        {
            int colon = Colon(line);
            if (colon <= 0) continue;
            Parameters parameters = Parameters.Read(line[..colon]);
            yield return (parameters.Head.ToUpperInvariant(), parameters, line[(colon + 1)..]);
        }
    }

    /// <summary>The first colon that is not between quotation marks.</summary>
    private static int Colon(string line)
    {
        bool isQuoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"') isQuoted = !isQuoted;
            else if (line[i] == ':' && !isQuoted) return i;
        }
        return -1;
    }

    private static IEnumerable<string> Unfolded(string calendar)
    {
        var line = new StringBuilder();
        int position = 0;
        while (position < calendar.Length)
        {
            int feed = calendar.IndexOf('\n', position);
            if (feed < 0) feed = calendar.Length;
            int end = feed > position && calendar[feed - 1] == '\r' ? feed - 1 : feed;
            bool goesOn = line.Length > 0 && calendar[position] is ' ' or '\t';
            if (!goesOn && line.Length > 0)
            {
                yield return line.ToString();
                line.Clear();
            }
            int start = goesOn ? position + 1 : position;
            line.Append(calendar, start, Math.Clamp(end - start, 0, LongestLine - Math.Min(line.Length, LongestLine)));
            position = feed + 1;
        }
        if (line.Length > 0) yield return line.ToString();
    }

    /// <summary>Undoes the escapes of a text (RFC 5545 §3.3.11).</summary>
    public static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal)) return value;
        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length) text.Append(value[i]);
            else text.Append(value[++i] is 'n' or 'N' ? '\n' : value[i]);
        }
        return text.ToString();
    }
}
