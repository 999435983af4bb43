using System.Text;

namespace Smtpd.Web.Html.Css;

/// <summary>
/// Selectors that match within the element that holds the mail and nowhere else (<see cref="MailNames.Scope"/>), and know classes
/// and ids by the names that they have there. A selector that holds anything not listed here is left away; the others of its list stay.
/// </summary>
internal static class CssSelectors
{
    private static readonly HashSet<string> s_pseudoClasses = ((string[])
    [
        "hover", "link", "visited", "active", "focus", "first-child", "last-child", "only-child", "first-of-type", "last-of-type", "only-of-type", "empty", "before", "after", "first-line", "first-letter",
    ]).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> s_countingClasses =
        ((string[])["nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"]).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <returns>False when none of the selectors is left.</returns>
    public static bool Write(ReadOnlySpan<CssToken> tokens, StringBuilder made)
    {
        int start = made.Length;
        while (!tokens.IsEmpty)
        {
            int comma = CssBlocks.IndexOf(tokens, ',');
            WriteOne(CssBlocks.Trim(tokens[..comma]), made, start);
            tokens = comma < tokens.Length ? tokens[(comma + 1)..] : [];
        }
        return made.Length > start;
    }

    private static void WriteOne(ReadOnlySpan<CssToken> tokens, StringBuilder made, int start)
    {
        string first = "";
        ReadOnlySpan<CssToken> rest = tokens;
        // "html body td" means the td of the mail: what is around it stands for the scope.
        while (true)
        {
            if (!TryReadCompound(rest, out string type, out string marks, out int length)) return;
            bool isRoot = type is "html" or ":root";
            bool isScope = isRoot || type == "body";
            rest = rest[length..];
            // What is behind it is read once, by whichever compound is the first that stays.
            if (isRoot && marks.Length == 0 && TrySkipDescent(rest, out ReadOnlySpan<CssToken> below))
            {
                rest = below;
                first = MailNames.Scope;
                continue;
            }
            string ending = "";
            if (!rest.IsEmpty && !TryReadRest(rest, out ending)) return;
            if (isScope) Append(made, start, $".{MailNames.Scope}{marks}{ending}");
            else
            {
                Append(made, start, $".{MailNames.Scope} {type}{marks}{ending}");
                // The element that holds the mail is one of its own too, and may have the class. Behind html nothing else is.
                if (type is "" or "*" && first.Length == 0) Append(made, start, $".{MailNames.Scope}{marks}{ending}");
            }
            return;
        }
    }

    private static void Append(StringBuilder made, int start, string selector)
    {
        if (made.Length > start) made.Append(',');
        made.Append(selector);
    }

    /// <summary>Behind the first compound: combinators and further compounds.</summary>
    private static bool TryReadRest(ReadOnlySpan<CssToken> tokens, out string made)
    {
        var text = new StringBuilder();
        made = "";
        while (!tokens.IsEmpty)
        {
            char combinator = ' ';
            int at = 0;
            while (at < tokens.Length && (tokens[at].Kind == CssTokenKind.Blank || tokens[at].Is('>') || tokens[at].Is('+') || tokens[at].Is('~')))
            {
                if (tokens[at].Kind != CssTokenKind.Blank)
                {
                    if (combinator != ' ') return false;
                    combinator = tokens[at].Text[0];
                }
                at++;
            }
            if (at == 0 || !TryReadCompound(tokens[at..], out string type, out string marks, out int length)) return false;
            text.Append(combinator).Append(type == ":root" ? "html" : type).Append(marks);
            tokens = tokens[(at + length)..];
        }
        made = text.ToString();
        return true;
    }

    /// <summary>Over blanks with or without a <c>&gt;</c>, when something follows.</summary>
    private static bool TrySkipDescent(ReadOnlySpan<CssToken> tokens, out ReadOnlySpan<CssToken> below)
    {
        below = tokens;
        for (bool isChild = false; !below.IsEmpty && (below[0].Kind == CssTokenKind.Blank || (!isChild && below[0].Is('>'))); below = below[1..]) isChild |= below[0].Is('>');
        return below.Length < tokens.Length && !below.IsEmpty;
    }

