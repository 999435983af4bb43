namespace Smtpd.Web.Html.Tree;

/// <summary>Ends the parser in the middle of a tag: the tree has reached one of <see cref="HtmlLimits"/>. What was built so far is whole.</summary>
internal sealed class TreeLimitException() : Exception("The HTML is larger or deeper than is shown.");
