using System.Globalization;
using System.Text;

namespace Smtpd.Web.Html.Css;

/// <summary>Writes tokens so that they are read as the same tokens again, wherever in HTML the style stands.</summary>
internal static class CssText
{
    /// <returns>False for what cannot be written without an escape outside a string.</returns>
    public static bool Write(CssToken token, StringBuilder made)
    {
        switch (token.Kind)
        {
            case CssTokenKind.Blank:
                made.Append(' ');
                return true;
            case CssTokenKind.Ident:
                made.Append(token.Text);
                return IsPlainName(token.Text);
            case CssTokenKind.Function:
                made.Append(token.Text).Append('(');
                return IsPlainName(token.Text);
            case CssTokenKind.Hash:
                made.Append('#').Append(token.Text);
                return IsPlain(token.Text);
            case CssTokenKind.Text:
                WriteQuoted(token.Text, made);
                return true;
            case CssTokenKind.Number:
                made.Append(token.Text);
                return true;
            case CssTokenKind.Percentage:
                made.Append(token.Text).Append('%');
                return true;
            case CssTokenKind.Dimension:
                made.Append(token.Text).Append(token.Unit);
                // "1e3" would be another number.
                return token.Unit.All(char.IsAsciiLetter) && !(token.Unit.StartsWith('e') && token.Unit.Length == 1);
            case CssTokenKind.Sign:
                made.Append(token.Text);
                return token.Text[0] is not ('<' or '&' or '\0' or '\\');
            default:
                return false;
        }
    }

    /// <summary>Everything that could end the string, the attribute or the element goes in as an escape.</summary>
    public static void WriteQuoted(string text, StringBuilder made)
    {
        made.Append('\'');
        foreach (char one in text)
        {
            if (one is '\'' or '"' or '\\' or '<' or '>' or '&' or < ' ' or '\u007f') made.Append(CultureInfo.InvariantCulture, $"\\{(int)one:x} ");
            else made.Append(one);
        }
        made.Append('\'');
    }

    /// <summary>True for a name that needs no escape and is no custom property.</summary>
    public static bool IsPlainName(string name)
    {
        string rest = name.StartsWith('-') ? name[1..] : name;
        return rest.Length > 0 && !char.IsAsciiDigit(rest[0]) && rest[0] != '-' && IsPlain(rest);
    }

    /// <summary>True when all characters may stand in a name.</summary>
    public static bool IsPlain(string name)
    {
        foreach (char one in name)
            if (!char.IsAsciiLetterOrDigit(one) && one is not ('-' or '_') && one <= '\u00a0') return false;
        return name.Length > 0;
    }
}
