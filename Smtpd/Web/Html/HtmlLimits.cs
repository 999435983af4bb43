namespace Smtpd.Web.Html;

/// <summary>How much HTML of one message is shown. Behind a limit the rest is left away, and the view says so.</summary>
internal static class HtmlLimits
{
    /// <summary>Characters of HTML that are read. More than a message's HTML bodies together may have (5 MiB), pictures in addresses included.</summary>
    public const int Characters = 8 * 1024 * 1024;

    /// <summary>Elements of the tree. A page of more is slow in every browser.</summary>
    public const int Elements = 100_000;

    /// <summary>Elements within each other. Browsers nest no deeper than 512, and the parser counts from there in a list that has no end.</summary>
    public const int Depth = 500;

    /// <summary>Attributes of one tag that are read.</summary>
    public const int Attributes = 100;

    /// <summary>
    /// Elements that the parser looks at while it builds the tree, and places of lists that it searches or moves. A tag costs the
    /// depth at which it stands, or, when it is misplaced in a table or wrongly nested, the length of a list, so that without an
    /// end a megabyte could take minutes. Ordinary mail stays below a hundredth of it.
    /// </summary>
    public const long Steps = 50_000_000;

    /// <summary>Characters of style sheets together.</summary>
    public const int StyleCharacters = 1024 * 1024;
}
