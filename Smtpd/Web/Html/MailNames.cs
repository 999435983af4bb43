namespace Smtpd.Web.Html;

/// <summary>
/// What classes, ids and names of a mail are called once it is shown: with something in front, so that none is ever a name of the
/// page, of a script, or of a property that somebody looks up in the document (DOM clobbering).
/// </summary>
internal static class MailNames
{
    /// <summary>The class of the element that holds the mail. No class of a mail becomes this.</summary>
    public const string Scope = "mail";

    private const string Prefix = "m-";

    /// <summary>Classes of one element that are kept.</summary>
    private const int Most = 50;

    /// <summary>A name that has been made stays what it is.</summary>
    public static string Of(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name;

    /// <summary>Names between blanks; those with characters that would need an escape somewhere are left away.</summary>
    public static string OfAll(string names) =>
        string.Join(' ', names.Split([' ', '\t', '\n', '\r', '\f'], Most + 1, StringSplitOptions.RemoveEmptyEntries).Take(Most).Where(Css.CssText.IsPlain).Select(Of));
}
