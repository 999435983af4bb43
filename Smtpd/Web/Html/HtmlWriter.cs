using System.Text;

namespace Smtpd.Web.Html;

/// <summary>
/// Writes HTML that has only one reading. There is no comment, no declaration and no foreign element in it, and no element but
/// <c>style</c> and our own <c>title</c> whose text is not read as text; the text of both never holds a bracket. So a parser is
/// never anywhere else than where this writer thinks it is, whatever else it makes of the tree.
/// </summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    /// <summary>Begins a tag, which <see cref="EndTag"/> ends.</summary>
    public void StartTag(string name) => _text.Append('<').Append(name);

    /// <summary>The apostrophes of a style are ours; it has those of the mail as escapes (<see cref="Css.CssText.WriteQuoted"/>).</summary>
    public void Attribute(string name, string value)
    {
        _text.Append(' ').Append(name).Append("=\"");
        Escaped(value, keepsApostrophes: name == "style");
        _text.Append('"');
    }

    public void EndTag() => _text.Append('>');

    public void Close(string name) => _text.Append("</").Append(name).Append('>');

    public void Text(string text) => Escaped(text, keepsApostrophes: false);

    /// <summary>Text of a style element; it holds no <c>&lt;</c>, which would have to stand as it is.</summary>
    public void Style(string css) => _text.Append(css.Replace("<", "", StringComparison.Ordinal));

    /// <summary>Markup of our own.</summary>
    public void Markup(string markup) => _text.Append(markup);

    private void Escaped(string text, bool keepsApostrophes)
    {
        foreach (char one in text)
        {
            switch (one)
            {
                case '&':
                    _text.Append("&amp;");
                    break;
                case '<':
                    _text.Append("&lt;");
                    break;
                case '>':
                    _text.Append("&gt;");
                    break;
                case '"':
                    _text.Append("&quot;");
                    break;
                case '\'' when !keepsApostrophes:
                    _text.Append("&#39;");
                    break;
                // No parser keeps these: the first is a line end to it, the other nothing.
                case '\r':
                    _text.Append("&#10;");
                    break;
                case '\0':
                    break;
                default:
                    _text.Append(one);
                    break;
            }
        }
    }
}
