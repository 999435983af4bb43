using AngleSharp;
using AngleSharp.Common;
using AngleSharp.Dom;
using AngleSharp.Html.Construction;
using AngleSharp.Text;

namespace Smtpd.Web.Html.Tree;

/// <summary>Makes the nodes of one tree for AngleSharp's parser.</summary>
internal sealed class MailTreeFactory(TreeBudget budget) : IDomConstructionElementFactory<MailDocument, MailElement>
{
    /// <summary>The one document; known here too when the parser is stopped in the middle of it.</summary>
    public MailDocument? Document { get; private set; }

    public MailElement Create(MailDocument document, StringOrMemory localName, StringOrMemory prefix = default, NodeFlags flags = NodeFlags.None)
    {
        string name = localName.ToString();
        return new MailElement(name, ElementFlags.Of(name) | flags, budget);
    }

    public MailElement CreateNoScript(MailDocument document, bool scripting) => Create(document, "noscript");

    public IConstructableNode CreateDocumentType(MailDocument document, StringOrMemory name, StringOrMemory publicIdentifier, StringOrMemory systemIdentifier) =>
        new MailDoctype(budget);

    public IConstructableMathElement CreateMath(MailDocument document, StringOrMemory name = default)
    {
        string local = name.IsNullOrEmpty ? "math" : name.ToString();
        return new MailElement(local, ElementFlags.OfMath(local), budget);
    }

    public IConstructableSvgElement CreateSvg(MailDocument document, StringOrMemory name = default)
    {
        string local = name.IsNullOrEmpty ? "svg" : name.ToString();
        return new MailElement(local, ElementFlags.OfSvg(local), budget);
    }

    public IConstructableMetaElement CreateMeta(MailDocument document) => Create(document, "meta");

    public IConstructableScriptElement CreateScript(MailDocument document, bool parserInserted, bool started) => new MailScript(budget);

    public IConstructableFrameElement CreateFrame(MailDocument document) => Create(document, "frame");

    public IConstructableTemplateElement CreateTemplate(MailDocument document) => new MailTemplate(budget);

    public IConstructableFormElement CreateForm(MailDocument document) => new MailForm(budget);

    public MailElement CreateUnknown(MailDocument document, StringOrMemory tagName) => Create(document, tagName);

    public MailDocument CreateDocument(TextSource source, IBrowsingContext? context = null) => Document = new MailDocument(source, budget);
}
