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
    private const string Text = "padding:4px;font:14px/1.5 sans-serif;white-space:pre-wrap;overflow-wrap:anywhere";

    private static readonly string[] s_schemes = ["http://", "https://", "mailto:"];

    /// <param name="files">What is attached, by name.</param>
    /// <param name="note">What else is to be said; empty for nothing.</param>
    public static string Write(HeaderSummary header, IEnumerable<string> files, string note = "")
    {
        var writer = new HtmlWriter();
        Start(writer, "div", Block);
        Field(writer, "From", All(header.From));
        Field(writer, "To", All(header.To));
        Field(writer, "Cc", All(header.Cc));
        Field(writer, "Date", header.Date?.ToString("ddd, d MMM yyyy HH:mm zzz", CultureInfo.InvariantCulture) ?? "");
        Field(writer, "Subject", header.Subject.Length > 0 ? header.Subject : "(no subject)");
        Field(writer, "Attached", Join(files));
        Field(writer, "Note", note);
        writer.Close("div");
        return writer.ToString();
    }

    /// <summary>HTML that shows the text of a mail that has none; it is to be sanitised like a sender's. Addresses become links.</summary>
    public static string OfText(string text)
    {
        var writer = new HtmlWriter();
        Start(writer, "div", Text);
        ReadOnlySpan<char> rest = text.ReplaceLineEndings("\n");
        while (NextLink(rest) is { } found)
        {
            writer.Text(rest[..found.Start].ToString());
            string address = rest[found.Start..found.End].ToString();
            writer.StartTag("a");
            writer.Attribute("href", address);
            writer.EndTag();
            writer.Text(address);
            writer.Close("a");
            rest = rest[found.End..];
        }
        writer.Text(rest.ToString());
        writer.Close("div");
        return writer.ToString();
    }

    /// <summary>The first address that begins a word, without what closes the sentence behind it.</summary>
    private static (int Start, int End)? NextLink(ReadOnlySpan<char> text)
    {
        for (int at = 0; text[at..].IndexOf(':') is >= 0 and int colon; at += colon + 1)
        {
            foreach (string scheme in s_schemes)
            {
                int start = at + colon - scheme.IndexOf(':', StringComparison.Ordinal);
                if (start < 0 || !text[start..].StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || (start > 0 && char.IsLetterOrDigit(text[start - 1]))) continue;
                int length = text[start..].IndexOfAny(s_ends);
                int end = start + text[start..(length < 0 ? text.Length : start + length)].TrimEnd(".,;:!?)]").Length;
                if (end > start + scheme.Length) return (start, end);
            }
        }
        return null;
    }

    private static readonly System.Buffers.SearchValues<char> s_ends = System.Buffers.SearchValues.Create(" \t\n\r\f\u00a0<>\"'`{}|\\^");

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
