namespace Smtpd.Web.Html;

/// <summary>What becomes of an element of a mail.</summary>
internal enum ElementFate
{
    /// <summary>It goes, and what is in it stays: of an unknown element, the text matters.</summary>
    Unwrapped,

    /// <summary>It stays, with the attributes that are allowed.</summary>
    Kept,

    /// <summary>It goes with everything in it.</summary>
    Dropped,
}

/// <summary>The elements that a mail may have: text, lists, tables, pictures. Whatever is not named here is none of them.</summary>
internal static class HtmlElements
{
    private static readonly HashSet<string> s_kept = new(
    [
        "a", "abbr", "acronym", "address", "area", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "body", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del",
        "details", "dfn", "dir", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "i", "img", "ins", "kbd", "li",
        "main", "map", "mark", "menu", "nav", "nobr", "ol", "p", "pre", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp", "section", "small", "span", "strike", "strong", "style", "sub",
        "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
    ], StringComparer.Ordinal);

    /// <summary>Elements whose content is no text for people, or acts, or is another document.</summary>
    private static readonly HashSet<string> s_dropped = new(
    [
        "applet", "base", "canvas", "datalist", "embed", "frame", "frameset", "head", "iframe", "link", "math", "meta", "noembed", "noframes", "object", "optgroup", "option", "param", "portal",
        "script", "select", "source", "svg", "template", "textarea", "title", "track",
    ], StringComparer.Ordinal);

    /// <summary>Elements without content and end tag.</summary>
    private static readonly HashSet<string> s_void = new(["area", "br", "col", "hr", "img", "meta", "wbr"], StringComparer.Ordinal);

    /// <summary>Elements of SVG and MathML are dropped whole, whatever they are called: the same text is other markup in them.</summary>
    public static ElementFate FateOf(Tree.MailElement element) =>
        !element.IsHtml || s_dropped.Contains(element.Name) ? ElementFate.Dropped : s_kept.Contains(element.Name) ? ElementFate.Kept : ElementFate.Unwrapped;

    public static bool IsVoid(string name) => s_void.Contains(name);
}
