using Smtpd.Web.Html.Tree;

namespace Smtpd.Web.Html;

/// <summary>
/// A document that was made by <see cref="HtmlSanitizer"/>, written as a parser reads it. The parser may move what it finds; the tags
/// themselves are those that were written, so nothing has to be judged again.
/// </summary>
internal static class SettledHtml
{
    public static string Write(MailTree tree)
    {
        var writer = new HtmlWriter();
        if (!tree.IsQuirky) writer.Markup("<!DOCTYPE html>");
        var open = new Stack<(MailElement? Element, int Next, IReadOnlyList<MailNode> Children)>();
        open.Push((null, 0, tree.Document.Children));
        while (open.TryPop(out (MailElement? Element, int Next, IReadOnlyList<MailNode> Children) at))
        {
            if (at.Next == at.Children.Count)
            {
                if (at.Element is not null && !HtmlElements.IsVoid(at.Element.Name)) writer.Close(at.Element.Name);
                continue;
            }
            open.Push((at.Element, at.Next + 1, at.Children));
            switch (at.Children[at.Next])
            {
                case MailText text when at.Element?.Name == "style":
                    writer.Style(text.Text);
                    break;
                case MailText text:
                    writer.Text(text.Text);
                    break;
                case MailElement element:
                    writer.StartTag(element.Name);
                    foreach (MailAttribute attribute in element.Attributes) writer.Attribute(attribute.Name, attribute.Value);
                    writer.EndTag();
                    if (element.Name == "pre" && element.Children is [MailText { Text: ['\n', ..] }, ..]) writer.Markup("\n");
                    open.Push((element, 0, element.Children));
                    break;
                default:
                    break;
            }
        }
        return writer.ToString();
    }
}
