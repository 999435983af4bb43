namespace Smtpd.Web.Html;

/// <summary>What the value of an attribute is, and so what may stand in it.</summary>
internal enum AttributeKind
{
    /// <summary>Text for people.</summary>
    Text,

    /// <summary>A word, a number, a length, a colour: letters, digits and <c># % . , + - *</c> and blanks.</summary>
    Plain,

    /// <summary>Names of fonts: as plain, with quotes.</summary>
    Fonts,

    /// <summary>Declarations of CSS.</summary>
    Style,

    /// <summary>Names of the mail's own, between blanks (<see cref="MailNames"/>).</summary>
    Names,

    /// <summary>One name of the mail's own.</summary>
    Name,

    /// <summary>Where a link leads.</summary>
    Link,

    /// <summary>A place in the mail.</summary>
    Fragment,

    /// <summary>A picture to load.</summary>
    Picture,
}
