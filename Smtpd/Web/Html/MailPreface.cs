using System.Globalization;
using System.Text;
using Smtpd.Mail;

namespace Smtpd.Web.Html;

/// <summary>
/// The few lines above a mail that is shown alone: who wrote it to whom, when, and about what. They stand in one document with the
/// mail, so every element has all its styles with it, as important ones: no style sheet of the mail has a hold on them.
/// </summary>
internal static class MailPreface
{
    /// <summary>Names of one line; a list of thousands says no more.</summary>
    private const int Most = 100;

    private const string Block = "all:initial!important;display:block!important;position:relative!important;z-index:2147483647!important;padding:10px 12px!important;"
        + "border-bottom:1px solid #bbb!important;background:#f3f4f6!important;color:#222!important;font:14px/1.5 sans-serif!important;overflow-wrap:anywhere!important";

    private const string Line = "all:unset!important;display:block!important";
    private const string Name = "all:unset!important;font-weight:600!important";
    private const string Value = "all:unset!important;unicode-bidi:isolate!important";
    private const string Text = "all:initial!important;display:block!important;padding:12px!important;font:14px/1.5 sans-serif!important;white-space:pre-wrap!important;overflow-wrap:anywhere!important";

    /// <param name="files">What is attached, by name.</param>
    public static string Write(HeaderSummary header, IEnumerable<string> files)
    {
        var writer = new HtmlWriter();
        Start(writer, "div", Block);
        Field(writer, "From", All(header.From));
        Field(writer, "To", All(header.To));
        Field(writer, "Cc", All(header.Cc));
        Field(writer, "Date", header.Date?.ToString("ddd, d MMM yyyy HH:mm zzz", CultureInfo.InvariantCulture) ?? "");
        Field(writer, "Subject", header.Subject.Length > 0 ? header.Subject : "(no subject)");
        Field(writer, "Attached", Join(files));
        writer.Close("div");
        return writer.ToString();
    }

    /// <summary>The text of a mail that has no HTML.</summary>
    public static string OfText(string text)
    {
        var writer = new HtmlWriter();
        Start(writer, "div", Text);
        writer.Text(text.ReplaceLineEndings("\n"));
        writer.Close("div");
        return writer.ToString();
    }

    private static void Field(HtmlWriter writer, string name, string value)
    {
        if (value.Length == 0) return;
        Start(writer, "div", Line);
        Start(writer, "b", Name);
        writer.Text(name + ": ");
        writer.Close("b");
        Start(writer, "span", Value);
        writer.Text(value);
        writer.Close("span");
        writer.Close("div");
    }

    private static void Start(HtmlWriter writer, string element, string style)
    {
        writer.StartTag(element);
        writer.Attribute("style", style);
        writer.EndTag();
    }

    private static string All(IReadOnlyList<Correspondent> people) =>
        Join(people.Select(one => one.Name.Length == 0 ? one.Address : one.Address.Length == 0 ? one.Name : $"{one.Name} <{one.Address}>").Where(one => one.Length > 0));

    private static string Join(IEnumerable<string> names)
    {
        var all = new StringBuilder();
        int count = 0;
        foreach (string name in names)
        {
            if (count++ == Most) return all.Append(", …").ToString();
            all.Append(count > 1 ? ", " : "").Append(name);
        }
        return all.ToString();
    }
}
