namespace Smtpd.Web.Html.Tree;

/// <summary>Counts what one tree costs while it is built, and ends it when that is too much.</summary>
/// <param name="share">How many times the usual limits it may have: a document of our own is longer than what it was made of.</param>
internal sealed class TreeBudget(int share)
{
    private int _elements = HtmlLimits.Elements * share;
    private long _steps = HtmlLimits.Steps * share;

    /// <summary>The element whose name the parser asked for last.</summary>
    public MailElement? Asked { get; private set; }

    /// <summary>A template that was closed, while it is not known whether it was meant to be.</summary>
    public MailTemplate? Left { get; set; }

    /// <exception cref="TreeLimitException">There are too many.</exception>
    public void CountElement()
    {
        if (--_elements < 0) throw new TreeLimitException();
    }

    /// <param name="count">Elements that were looked at, or places of a list that were searched or moved.</param>
    /// <exception cref="TreeLimitException">There were too many.</exception>
    public void CountSteps(int count)
    {
        if ((_steps -= count) < 0) throw new TreeLimitException();
    }

    /// <exception cref="TreeLimitException">It was asked too often, or a template was closed that should not have been.</exception>
    public string NameOf(MailElement element)
    {
        if (Left is not null) throw new TreeLimitException();
        CountSteps(1);
        Asked = element;
        return element.Name;
    }
}
