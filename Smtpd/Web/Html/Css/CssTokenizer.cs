using System.Text;

namespace Smtpd.Web.Html.Css;

/// <summary>
/// Cuts CSS into tokens exactly as a browser does (CSS Syntax Level 3 §4.3): whoever judges a style sheet has to read the same in it
/// as the one that obeys it. One pass, without recursion; any text gives tokens.
/// </summary>
internal ref struct CssTokenizer(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    /// <summary>All tokens of a text.</summary>
    public static List<CssToken> Read(ReadOnlySpan<char> text)
    {
        var tokens = new List<CssToken>();
        var tokenizer = new CssTokenizer(text);
        while (tokenizer._at < text.Length) tokens.Add(tokenizer.Next());
        return tokens;
    }

    private readonly char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private readonly bool Follows(string wanted) => _text[_at..].StartsWith(wanted, StringComparison.Ordinal);

    private CssToken Next()
    {
        char first = Peek();
        if (IsBlank(first) || Follows("/*")) return Blanks();
        if (first is '"' or '\'') return Quoted(first);
        if (first == '#' && (IsName(Peek(1)) || IsEscape(1)))
        {
            _at++;
            return new CssToken(CssTokenKind.Hash, Name());
        }
        if (StartsNumber()) return Numeric();
        // The brackets of HTML comments mean nothing in a style sheet.
        if (Follows("<!--") || Follows("-->"))
        {
            _at += first == '<' ? 4 : 3;
            return new CssToken(CssTokenKind.Blank, " ");
        }
        if (first == '@' && StartsIdent(1))
        {
            _at++;
            return new CssToken(CssTokenKind.AtKeyword, Name());
        }
        if (StartsIdent(0)) return Named();
        _at++;
        return first == '\\' ? new CssToken(CssTokenKind.Bad, "") : new CssToken(CssTokenKind.Sign, first.ToString());
    }

    private CssToken Blanks()
    {
        while (_at < _text.Length)
        {
            if (IsBlank(Peek())) _at++;
            else if (Follows("/*"))
            {
                int end = _text[(_at + 2)..].IndexOf("*/");
                _at = end < 0 ? _text.Length : _at + 2 + end + 2;
            }
            else break;
        }
        return new CssToken(CssTokenKind.Blank, " ");
    }

    private CssToken Quoted(char quote)
    {
        var made = new StringBuilder();
        _at++;
        while (_at < _text.Length)
        {
            char one = Peek();
            if (one == quote)
            {
                _at++;
                break;
            }
            if (IsLineEnd(one)) return new CssToken(CssTokenKind.Bad, "");
            if (one != '\\')
            {
                made.Append(one);
                _at++;
            }
            else if (_at + 1 >= _text.Length) _at++;
            else if (IsLineEnd(Peek(1))) _at += Peek(1) == '\r' && Peek(2) == '\n' ? 3 : 2;
            else Escaped(made);
        }
        return new CssToken(CssTokenKind.Text, made.ToString());
    }

    private CssToken Numeric()
    {
        int from = _at;
        if (Peek() is '+' or '-') _at++;
        Digits();
        if (Peek() == '.' && char.IsAsciiDigit(Peek(1)))
        {
            _at++;
            Digits();
        }
        if (Peek() is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            _at += 2;
            Digits();
        }
        string number = _text[from.._at].ToString();
        if (StartsIdent(0)) return new CssToken(CssTokenKind.Dimension, number, Name());
        if (Peek() != '%') return new CssToken(CssTokenKind.Number, number);
        _at++;
        return new CssToken(CssTokenKind.Percentage, number);
    }

    private void Digits()
    {
        while (char.IsAsciiDigit(Peek())) _at++;
    }

    private CssToken Named()
    {
        string name = Name();
        if (Peek() != '(') return new CssToken(CssTokenKind.Ident, name);
        _at++;
        if (!name.Equals("url", StringComparison.OrdinalIgnoreCase)) return new CssToken(CssTokenKind.Function, name);
        int ahead = 0;
        while (IsBlank(Peek(ahead))) ahead++;
        return Peek(ahead) is '"' or '\'' ? new CssToken(CssTokenKind.Function, name) : Unquoted();
    }

    private CssToken Unquoted()
    {
        while (IsBlank(Peek())) _at++;
        var made = new StringBuilder();
        while (_at < _text.Length)
        {
            char one = Peek();
            if (one == ')')
            {
                _at++;
                break;
            }
            if (IsBlank(one))
            {
                while (IsBlank(Peek())) _at++;
                if (_at >= _text.Length || Peek() == ')') continue;
                return BadUrl();
            }
            if (one is '"' or '\'' or '(' || (one < ' ' && one != '\0') || one == '\u007f' || (one == '\\' && !IsEscape(0))) return BadUrl();
            if (one == '\\') Escaped(made);
            else
            {
                made.Append(one);
                _at++;
            }
        }
        return new CssToken(CssTokenKind.Url, made.ToString());
    }

    private CssToken BadUrl()
    {
        while (_at < _text.Length && Peek() != ')') _at += IsEscape(0) ? 2 : 1;
        _at = Math.Min(_at + 1, _text.Length);
        return new CssToken(CssTokenKind.Bad, "");
    }

    private string Name()
    {
        int from = _at;
        while (IsName(Peek())) _at++;
        if (!IsEscape(0)) return _text[from.._at].ToString();
        var made = new StringBuilder().Append(_text[from.._at]);
        while (_at < _text.Length)
        {
            if (IsName(Peek())) made.Append(_text[_at++]);
            else if (IsEscape(0)) Escaped(made);
            else break;
        }
        return made.ToString();
    }

    /// <summary>An escape (§4.3.7): up to six hexadecimal digits and one blank, or the character itself.</summary>
    private void Escaped(StringBuilder made)
    {
        _at++;
        if (!char.IsAsciiHexDigit(Peek()))
        {
            if (_at < _text.Length) made.Append(_text[_at++]);
            return;
        }
        int value = 0;
        for (int digits = 0; digits < 6 && char.IsAsciiHexDigit(Peek()); digits++) value = value * 16 + Convert.ToInt32(_text[_at++].ToString(), 16);
        if (Peek() == '\r' && Peek(1) == '\n') _at += 2;
        else if (IsBlank(Peek())) _at++;
        made.Append(value != 0 && Rune.TryCreate(value, out Rune rune) ? rune.ToString() : "\ufffd");
    }

    private readonly bool StartsNumber()
    {
        int ahead = Peek() is '+' or '-' ? 1 : 0;
        return char.IsAsciiDigit(Peek(ahead)) || (Peek(ahead) == '.' && char.IsAsciiDigit(Peek(ahead + 1)));
    }

    private readonly bool StartsIdent(int ahead)
    {
        if (Peek(ahead) == '-') return IsNameStart(Peek(ahead + 1)) || Peek(ahead + 1) == '-' || IsEscape(ahead + 1);
        return IsNameStart(Peek(ahead)) || IsEscape(ahead);
    }

    private readonly bool IsEscape(int ahead) => Peek(ahead) == '\\' && _at + ahead + 1 < _text.Length && !IsLineEnd(Peek(ahead + 1));

    private static bool IsNameStart(char one) => char.IsAsciiLetter(one) || one == '_' || one > '\u007f';

    private static bool IsName(char one) => IsNameStart(one) || char.IsAsciiDigit(one) || one == '-';

    private static bool IsLineEnd(char one) => one is '\n' or '\r' or '\f';

    private static bool IsBlank(char one) => one is ' ' or '\t' || IsLineEnd(one);
}
