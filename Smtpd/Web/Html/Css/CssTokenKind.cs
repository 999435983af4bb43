namespace Smtpd.Web.Html.Css;

/// <summary>The tokens of CSS Syntax Level 3 §4. A comment counts as a blank: it separates what it stands between.</summary>
internal enum CssTokenKind
{
    Blank,
    Ident,
    Function,
    AtKeyword,
    Hash,
    Text,
    Url,
    Number,
    Percentage,
    Dimension,

    /// <summary>One character: colon, comma, brackets, combinators and the like.</summary>
    Sign,

    /// <summary>What is broken in itself: a string with a line end in it, a url with quotes. Nothing that holds one is kept.</summary>
    Bad,
}
