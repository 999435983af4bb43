using System.Collections;
using AngleSharp.Common;
using AngleSharp.Dom;
using AngleSharp.Html.Construction;

namespace Smtpd.Web.Html.Tree;

/// <summary>
/// A node of the tree that AngleSharp builds. Its own elements know what a browser's do (scripts, styles, requests, events); these
/// know their name, attributes and children, which is all that is wanted here, and keep count.
/// </summary>
internal abstract class MailNode(string name, NodeFlags flags, TreeBudget budget) : IConstructableNode, IConstructableNodeList
{
    private readonly List<MailNode> _children = [];
    private MailNode? _parent;

    protected TreeBudget Budget { get; } = budget;

    public IReadOnlyList<MailNode> Children => _children;

    public string Name { get; } = name;

    /// <summary>Nodes around it, when it was put where it is.</summary>
    public int Depth { get; private set; }

    /// <summary>What it is to the parser.</summary>
    protected NodeFlags Kind { get; } = flags;

    public MailNode? Above => _parent;

    NodeFlags IConstructableNode.Flags
    {
        get
        {
            Budget.CountSteps(1);
            return Kind;
        }
    }

    StringOrMemory IConstructableNode.NodeName => this is MailElement element ? Budget.NameOf(element) : Name;

    IConstructableNode? IConstructableNode.Parent
    {
        get => _parent;
        set => _parent = (MailNode?)value;
    }

    IConstructableNodeList IConstructableNode.ChildNodes => this;

    IConstructableNode IConstructableNodeList.this[int index] => _children[index];

    int IConstructableNodeList.Length => _children.Count;

    void IConstructableNodeList.Clear() => Clear();

    public void RemoveFromParent() => _parent?.RemoveChild(this);

    public void RemoveChild(IConstructableNode childNode)
    {
        // The newest are looked for most often.
        int at = _children.LastIndexOf((MailNode)childNode);
        if (at < 0) return;
        Budget.CountSteps(_children.Count - at);
        RemoveNode(at, childNode);
    }

    public void RemoveNode(int idx, IConstructableNode childNode)
    {
        Budget.CountSteps((_children.Count - idx) / 16);
        _children.RemoveAt(idx);
        ((MailNode)childNode)._parent = null;
    }

    public void InsertNode(int idx, IConstructableNode childNode)
    {
        Budget.CountSteps(_children.Count);
        _children.Insert(idx, Adopt((MailNode)childNode));
    }

    public virtual void AddNode(IConstructableNode node) => Append((MailNode)node);

    public void Append(MailNode node) => _children.Add(Adopt(node));

    public void AppendText(StringOrMemory text, bool emitWhiteSpaceOnly = false)
    {
        if (_children.Count > 0 && _children[^1] is MailText last) last.Add(text);
        else _children.Add(Adopt(new MailText(text, Budget)));
    }

    public void InsertText(int idx, StringOrMemory text, bool emitWhiteSpaceOnly = false)
    {
        Budget.CountSteps(idx);
        if (idx > 0 && _children[idx - 1] is MailText before) before.Add(text);
        else InsertNode(idx, new MailText(text, Budget));
    }

    /// <summary>Puts a node in front of one that is here.</summary>
    public void InsertBefore(MailNode here, MailNode node) => InsertNode(Math.Max(0, _children.LastIndexOf(here)), node);

    public IEnumerator<IConstructableNode> GetEnumerator() => _children.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected void Clear() => _children.Clear();

    private MailNode Adopt(MailNode child)
    {
        // The parser moves nodes by adding them elsewhere; nobody has two parents.
        child._parent?.RemoveChild(child);
        child._parent = this;
        child.Depth = Depth + 1;
        if (child.Depth > HtmlLimits.Depth) throw new TreeLimitException();
        return child;
    }
}
