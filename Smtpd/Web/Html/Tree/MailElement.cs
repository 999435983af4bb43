using AngleSharp.Common;
using AngleSharp.Dom;
using AngleSharp.Html.Construction;
using AngleSharp.Html.Parser.Tokens.Struct;

namespace Smtpd.Web.Html.Tree;

/// <summary>An element of any kind and namespace. The parser asks for kinds by interface; none of them does anything here.</summary>
internal class MailElement : MailNode, IConstructableElement, IConstructableNamedNodeMap, IConstructableMathElement, IConstructableSvgElement, IConstructableMetaElement,
    IConstructableFrameElement
{
    private readonly List<MailAttribute> _attributes = [];

    /// <param name="name">In lower case, but for names of SVG that have capitals.</param>
    public MailElement(string name, NodeFlags flags, TreeBudget budget) : base(name, flags, budget) => budget.CountElement();

    /// <summary>True for elements of HTML itself, false for those of SVG, MathML and whatever is in them.</summary>
    public bool IsHtml => (Kind & NodeFlags.HtmlMember) != 0;

    /// <summary>In the order in which they stand; names are unique.</summary>
    public IReadOnlyList<MailAttribute> Attributes => _attributes;

    StringOrMemory IConstructableElement.NamespaceUri =>
        IsHtml ? NamespaceNames.HtmlUri : (Kind & NodeFlags.SvgMember) != 0 ? NamespaceNames.SvgUri : NamespaceNames.MathMlUri;

    StringOrMemory IConstructableElement.LocalName => Budget.NameOf(this);

    StringOrMemory IConstructableElement.Prefix => StringOrMemory.Empty;

    IConstructableNamedNodeMap IConstructableElement.Attributes => this;

    ISourceReference? IConstructableElement.SourceReference { get; set; }

    int IConstructableNamedNodeMap.Length => _attributes.Count;

    IConstructableAttr? IConstructableNamedNodeMap.this[StringOrMemory name] => Find(name.ToString());

    bool IConstructableNamedNodeMap.SameAs(IConstructableNamedNodeMap? attributes) =>
        attributes is MailElement other && other._attributes.Count == _attributes.Count && _attributes.TrueForAll(one => other.Find(one.Name)?.Value == one.Value);

    public void SetAttribute(string? namespaceUri, StringOrMemory name, StringOrMemory value) => SetOwnAttribute(name, value);

    /// <summary>The first of a name counts.</summary>
    public void SetOwnAttribute(StringOrMemory name, StringOrMemory value)
    {
        string written = name.ToString();
        if (_attributes.Count < HtmlLimits.Attributes && Find(written) is null) _attributes.Add(new MailAttribute(written, value.ToString()));
    }

    public StringOrMemory GetAttribute(StringOrMemory namespaceUri, StringOrMemory localName) => Find(localName.ToString())?.Value ?? StringOrMemory.Empty;

    public void SetAttributes(StructAttributes tagAttributes)
    {
        for (int i = 0; i < tagAttributes.Count; i++) SetOwnAttribute(tagAttributes[i].Name, tagAttributes[i].Value);
    }

    public bool HasAttribute(StringOrMemory name) => Find(name.ToString()) is not null;

    /// <summary>Called when it is closed.</summary>
    public virtual void SetupElement() { }

    /// <summary>Comments are no part of what is shown.</summary>
    public void AddComment(ref StructHtmlToken token) { }

    public IConstructableNode ShallowCopy()
    {
        var copy = new MailElement(Name, Kind, Budget);
        copy._attributes.AddRange(_attributes);
        return copy;
    }

    /// <summary>Puts an element in front of the table around this one, or into the template that is nearer.</summary>
    public bool TryFoster(MailElement misplaced)
    {
        for (MailNode? one = this; one is MailElement element; one = element.Above)
        {
            Budget.CountSteps(1);
            if (element is MailTemplate) element.Append(misplaced);
            else if (element.Name == "table" && element.Above is { } parent) parent.InsertBefore(element, misplaced);
            else continue;
            return true;
        }
        return false;
    }

    void IConstructableMetaElement.Handle() { }

    private MailAttribute? Find(string name) => _attributes.Find(one => one.Name == name);
}

/// <summary>A name and a value, with its character references resolved.</summary>
internal sealed record MailAttribute(string Name, string Value) : IConstructableAttr
{
    StringOrMemory IConstructableAttr.Name => Name;

    StringOrMemory IConstructableAttr.Value
    {
        get => Value;
        set => throw new NotSupportedException("The parser changes no attribute that it has set.");
    }
}
