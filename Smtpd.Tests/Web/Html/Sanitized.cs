namespace Smtpd.Tests.Web.Html;

/// <summary>Looks into documents that the sanitiser made.</summary>
internal static class Sanitized
{
    /// <summary>What is in the body.</summary>
    public static string Body(string document)
    {
        int start = document.IndexOf('>', document.IndexOf("</head><body", StringComparison.Ordinal) + "</head>".Length) + 1;
        return document[start..^"</body></html>".Length];
    }

    /// <summary>The style sheets of the mail, in order, with a line end behind each rule.</summary>
    public static string Styles(string document)
    {
        string[] sheets = document.Split("<style>")[2..];
        return string.Concat(sheets.Select(sheet => sheet[..sheet.IndexOf("</style>", StringComparison.Ordinal)]));
    }
}