    /// <summary>Reads what describes one element.</summary>
    /// <param name="type">Its name in lower case, <c>*</c>, <c>:root</c>, or empty.</param>
    /// <param name="marks">Classes, ids, attributes and pseudo-classes, as they are written.</param>
    /// <param name="length">Tokens that were read.</param>
    private static bool TryReadCompound(ReadOnlySpan<CssToken> tokens, out string type, out string marks, out int length)
    {
        var made = new StringBuilder();
        type = marks = "";
        length = 0;
        while (length < tokens.Length)
        {
            CssToken token = tokens[length];
            if (token.Kind == CssTokenKind.Blank || token.Is('>') || token.Is('+') || token.Is('~')) break;
            ReadOnlySpan<CssToken> left = tokens[(length + 1)..];
            int more;
            if (length == 0 && (token.Kind == CssTokenKind.Ident || token.Is('*')))
            {
                type = token.Text.ToLowerInvariant();
                if (type != "*" && !CssText.IsPlainName(type)) return false;
                more = 0;
            }
            else if (token.Kind == CssTokenKind.Hash)
            {
                if (!CssText.IsPlain(token.Text)) return false;
                made.Append('#').Append(MailNames.Of(token.Text));
                more = 0;
            }
            else if (token.Is('.') && !left.IsEmpty && left[0].Kind == CssTokenKind.Ident && CssText.IsPlain(left[0].Text))
            {
                made.Append('.').Append(MailNames.Of(left[0].Text));
                more = 1;
            }
            else if (token.Is('[')) more = ReadAttribute(left, made);
            else if (token.Is(':')) more = ReadPseudo(left, made, length == 0, ref type);
            else return false;
            if (more < 0) return false;
            length += 1 + more;
        }
        marks = made.ToString();
        return length > 0;
    }

    /// <returns>Tokens that were read behind the bracket, with the closing one; -1 when it is not allowed.</returns>
    private static int ReadAttribute(ReadOnlySpan<CssToken> tokens, StringBuilder made)
    {
        int end = CssBlocks.IndexOf(tokens, ']');
        if (end == tokens.Length) return -1;
        ReadOnlySpan<CssToken> inside = CssBlocks.Trim(tokens[..end]);
        if (inside.IsEmpty || inside[0].Kind != CssTokenKind.Ident || !CssText.IsPlainName(inside[0].Text)) return -1;
        string name = inside[0].Text.ToLowerInvariant();
        made.Append('[').Append(name);
        inside = CssBlocks.Trim(inside[1..]);
        if (!inside.IsEmpty)
        {
            char relation = '=';
            if (inside.Length > 1 && inside[0].Kind == CssTokenKind.Sign && inside[0].Text[0] is '~' or '^' or '$' or '*' or '|')
            {
                relation = inside[0].Text[0];
                made.Append(relation);
                inside = inside[1..];
            }
            if (!inside[0].Is('=')) return -1;
            inside = CssBlocks.Trim(inside[1..]);
            if (inside.Length != 1 || inside[0].Kind is not (CssTokenKind.Ident or CssTokenKind.Text)) return -1;
            // The end and the middle of a name are what they were; its beginning is not.
            string value = name is "class" or "id" && relation is '=' or '~' or '^' ? MailNames.OfAll(inside[0].Text) : inside[0].Text;
            made.Append('=');
            CssText.WriteQuoted(value, made);
        }
        made.Append(']');
        return end + 1;
    }

    /// <returns>Tokens that were read behind the colon; -1 when it is not allowed.</returns>
    private static int ReadPseudo(ReadOnlySpan<CssToken> tokens, StringBuilder made, bool isFirst, ref string type)
    {
        int colons = !tokens.IsEmpty && tokens[0].Is(':') ? 1 : 0;
        if (tokens.Length == colons) return -1;
        CssToken token = tokens[colons];
        if (token.Kind == CssTokenKind.Ident && s_pseudoClasses.Contains(token.Text))
        {
            made.Append(colons == 0 ? ":" : "::").Append(token.Text.ToLowerInvariant());
            return colons + 1;
        }
        if (isFirst && colons == 0 && token.Names(CssTokenKind.Ident, "root"))
        {
            type = ":root";
            return 1;
        }
        if (token.Kind != CssTokenKind.Function || colons != 0 || !s_countingClasses.Contains(token.Text)) return -1;
        int end = CssBlocks.IndexOf(tokens[1..], ')');
        if (end == tokens.Length - 1) return -1;
        made.Append(':').Append(token.Text.ToLowerInvariant()).Append('(');
        foreach (CssToken one in tokens[1..(end + 1)])
        {
            bool isFit = one.Kind is CssTokenKind.Number or CssTokenKind.Dimension or CssTokenKind.Ident or CssTokenKind.Blank || one.Is('+') || one.Is('-');
            // "2n-1" is a dimension whose unit has a hyphen in it.
            if (!isFit || !CssText.IsPlain(one.Text.TrimStart('+') + one.Unit + "x") && one.Kind != CssTokenKind.Blank && one.Kind != CssTokenKind.Sign) return -1;
            made.Append(one.Text).Append(one.Unit);
        }
        made.Append(')');
        return end + 2;
    }
}
