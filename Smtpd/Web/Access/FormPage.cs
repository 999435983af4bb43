using System.Net;
using System.Text;
using Smtpd.Network;
using Smtpd.Web.Page;

namespace Smtpd.Web.Access;

/// <summary>Small pages with a form that need no script. They hold texts of our own; the few of others go through <see cref="Text"/>.</summary>
/// <param name="greetingFile">What greets whoever signs in; empty for nothing.</param>
internal sealed class FormPage(string basePath, string greetingFile = "")
{
    /// <summary>
    /// Nothing but our style and pictures in the page itself, and a form that goes nowhere else. The address of these pages is told to
    /// ourselves: with no-referrer a browser says "null" where it should say from which origin a form comes.
    /// </summary>
    public static readonly HttpHeadField[] Fields =
    [
        new(WebFrontSecurity.Mark, "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
        new("Referrer-Policy", "same-origin"),
    ];

    /// <param name="title">What the page is about.</param>
    /// <param name="trouble">What went wrong, a sentence of our own; null for nothing.</param>
    /// <param name="content">Markup.</param>
    public Answer Render(int status, string title, string? trouble, string content, params IReadOnlyList<HttpHeadField> fields)
    {
        string alert = trouble is null ? "" : $"<p id=\"trouble\" role=\"alert\">{Text(trouble)}</p>\n";
        string greeting = GreetingHandler.IsThere(greetingFile)
            ? $"<iframe id=\"greeting\" title=\"Greeting\" sandbox=\"allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation\" src=\"{Text(basePath)}/greeting\"></iframe>\n"
            : "";
        string page =
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title} - Smtpd</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="{Text(basePath)}/page.css">
            </head>
            <body class="form">
            {greeting}<main>
            <p class="brand">Smtpd</p>
            <h1>{title}</h1>
            {alert}{content}
            </main>
            </body>
            </html>

            """;
        return BytesAnswer.Of(status, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(page), [.. Fields, .. fields]);
    }

    /// <summary>Makes a text markup that shows it, in content and in quoted attributes.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A form that is sent to the address of its page.</summary>
    public static string Form(string mark, string fields, string button) =>
        $"""
        <form method="post">
        <input type="hidden" name="{FormGuard.Field}" value="{mark}">
        {fields}
        <button>{button}</button>
        </form>
        """;

    public static string Input(string name, string label, string type, string autocomplete, int most) =>
        $"""<label>{label} <input name="{name}" type="{type}" autocomplete="{autocomplete}" maxlength="{most}" required></label>""";
}
