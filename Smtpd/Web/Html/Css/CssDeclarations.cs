using System.Text;

namespace Smtpd.Web.Html.Css;

/// <summary>
/// The declarations of a style attribute or of a rule: those that are allowed are written anew, token by token, so that nothing of
/// the sender's spelling is left; the others are left away, each as a whole.
/// </summary>
/// <param name="pictures">Which pictures may be named.</param>
internal sealed class CssDeclarations(PictureRule pictures)
{
    /// <summary>Functions that only calculate or paint. None loads, reads an attribute, or runs.</summary>
    private static readonly HashSet<string> s_functions = ((string[])
    [
        "rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color-mix", "light-dark", "calc", "min", "max", "clamp", "minmax", "repeat", "fit-content", "rect",
        "linear-gradient", "radial-gradient", "conic-gradient", "repeating-linear-gradient", "repeating-radial-gradient", "repeating-conic-gradient", "-webkit-linear-gradient", "-moz-linear-gradient",
    ]).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The declarations of a style attribute.</summary>
    public string OfAttribute(string text)
    {
        var made = new StringBuilder();
        Write(CollectionSpan(CssTokenizer.Read(text)), made);
        return made.ToString();
    }

    /// <summary>Writes what is allowed of the declarations, each with its semicolon.</summary>
    public void Write(ReadOnlySpan<CssToken> tokens, StringBuilder made)
    {
        while (!tokens.IsEmpty)
        {
            int end = CssBlocks.IndexOf(tokens, ';');
            WriteOne(tokens[..end], made);
            tokens = end < tokens.Length ? tokens[(end + 1)..] : [];
        }
    }

    private void WriteOne(ReadOnlySpan<CssToken> tokens, StringBuilder made)
    {
        tokens = CssBlocks.Trim(tokens);
        if (tokens.IsEmpty || tokens[0].Kind != CssTokenKind.Ident) return;
        string name = tokens[0].Text.ToLowerInvariant();
        if (!CssProperties.IsAllowed(name)) return;
        tokens = CssBlocks.Trim(tokens[1..]);
        if (tokens.IsEmpty || !tokens[0].Is(':')) return;
        int start = made.Length;
        made.Append(name).Append(':');
        if (WriteValue(name, CssBlocks.Trim(tokens[1..]), made)) made.Append(';');
        else made.Length = start;
    }

    /// <returns>False when something in the value is not allowed.</returns>
    private bool WriteValue(string property, ReadOnlySpan<CssToken> tokens, StringBuilder made)
    {
        if (tokens.IsEmpty) return false;
        int depth = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            CssToken token = tokens[i];
            if (token.Is('(') || token.Kind == CssTokenKind.Function) depth++;
            if (token.Is(')')) depth--;
            if (depth < 0 || !IsFit(property, token)) return false;
            // "U+0-7Furl(" was the name of a function once (CSS Syntax of 2014, unicode-range).
            if (token.Is('(') && i > 0 && tokens[i - 1].Kind == CssTokenKind.Dimension) return false;
            if (token.Kind == CssTokenKind.Url || token.Names(CssTokenKind.Function, "url"))
            {
                string? address = token.Text;
                if (token.Kind == CssTokenKind.Function)
                {
                    address = ReadArgument(tokens, ref i);
                    depth--;
                }
                if (address is null || !CssProperties.MayHoldPicture(property)) return false;
                // "none" keeps the rest of the declaration, a colour above all.
                made.Append(pictures.Of(address) is { } picture ? $"url('{picture}')" : "none");
            }
            else if (!CssText.Write(token, made)) return false;
        }
        // A bracket that is never closed would be closed behind what we write next.
        return depth == 0;
    }

    private static bool IsFit(string property, CssToken token) => token.Kind switch
    {
        // The topmost layer is ours, for what is said of the mail.
        CssTokenKind.Function when property == "z-index" => false,
        CssTokenKind.Number when property == "z-index" => token.Text.Length < 10,
        CssTokenKind.Function => token.Names(CssTokenKind.Function, "url") || s_functions.Contains(token.Text),
        // Both lie over what stands elsewhere, and go with whoever scrolls.
        CssTokenKind.Ident when property == "position" => !token.Text.Equals("fixed", StringComparison.OrdinalIgnoreCase)
            && !token.Text.EndsWith("sticky", StringComparison.OrdinalIgnoreCase),
        CssTokenKind.Hash => token.Text.Length is >= 3 and <= 8 && token.Text.All(char.IsAsciiHexDigit),
        CssTokenKind.Sign => token.Text[0] is ',' or '/' or '(' or ')' or '+' or '-' or '*' or '!',
        CssTokenKind.AtKeyword or CssTokenKind.Bad => false,
        _ => true,
    };

    /// <summary>The string within <c>url("…")</c>; null when there is more in it.</summary>
    private static string? ReadArgument(ReadOnlySpan<CssToken> tokens, ref int at)
    {
        int end = at + 1 + CssBlocks.IndexOf(tokens[(at + 1)..], ')');
        if (end >= tokens.Length) return null;
        ReadOnlySpan<CssToken> inside = CssBlocks.Trim(tokens[(at + 1)..end]);
        at = end;
        return inside.Length == 1 && inside[0].Kind == CssTokenKind.Text ? inside[0].Text : null;
    }

    private static ReadOnlySpan<CssToken> CollectionSpan(List<CssToken> tokens) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tokens);
}
