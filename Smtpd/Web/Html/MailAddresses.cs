using System.Globalization;
using System.Text;

namespace Smtpd.Web.Html;

/// <summary>
/// Addresses (URLs) in a mail, in the one spelling in which they are written out: browsers read them with tolerance, so what is
/// not plainly an address of one of the few kinds is none. Null is the answer to everything else.
/// </summary>
internal static class MailAddresses
{
    /// <summary>Longer ones are not followed; some browsers would not either.</summary>
    private const int Most = 16 * 1024;

    /// <summary>Characters of a Content-ID that is looked for.</summary>
    private const int MostContentId = 500;

    /// <summary>Where a link may lead: http, https, mailto, or a place in the same mail.</summary>
    public static string? Link(string address)
    {
        if (Remote(address) is { } remote) return remote;
        string plain = WithoutBlanks(address);
        if (plain.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)) return "mailto:" + Encoded(plain["mailto:".Length..]);
        return Fragment(plain);
    }

    /// <summary><c>#name</c>, with the name as it is in the mail that is shown.</summary>
    public static string? Fragment(string address)
    {
        string plain = WithoutBlanks(address);
        return plain.StartsWith('#') && Css.CssText.IsPlain(plain[1..]) ? "#" + MailNames.Of(plain[1..]) : null;
    }

    /// <summary>An address of another host. It needs both slashes: <c>http:x</c> means a place on our own.</summary>
    public static string? Remote(string address)
    {
        string plain = WithoutBlanks(address);
        string scheme = plain.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? "https:"
            : plain.StartsWith("http:", StringComparison.OrdinalIgnoreCase) ? "http:" : "";
        // Without a scheme it is the one of the page, which says nothing of theirs.
        if (scheme.Length == 0 && !IsTwoSlashes(plain)) return null;
        string rest = plain[scheme.Length..];
        if (!IsTwoSlashes(rest)) return null;
        rest = rest.TrimStart('/', '\\');
        if (rest.Length == 0 || rest[0] is '?' or '#' or ':' or '@') return null;
        return $"{(scheme.Length == 0 ? "https:" : scheme)}//{Encoded(rest.Replace('\\', '/'))}";
    }

    /// <summary><c>cid:</c> and the Content-ID of a part (RFC 2392), percent-encoded but for the plainest characters.</summary>
    public static string? Attached(string address)
    {
        string plain = WithoutBlanks(address);
        if (!plain.StartsWith("cid:", StringComparison.OrdinalIgnoreCase) || plain.Length is < 5 or > MostContentId) return null;
        return "cid:" + Uri.EscapeDataString(Uri.UnescapeDataString(plain["cid:".Length..]));
    }

    /// <summary>As a browser begins (URL Standard §4.4): without controls and blanks around it and line ends within. Empty when too long for an address.</summary>
    public static string WithoutBlanks(string address)
    {
        ReadOnlySpan<char> trimmed = address.AsSpan();
        while (!trimmed.IsEmpty && trimmed[0] <= ' ') trimmed = trimmed[1..];
        while (!trimmed.IsEmpty && trimmed[^1] <= ' ') trimmed = trimmed[..^1];
        if (!trimmed.ContainsAny('\t', '\n', '\r')) return trimmed.ToString();
        return trimmed.ToString().Replace("\t", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
    }

    private static bool IsTwoSlashes(string text) => text.Length > 1 && text[0] is ('/' or '\\') && text[1] is ('/' or '\\');

    /// <summary>What could end a string, an attribute, an element or a function is percent-encoded, and so are blanks and controls.</summary>
    private static string Encoded(string text)
    {
        if (text.Length > Most) text = text[..Most];
        var made = new StringBuilder(text.Length);
        foreach (char one in text)
        {
            if (one <= ' ' || one is '"' or '\'' or '<' or '>' or '(' or ')' or '\\' or '`' or '{' or '}' or '|' or '^' or '\u007f')
                made.Append(CultureInfo.InvariantCulture, $"%{(int)one:X2}");
            else made.Append(one);
        }
        return made.ToString();
    }
}
