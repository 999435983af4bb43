using System.Net;
using System.Text;

namespace Smtpd.Mime;

/// <summary>What can be read of a page: for previews, never for showing it.</summary>
internal static class HtmlText
{
    private static readonly string[] _hidden = ["style", "script", "head", "title", "template"];

    /// <summary>One pass; what has no end ends with the text.</summary>
    public static string Of(string html)
    {
        var text = new StringBuilder(html.Length);
        int position = 0;
        while (position < html.Length)
        {
            int open = html.IndexOf('<', position);
            if (open < 0) open = html.Length;
            text.Append(html, position, open - position);
            if (open == html.Length) break;
            if (open + 1 < html.Length && html[open + 1] is not ('!' or '/' or '?') && !char.IsAsciiLetter(html[open + 1]))
            {
                text.Append('<');
                position = open + 1;
                continue;
            }
            text.Append(' ');
            position = Behind(html, open);
        }
        return WebUtility.HtmlDecode(text.ToString());
    }

    /// <summary>Where the text goes on behind the tag, comment or hidden element that begins there.</summary>
    private static int Behind(string html, int open)
    {
        if (html.AsSpan(open).StartsWith("<!--")) return End(html, "-->", open);
        foreach (string name in _hidden)
        {
            int behind = open + 1 + name.Length;
            bool isThis = html.AsSpan(open + 1).StartsWith(name, StringComparison.OrdinalIgnoreCase) && behind < html.Length && !char.IsAsciiLetterOrDigit(html[behind]);
            if (isThis) return End(html, ">", End(html, $"</{name}", open) - 1);
        }
        return End(html, ">", open);
    }

    private static int End(string html, string mark, int from)
    {
        int found = from >= html.Length ? -1 : html.IndexOf(mark, Math.Max(0, from), StringComparison.OrdinalIgnoreCase);
        return found < 0 ? html.Length : found + mark.Length;
    }
}
