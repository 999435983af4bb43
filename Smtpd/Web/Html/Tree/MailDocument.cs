using AngleSharp.Dom;
using AngleSharp.Html.Construction;
using AngleSharp.Html.Parser.Tokens.Struct;
using AngleSharp.Text;

namespace Smtpd.Web.Html.Tree;

/// <summary>The root of the tree. It loads nothing, so it is never waited for.</summary>
internal sealed class MailDocument(TextSource source, TreeBudget budget) : MailNode("#document", NodeFlags.None, budget), IConstructableDocument
{
    public TextSource Source { get; } = source;

    public IDisposable? Builder { get; set; }

    public QuirksMode QuirksMode { get; set; }

    /// <summary>The html element; null while there is none.</summary>
    public MailElement? Root => Find(this, "html");

    public MailElement? HeadElement => Root is { } root ? Find(root, "head") : null;

    public MailElement? Body => Root is { } root ? Find(root, "body") : null;

    IConstructableElement? IConstructableDocument.Head => HeadElement;

    IConstructableElement IConstructableDocument.DocumentElement => Root!;

    bool IConstructableDocument.IsLoading => false;

    void IConstructableDocument.PerformMicrotaskCheckpoint() { }

    void IConstructableDocument.ProvideStableState() { }

    void IConstructableDocument.AddComment(ref StructHtmlToken token) { }

    void IConstructableDocument.TrackError(Exception exception) { }

    Task IConstructableDocument.WaitForReadyAsync(CancellationToken cancelToken) => Task.CompletedTask;

    Task IConstructableDocument.FinishLoadingAsync() => Task.CompletedTask;

    void IConstructableDocument.ApplyManifest() { }

    void IConstructableDocument.Clear() => Clear();

    /// <summary>
    /// The parser looks for a table of its own classes when something stands in a table that may not, finds none, and puts it here.
    /// It belongs in front of the table (HTML Standard §13.2.6.1): the one around the element whose name the parser has just read.
    /// </summary>
    public override void AddNode(IConstructableNode node)
    {
        if (node is not MailElement { Name: not "html" } misplaced) base.AddNode(node);
        else if (Budget.Asked is { } asked && asked.TryFoster(misplaced)) return;
        else (Body ?? Root as MailNode ?? this).Append(misplaced);
    }

    private static MailElement? Find(MailNode parent, string name)
    {
        foreach (MailNode child in parent.Children)
            if (child is MailElement element && element.Name == name) return element;
        return null;
    }
}
