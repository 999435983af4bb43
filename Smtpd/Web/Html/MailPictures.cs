using System.Text;

namespace Smtpd.Web.Html;

/// <summary>
/// Puts pictures that came with a mail into the document that shows it, in place of the <c>cid:</c> addresses (RFC 2392) that the
/// sanitiser left there. In its output these stand behind quotes that no text of the mail has.
/// </summary>
internal static class MailPictures
{
    /// <summary>Octets of pictures that one view holds: they are repeated in its text.</summary>
    public const long MostOctets = 16L * 1024 * 1024;

    /// <summary>Pictures that one view holds.</summary>
    private const int Most = 200;

    private static readonly string[] s_places = ["=\"cid:", "url('cid:"];

    /// <summary>The Content-IDs that a sanitised document names, each once.</summary>
    public static IReadOnlyList<string> ContentIds(string html)
    {
        var found = new List<string>();
        for (int at = 0; Next(html, at) is { } place && found.Count < Most; at = place.End)
        {
            string name = Uri.UnescapeDataString(html[place.Start..place.End]);
            if (!found.Contains(name)) found.Add(name);
        }
        return found;
    }

    /// <summary>Puts each picture in the place of the first reference to it, and of further ones while they are few and it is small.</summary>
    /// <param name="pictures">Addresses with the picture in them, by Content-ID.</param>
    public static string Fill(string html, IReadOnlyDictionary<string, string> pictures)
    {
        long room = 2 * MostOctets;
        var made = new StringBuilder();
        int written = 0;
        for (int at = 0; Next(html, at) is { } place; at = place.End)
        {
            if (!pictures.TryGetValue(Uri.UnescapeDataString(html[place.Start..place.End]), out string? picture) || picture.Length > room) continue;
            room -= picture.Length;
            made.Append(html, written, place.Start - "cid:".Length - written).Append(picture);
            written = place.End;
        }
        return made.Append(html, written, html.Length - written).ToString();
    }

    private static (int Start, int End)? Next(string html, int from)
    {
        int start = -1;
        foreach (string place in s_places)
        {
            int found = html.IndexOf(place, from, StringComparison.Ordinal);
            if (found >= 0 && (start < 0 || found + place.Length < start)) start = found + place.Length;
        }
        if (start < 0) return null;
        int length = html.AsSpan(start).IndexOfAny('"', '\'');
        return length < 0 ? null : (start, start + length);
    }
}
