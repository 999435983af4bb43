using System.Runtime.InteropServices;
using System.Text;

namespace Smtpd.Web.Html.Css;

/// <summary>
/// The content of a <c>style</c> element: its rules, with selectors that reach the mail alone, and its media queries. Every other
/// at-rule is left away with its block: <c>@import</c> and <c>@font-face</c> load, <c>@keyframes</c> move, <c>@namespace</c> and
/// <c>@layer</c> change what rules mean.
/// </summary>
internal sealed class CssSheet(CssDeclarations declarations)
{
    /// <summary>Media queries within media queries; more has no use.</summary>
    private const int MostNesting = 3;

    /// <param name="media">Where it holds, as the element says; empty for everywhere.</param>
    public string Of(string text, string media = "")
    {
        var made = new StringBuilder();
        ReadOnlySpan<CssToken> rules = CollectionsMarshal.AsSpan(CssTokenizer.Read(text)), query = CollectionsMarshal.AsSpan(CssTokenizer.Read(media));
        if (CssBlocks.Trim(query).IsEmpty) WriteRules(rules, made, MostNesting);
        else WriteMedia(query, rules, made, MostNesting);
        return made.ToString();
    }

    private void WriteRules(ReadOnlySpan<CssToken> tokens, StringBuilder made, int nesting)
    {
        while (!(tokens = CssBlocks.Trim(tokens)).IsEmpty)
        {
            bool isAtRule = tokens[0].Kind == CssTokenKind.AtKeyword;
            int open = isAtRule ? CssBlocks.IndexOf(tokens, '{', ';') : CssBlocks.IndexOf(tokens, '{');
            if (open == tokens.Length) return;
            ReadOnlySpan<CssToken> before = tokens[..open], behind = tokens[(open + 1)..];
            if (tokens[open].Is(';'))
            {
                tokens = behind;
                continue;
            }
            int close = CssBlocks.IndexOf(behind, '}');
            if (!isAtRule) WriteRule(before, behind[..close], made);
            else if (before[0].Names(CssTokenKind.AtKeyword, "media") && nesting > 0) WriteMedia(before[1..], behind[..close], made, nesting);
            tokens = close < behind.Length ? behind[(close + 1)..] : [];
        }
    }

    private void WriteRule(ReadOnlySpan<CssToken> selectors, ReadOnlySpan<CssToken> block, StringBuilder made)
    {
        int start = made.Length;
        if (!CssSelectors.Write(selectors, made))
        {
            made.Length = start;
            return;
        }
        made.Append('{');
        int empty = made.Length;
        declarations.Write(block, made);
        if (made.Length == empty) made.Length = start;
        else made.Append("}\n");
    }

    private void WriteMedia(ReadOnlySpan<CssToken> query, ReadOnlySpan<CssToken> block, StringBuilder made, int nesting)
    {
        int start = made.Length;
        made.Append("@media ");
        int depth = 0;
        foreach (CssToken token in CssBlocks.Trim(query))
        {
            if (token.Is('(')) depth++;
            if (token.Is(')')) depth--;
            bool isFit = token.Kind is CssTokenKind.Blank or CssTokenKind.Ident or CssTokenKind.Number or CssTokenKind.Dimension
                || (token.Kind == CssTokenKind.Sign && token.Text[0] is '(' or ')' or ':' or ',' or '/');
            if (depth < 0 || !isFit || !CssText.Write(token, made))
            {
                made.Length = start;
                return;
            }
        }
        made.Append("{\n");
        int empty = made.Length;
        WriteRules(block, made, nesting - 1);
        if (depth != 0 || made.Length == empty) made.Length = start;
        else made.Append("}\n");
    }
}
