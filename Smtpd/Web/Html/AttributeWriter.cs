using Smtpd.Web.Html.Css;
using Smtpd.Web.Html.Tree;

namespace Smtpd.Web.Html;

/// <summary>Writes what is allowed of the attributes of an element, and what every link has to have.</summary>
internal sealed class AttributeWriter(HtmlWriter writer, CssDeclarations declarations, PictureRule pictures)
{
    /// <summary>Characters of a text, such as what stands for a picture.</summary>
    private const int MostText = 4096;

    /// <summary>Characters of a value that is a word or a number.</summary>
    private const int MostPlain = 1024;

    /// <param name="element">The element's name.</param>
    /// <param name="scope">A class of ours for it, or empty.</param>
    public void Write(string element, IReadOnlyList<MailAttribute> attributes, string scope = "")
    {
        bool leadsAway = false;
        foreach (MailAttribute attribute in attributes)
        {
            if (HtmlAttributes.KindOf(element, attribute.Name) is not { } kind || Value(kind, attribute.Value) is not { } value) continue;
            if (scope.Length > 0 && attribute.Name == "class")
            {
                scope = $"{scope} {value}";
                continue;
            }
            if (kind == AttributeKind.Link) leadsAway = !value.StartsWith('#');
            writer.Attribute(attribute.Name, value);
        }
        if (scope.Length > 0) writer.Attribute("class", scope);
        if (!leadsAway) return;
        // A window of its own that knows nothing of the one that it comes from.
        writer.Attribute("target", "_blank");
        writer.Attribute("rel", "noopener noreferrer");
    }

    private string? Value(AttributeKind kind, string value)
    {
        switch (kind)
        {
            case AttributeKind.Text:
                return value.Length <= MostText ? value : value[..MostText];
            case AttributeKind.Plain:
                return value.Length <= MostPlain && value.All(IsPlain) ? value : null;
            case AttributeKind.Fonts:
                return value.Length <= MostPlain && value.All(one => IsPlain(one) || one is '\'' or '"' || one > '\u00a0') ? value : null;
            case AttributeKind.Style:
                return declarations.OfAttribute(value) is { Length: > 0 } style ? style : null;
            case AttributeKind.Names:
                return MailNames.OfAll(value) is { Length: > 0 } names ? names : null;
            case AttributeKind.Name:
                return CssText.IsPlain(value) ? MailNames.Of(value) : null;
            case AttributeKind.Link:
                return MailAddresses.Link(value);
            case AttributeKind.Fragment:
                return MailAddresses.Fragment(value);
            default:
                return pictures.Of(value);
        }
    }

    private static bool IsPlain(char one) => char.IsAsciiLetterOrDigit(one) || one is ' ' or '#' or '%' or '.' or ',' or '+' or '-' or '*' or '_' or ':' or ';';
}
