namespace Smtpd.Web.Html.Css;

/// <summary>Finds its way among brackets (CSS Syntax Level 3 §5.4.8). Without recursion: nesting costs a bit a level.</summary>
internal static class CssBlocks
{
    /// <returns>Where the sign is outside all brackets that open here, or the number of tokens.</returns>
    public static int IndexOf(ReadOnlySpan<CssToken> tokens, char sign, char other = '\0')
    {
        var open = new Stack<char>();
        for (int i = 0; i < tokens.Length; i++)
        {
            CssToken token = tokens[i];
            if (token.Kind == CssTokenKind.Function)
            {
                open.Push(')');
                continue;
            }
            if (token.Kind != CssTokenKind.Sign) continue;
            char one = token.Text[0];
            if (open.Count == 0 && (one == sign || (one == other && other != '\0'))) return i;
            if (one is '(' or '[' or '{') open.Push(one switch { '(' => ')', '[' => ']', _ => '}' });
            else if (open.TryPeek(out char end) && end == one) open.Pop();
        }
        return tokens.Length;
    }

    /// <summary>Without blanks at both ends.</summary>
    public static ReadOnlySpan<CssToken> Trim(ReadOnlySpan<CssToken> tokens)
    {
        while (!tokens.IsEmpty && tokens[0].Kind == CssTokenKind.Blank) tokens = tokens[1..];
        while (!tokens.IsEmpty && tokens[^1].Kind == CssTokenKind.Blank) tokens = tokens[..^1];
        return tokens;
    }
}
