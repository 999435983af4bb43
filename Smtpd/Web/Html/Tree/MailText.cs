using System.Text;
using AngleSharp.Common;
using AngleSharp.Dom;

namespace Smtpd.Web.Html.Tree;

/// <summary>Text between tags, with its character references resolved.</summary>
internal sealed class MailText : MailNode
{
    private readonly StringBuilder _text = new();

    public MailText(StringOrMemory text, TreeBudget budget) : base("#text", NodeFlags.None, budget) => Add(text);

    public string Text => _text.ToString();

    public void Add(StringOrMemory text) => _text.Append(text.Memory.Span);
}
