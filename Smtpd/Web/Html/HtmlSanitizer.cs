using System.Text;
using Smtpd.Web.Html.Css;
using Smtpd.Web.Html.Tree;

namespace Smtpd.Web.Html;

/// <summary>
/// Makes a document of a mail's HTML that holds what is known to be harmless and nothing else. It reads the HTML as browsers do,
/// into a tree, and writes a new document from what the lists allow of it; nothing of the original spelling gets through.
/// </summary>
/// <remarks>
/// The document is shown under a policy that forbids scripts and requests too (<see cref="Page.ViewHandler"/>), so there are two
/// walls, and neither leans on the other.
/// </remarks>
internal static class HtmlSanitizer
{
    /// <summary>How often a document is read again until it is what it is read as. Twice is what odd nesting takes.</summary>
    private const int MostReadings = 4;

    private const string TooLarge = "The end of this message is not shown here: its HTML is larger, nested deeper, or more tangled than can be shown. The source has all of it.";

    /// <summary>
    /// What the page around a mail would otherwise do for it. A body that does not scroll is no way to hide the rest, and a picture
    /// that is not loaded keeps its place, unless it is a dot that only counts readers.
    /// </summary>
    private const string BaseStyle = "html{overflow:auto!important}img[width]:not([src],[width='0'],[width='1']){display:inline-block;outline:1px dotted #999;overflow:hidden}"
        + "html::before{display:block;position:relative;z-index:2147483647;padding:8px;background:#fff3cd;color:#664d03;font:14px sans-serif}";

    /// <param name="html">As the sender wrote it; several documents may follow one another.</param>
    /// <param name="allowsRemote">True to leave pictures of other hosts where they are.</param>
    /// <param name="preface">Markup of our own that stands in front of the mail's.</param>
    public static SanitizedHtml Sanitize(string html, bool allowsRemote, string preface = "")
    {
        MailTree tree = MailTree.Parse(html);
        var pictures = new PictureRule(allowsRemote);
        string text = new Walk(tree, pictures).Write(preface);
        // Leaving elements away can leave others in places where a parser would not; what it then makes of them is harmless, and
        // becomes the document.
        for (int i = 0; i < MostReadings; i++)
        {
            MailTree read = MailTree.ParseOwn(text);
            string again = SettledHtml.Write(read);
            if (again == text || !read.IsWhole) break;
            text = again;
        }
        return new SanitizedHtml(text, pictures.Blocked, tree.IsWhole);
    }

    /// <summary>One document under way.</summary>
    private sealed class Walk
    {
        private readonly MailTree _tree;
        private readonly HtmlWriter _writer = new();
        private readonly AttributeWriter _attributes;
        private readonly CssSheet _sheet;
        private int _styleRoom = HtmlLimits.StyleCharacters;

        public Walk(MailTree tree, PictureRule pictures)
        {
            _tree = tree;
            var declarations = new CssDeclarations(pictures);
            _attributes = new AttributeWriter(_writer, declarations, pictures);
            _sheet = new CssSheet(declarations);
        }

        public string Write(string preface)
        {
            MailDocument document = _tree.Document;
            if (!_tree.IsQuirky) _writer.Markup("<!DOCTYPE html>");
            _writer.StartTag("html");
            string language = document.Root?.Attributes.FirstOrDefault(one => one.Name == "lang")?.Value ?? "";
            if (language.Length is > 0 and < 20 && language.All(one => char.IsAsciiLetterOrDigit(one) || one == '-')) _writer.Attribute("lang", language);
            // The note stands where no selector and no layer of the mail reaches.
            string note = _tree.IsWhole ? "" : $"html::before{{content:'{TooLarge}'}}";
            _writer.Markup($"><head><meta charset=\"utf-8\"><title>Message</title><style>{BaseStyle}{note}</style>");
            // Of the head only its style sheets are wanted.
            foreach (MailNode node in document.HeadElement?.Children ?? [])
                if (node is MailElement { Name: "style", IsHtml: true } style) WriteStyle(style);
            _writer.Markup("</head>");
            MailElement? body = document.Body;
            _writer.StartTag("body");
            _attributes.Write("body", body?.Attributes ?? [], MailNames.Scope);
            _writer.EndTag();
            _writer.Markup(preface);
            if (body is not null) WriteContent(body);
            // Text that stands behind everything is put here by the parser.
            _writer.Markup("</body></html>");
            return _writer.ToString();
        }

        /// <summary>Without recursion: a sender decides how deep the tree is.</summary>
        private void WriteContent(MailElement body)
        {
            var open = new Stack<(MailElement? Element, int Next, IReadOnlyList<MailNode> Children)>();
            open.Push((null, 0, body.Children));
            while (open.TryPop(out (MailElement? Element, int Next, IReadOnlyList<MailNode> Children) at))
            {
                if (at.Next == at.Children.Count)
                {
                    if (at.Element is not null) _writer.Close(at.Element.Name);
                    continue;
                }
                open.Push((at.Element, at.Next + 1, at.Children));
                if (at.Children[at.Next] is MailText text) _writer.Text(text.Text);
                else if (at.Children[at.Next] is MailElement element && Start(element) is { } children) open.Push((children == ElementFate.Kept ? element : null, 0, element.Children));
            }
        }

        /// <returns>What has become of an element whose content is to be written; null when there is none.</returns>
        private ElementFate? Start(MailElement element)
        {
            ElementFate fate = HtmlElements.FateOf(element);
            if (fate == ElementFate.Dropped) return null;
            if (fate == ElementFate.Unwrapped) return fate;
            if (element.Name == "style")
            {
                WriteStyle(element);
                return null;
            }
            // A second body is an element like any other.
            if (element.Name == "body") return ElementFate.Unwrapped;
            _writer.StartTag(element.Name);
            _attributes.Write(element.Name, element.Attributes);
            _writer.EndTag();
            if (HtmlElements.IsVoid(element.Name)) return null;
            // Parsers drop a line end that comes first; one that was meant needs another in front.
            if (element.Name == "pre" && element.Children is [MailText { Text: ['\n', ..] }, ..]) _writer.Markup("\n");
            return fate;
        }

        private void WriteStyle(MailElement style)
        {
            // As browsers do: of another type it is no style sheet.
            if (style.Attributes.FirstOrDefault(one => one.Name == "type")?.Value is { Length: > 0 } type && !type.Equals("text/css", StringComparison.OrdinalIgnoreCase)) return;
            var text = new StringBuilder();
            foreach (MailNode node in style.Children)
                if (node is MailText part) text.Append(part.Text);
            if (text.Length > _styleRoom) return;
            _styleRoom -= text.Length;
            string sheet = _sheet.Of(text.ToString(), style.Attributes.FirstOrDefault(one => one.Name == "media")?.Value ?? "");
            if (sheet.Length == 0) return;
            _writer.Markup("<style>");
            _writer.Style(sheet);
            _writer.Close("style");
        }
    }
}
