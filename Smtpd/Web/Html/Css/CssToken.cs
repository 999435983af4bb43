namespace Smtpd.Web.Html.Css;

/// <summary>A token with its escapes resolved.</summary>
/// <param name="Text">
/// The name of an identifier, function (without its bracket), at-rule or hash; the content of a string or url; the digits of a
/// number; or the one character of a sign.
/// </param>
/// <param name="Unit">Of a dimension; empty for everything else.</param>
internal readonly record struct CssToken(CssTokenKind Kind, string Text, string Unit = "")
{
    /// <summary>True for this one character.</summary>
    public bool Is(char sign) => Kind == CssTokenKind.Sign && Text[0] == sign;

    /// <summary>True for this name, whatever its case.</summary>
    public bool Names(CssTokenKind kind, string name) => Kind == kind && Text.Equals(name, StringComparison.OrdinalIgnoreCase);
}
