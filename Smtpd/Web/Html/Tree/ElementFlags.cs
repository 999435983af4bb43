using AngleSharp.Dom;

namespace Smtpd.Web.Html.Tree;

/// <summary>What the parser has to know of elements (HTML Standard §13.2.4.2 and the algorithms that follow it).</summary>
internal static class ElementFlags
{
    private const NodeFlags Table = NodeFlags.Special | NodeFlags.Scoped | NodeFlags.HtmlTableScoped | NodeFlags.HtmlTableSectionScoped;

    private static readonly Dictionary<string, NodeFlags> s_html = Html();

    /// <param name="name">In lower case.</param>
    public static NodeFlags Of(string name) => NodeFlags.HtmlMember | s_html.GetValueOrDefault(name);

    public static NodeFlags OfSvg(string name) => NodeFlags.SvgMember | name switch
    {
        "foreignObject" or "desc" or "title" => NodeFlags.HtmlTip | NodeFlags.Special | NodeFlags.Scoped,
        _ => NodeFlags.None,
    };

    public static NodeFlags OfMath(string name) => NodeFlags.MathMember | name switch
    {
        "mi" or "mn" or "mo" or "ms" or "mtext" => NodeFlags.MathTip | NodeFlags.Special | NodeFlags.Scoped,
        "annotation-xml" => NodeFlags.Special | NodeFlags.Scoped,
        _ => NodeFlags.None,
    };

    private static Dictionary<string, NodeFlags> Html()
    {
        var flags = new Dictionary<string, NodeFlags>(StringComparer.Ordinal);
        void Mark(NodeFlags flag, params ReadOnlySpan<string> names)
        {
            foreach (string name in names) flags[name] = flags.GetValueOrDefault(name) | flag;
        }
        Mark(NodeFlags.HtmlFormatting, "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u");
        Mark(NodeFlags.Special, "address", "applet", "area", "article", "aside", "base", "basefont", "bgsound", "blockquote", "body", "br", "button", "caption", "center", "col",
            "colgroup", "dd", "details", "dir", "div", "dl", "dt", "embed", "fieldset", "figcaption", "figure", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6",
            "head", "header", "hgroup", "hr", "iframe", "img", "input", "keygen", "li", "link", "listing", "main", "marquee", "menu", "meta", "nav", "noembed", "noframes", "noscript",
            "object", "ol", "p", "param", "plaintext", "pre", "script", "search", "section", "select", "source", "style", "summary", "tbody", "td", "textarea", "tfoot", "th", "thead",
            "title", "tr", "track", "ul", "wbr", "xmp");
        Mark(NodeFlags.SelfClosing, "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta", "param", "source", "track", "wbr");
        Mark(NodeFlags.ImplicitlyClosed, "body", "html", "dd", "dt", "li", "p", "option", "optgroup", "rb", "rp", "rt", "rtc", "tbody", "td", "tfoot", "th", "thead", "tr");
        Mark(NodeFlags.ImpliedEnd, "dd", "dt", "li", "option", "optgroup", "p", "rb", "rp", "rt", "rtc");
        Mark(NodeFlags.LiteralText, "iframe", "noembed", "noframes", "plaintext", "script", "style", "xmp");
        Mark(NodeFlags.LineTolerance, "pre", "textarea", "listing");
        Mark(NodeFlags.Scoped, "applet", "caption", "marquee", "object", "td", "th");
        Mark(NodeFlags.HtmlListScoped, "ol", "ul");
        Mark(NodeFlags.HtmlSelectScoped, "option", "optgroup");
        Mark(NodeFlags.HtmlTableSectionScoped, "tbody", "tfoot", "thead");
        Mark(Table, "html", "table", "template");
        return flags;
    }
}
