namespace Smtpd.Web.Html;

/// <summary>The attributes that elements of a mail may have. No attribute that names a handler, a target, a form or a document is among them.</summary>
internal static class HtmlAttributes
{
    /// <summary>Those of every element; most of them are how mail says what CSS would say.</summary>
    private static readonly Dictionary<string, AttributeKind> s_everywhere = Table(
        (AttributeKind.Text, ["title", "alt", "summary", "abbr", "aria-label"]),
        (AttributeKind.Plain,
        [
            "align", "alink", "aria-hidden", "bgcolor", "border", "bordercolor", "cellpadding", "cellspacing", "char", "charoff", "clear", "color", "colspan", "compact", "coords", "datetime", "dir",
            "frame", "height", "hspace", "lang", "leftmargin", "link", "marginheight", "marginwidth", "noshade", "nowrap", "open", "reversed", "role", "rowspan", "rules", "scope", "shape", "size",
            "span", "start", "text", "topmargin", "type", "valign", "value", "vlink", "vspace", "width",
        ]),
        (AttributeKind.Fonts, ["face"]),
        (AttributeKind.Style, ["style"]),
        (AttributeKind.Names, ["class", "headers"]),
        (AttributeKind.Name, ["id"]),
        (AttributeKind.Picture, ["background"]));

    /// <param name="element">Its name in lower case.</param>
    /// <param name="attribute">Its name in lower case.</param>
    /// <returns>Null when it is not allowed.</returns>
    public static AttributeKind? KindOf(string element, string attribute) => (element, attribute) switch
    {
        ("a" or "area", "href") => AttributeKind.Link,
        ("a" or "map", "name") => AttributeKind.Name,
        ("img", "src") => AttributeKind.Picture,
        ("img", "usemap") => AttributeKind.Fragment,
        // It would be the type of the style sheet, and change what the element is.
        ("style", _) => null,
        _ => s_everywhere.TryGetValue(attribute, out AttributeKind kind) ? kind : null,
    };

    private static Dictionary<string, AttributeKind> Table(params ReadOnlySpan<(AttributeKind Kind, string[] Names)> rows)
    {
        var table = new Dictionary<string, AttributeKind>(StringComparer.Ordinal);
        foreach ((AttributeKind kind, string[] names) in rows)
            foreach (string name in names) table[name] = kind;
        return table;
    }
}
