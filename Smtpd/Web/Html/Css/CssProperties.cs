
namespace Smtpd.Web.Html.Css;

/// <summary>
/// Properties that a mail may set: what text, boxes and tables look like. What is not here is left away, above all what loads
/// (<c>content</c>, <c>cursor</c>, <c>filter</c>, <c>mask</c>, <c>src</c>), what acts in some browser (<c>behavior</c>,
/// <c>-moz-binding</c>), what moves or lies over other things (<c>transform</c>, <c>animation</c>, <c>transition</c>), and custom
/// properties, whose value means something only where they are used.
/// </summary>
internal static class CssProperties
{
    private static readonly HashSet<string> s_allowed = ((string[])[.. Text(), .. Boxes(), .. Surfaces(), .. Layout()]).ToHashSet(StringComparer.Ordinal);

    /// <param name="name">In lower case.</param>
    public static bool IsAllowed(string name) => s_allowed.Contains(name);

    /// <summary>Properties of which a part may be a picture.</summary>
    public static bool MayHoldPicture(string name) => name is "background" or "background-image" or "list-style" or "list-style-image";

    private static string[] Text() =>
    [
        "color", "direction", "unicode-bidi", "quotes",
        "font", "font-family", "font-size", "font-size-adjust", "font-stretch", "font-style", "font-variant", "font-variant-caps", "font-variant-numeric", "font-weight",
        "font-feature-settings", "font-kerning", "font-optical-sizing",
        "hyphens", "letter-spacing", "line-break", "line-height", "orphans", "widows", "overflow-wrap", "tab-size", "word-break", "word-spacing", "word-wrap", "white-space",
        "text-align", "text-align-last", "text-decoration", "text-decoration-color", "text-decoration-line", "text-decoration-style", "text-decoration-thickness", "text-underline-offset",
        "text-emphasis", "text-indent", "text-justify", "text-overflow", "text-rendering", "text-shadow", "text-transform", "text-wrap", "text-size-adjust", "-webkit-text-size-adjust",
        "-ms-text-size-adjust", "-webkit-text-fill-color", "-webkit-font-smoothing", "vertical-align", "writing-mode", "text-orientation",
        "list-style", "list-style-image", "list-style-position", "list-style-type",
    ];

    private static IEnumerable<string> Boxes()
    {
        string[] sides = ["top", "right", "bottom", "left", "block", "block-start", "block-end", "inline", "inline-start", "inline-end"];
        foreach (string box in (string[])["margin", "padding"])
        {
            yield return box;
            foreach (string side in sides) yield return $"{box}-{side}";
        }
        foreach (string aspect in (string[])["", "-width", "-style", "-color"])
        {
            yield return "border" + aspect;
            yield return "outline" + aspect;
            foreach (string side in sides) yield return $"border-{side}{aspect}";
        }
        foreach (string corner in (string[])["", "-top-left", "-top-right", "-bottom-left", "-bottom-right"])
        {
            yield return corner.Length == 0 ? "border-radius" : $"border{corner}-radius";
        }
        foreach (string limit in (string[])["", "min-", "max-"])
            foreach (string size in (string[])["width", "height", "inline-size", "block-size"]) yield return limit + size;
    }

    private static string[] Surfaces() =>
    [
        "background", "background-color", "background-image", "background-position", "background-position-x", "background-position-y", "background-repeat", "background-size",
        "background-clip", "background-origin", "background-attachment", "background-blend-mode",
        "border-collapse", "border-spacing", "box-shadow", "box-sizing", "box-decoration-break", "opacity", "visibility", "outline-offset", "color-scheme", "object-fit", "object-position",
        "caption-side", "empty-cells", "table-layout", "-webkit-border-radius", "-moz-border-radius", "-webkit-box-sizing", "-moz-box-sizing", "-webkit-box-shadow", "-moz-box-shadow",
    ];

    private static string[] Layout() =>
    [
        "display", "position", "top", "right", "bottom", "left", "z-index", "float", "clear", "clip", "overflow", "overflow-x", "overflow-y", "aspect-ratio",
        "flex", "flex-basis", "flex-direction", "flex-flow", "flex-grow", "flex-shrink", "flex-wrap", "order", "gap", "row-gap", "column-gap",
        "align-content", "align-items", "align-self", "justify-content", "justify-items", "justify-self", "place-content", "place-items", "place-self",
        "grid", "grid-area", "grid-auto-columns", "grid-auto-flow", "grid-auto-rows", "grid-column", "grid-column-end", "grid-column-start", "grid-gap", "grid-row", "grid-row-end",
        "grid-row-start", "grid-template", "grid-template-areas", "grid-template-columns", "grid-template-rows",
        "columns", "column-count", "column-fill", "column-rule", "column-rule-color", "column-rule-style", "column-rule-width", "column-span", "column-width",
        "page-break-after", "page-break-before", "page-break-inside", "break-after", "break-before", "break-inside",
    ];
}
