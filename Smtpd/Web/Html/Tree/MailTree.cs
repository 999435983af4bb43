using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using AngleSharp.Text;

namespace Smtpd.Web.Html.Tree;

/// <summary>HTML as a browser's parser understands it, whatever is written.</summary>
/// <param name="IsWhole">False when a limit was reached (<see cref="HtmlLimits"/>) and the end is missing.</param>
internal sealed record MailTree(MailDocument Document, bool IsWhole)
{
    /// <summary>True when browsers show it by the rules of old: it has no document type, or an old one.</summary>
    public bool IsQuirky => Document.QuirksMode == QuirksMode.On;

    /// <summary>Elements that were closed by others are more once they are written out.</summary>
    private const int OwnShare = 4;

    /// <summary>Reads what a sender wrote.</summary>
    public static MailTree Parse(string html) =>
        html.Length <= HtmlLimits.Characters ? Parse(html, 1) : Parse(html[..HtmlLimits.Characters], 1) with { IsWhole = false };

    /// <summary>Reads a document that was made here.</summary>
    public static MailTree ParseOwn(string html) => Parse(html, OwnShare);

    private static MailTree Parse(string html, int share)
    {
        var factory = new MailTreeFactory(new TreeBudget(share));
        var options = new HtmlParserOptions
        {
            // What noscript holds is shown, since no script runs.
            IsScripting = false,
            SkipComments = true,
            DisableElementPositionTracking = true,
            ShouldEmitAttribute = static (ref AngleSharp.Html.Parser.Tokens.Struct.StructHtmlToken token, ReadOnlyMemory<char> _) => token.Attributes.Count < HtmlLimits.Attributes,
        };
        using var surroundings = new ParserSurroundings(factory);
        using var source = new TextSource(html);
        try
        {
            return new MailTree(new HtmlParser(options, surroundings).ParseDocument<MailDocument, MailElement>(source), true);
        }
        catch (TreeLimitException)
        {
            return new MailTree(factory.Document!, false);
        }
    }
}
