using NUnit.Framework;
using Smtpd.Web.Html;

namespace Smtpd.Tests.Web.Html;

/// <summary>What passes of a mail's CSS.</summary>
public sealed class MailStyleTests
{
    private static string Inline(string style, bool remote = false)
    {
        string body = Sanitized.Body(HtmlSanitizer.Sanitize($"<p style=\"{style.Replace("\"", "&quot;", StringComparison.Ordinal)}\">", remote).Text);
        const string Before = "<p style=\"";
        return body.StartsWith(Before, StringComparison.Ordinal) ? body[Before.Length..^"\"></p>".Length] : "";
    }

    private static string Sheet(string css, bool remote = false) => Sanitized.Styles(HtmlSanitizer.Sanitize($"<style>{css}</style>", remote).Text);

    [TestCase("color: RED; Width:100% !important", "color:RED;width:100% !important;")]
    [TestCase("font: bold 12px/1.5 'Open Sans', Arial", "font:bold 12px/1.5 'Open Sans', Arial;")]
    [TestCase("background: linear-gradient(to right, rgba(0,0,0,.5), #fff 50%)", "background:linear-gradient(to right, rgba(0,0,0,.5), #fff 50%);")]
    [TestCase("width: calc(100% - 2 * 3px); mso-line-height-rule: exactly", "width:calc(100% - 2 * 3px);")]
    [TestCase("margin: -1px auto 0; line-height: 1.2em", "margin:-1px auto 0;line-height:1.2em;")]
    [TestCase("/* a */ color/**/:/**/blue /* b */", "color:blue;")]
    [TestCase("c\\6fl\\6fr: r\\65 d", "color:red;")]
    [TestCase("position: absolute; left: -9999px", "position:absolute;left:-9999px;")]
    public void Looks_stay(string style, string expected) => Assert.That(Inline(style), Is.EqualTo(expected));

    /// <summary>What is said of the mail stands in the topmost layer.</summary>
    [TestCase("z-index:-1", "z-index:-1;")]
    [TestCase("z-index:999999999!important", "z-index:999999999!important;")]
    [TestCase("z-index:2147483647", "")]
    [TestCase("z-index:calc(999999999*999999999)", "")]
    public void No_layer_lies_over_ours(string style, string expected) => Assert.That(Inline(style), Is.EqualTo(expected));

    [TestCase("media=print", "@media print{\n.mail p{margin:0;}\n}\n")]
    [TestCase("media='only screen and (max-width:600px)' type=TEXT/CSS", "@media only screen and (max-width:600px){\n.mail p{margin:0;}\n}\n")]
    [TestCase("media=' ' type", ".mail p{margin:0;}\n")]
    [TestCase("media='x{}p{margin:1px}'", "")]
    [TestCase("type=text/x-template", "")]
    public void The_element_says_what_its_sheet_is_and_where_it_holds(string attributes, string expected) =>
        Assert.That(Sanitized.Styles(HtmlSanitizer.Sanitize($"<style {attributes}>p{{margin:0}}</style>", allowsRemote: false).Text), Is.EqualTo(expected));

    [TestCase("position:fixed")]
    [TestCase("position:-webkit-sticky")]
    [TestCase("position:FI\\58 ED")]
    [TestCase("width:expression(alert(1))")]
    [TestCase("width:exp/**/ression(alert(1))")]
    [TestCase("behavior:url(x.htc)")]
    [TestCase("-moz-binding:url(x#y)")]
    [TestCase("content:'x'")]
    [TestCase("cursor:url(http://a.example/x),auto")]
    [TestCase("filter:url(http://a.example/x)")]
    [TestCase("color:url(http://a.example/x)")]
    [TestCase("background:image-set('http://a.example/x' 1x)")]
    [TestCase("background:-webkit-image-set(url(http://a.example/x) 1x)")]
    [TestCase("background:src('http://a.example/x')")]
    [TestCase("--x:url(http://a.example/x)")]
    [TestCase("color:var(--x)")]
    [TestCase("width:attr(title)")]
    [TestCase("background:url(http://a.example/x")]
    [TestCase("background:url('http://a.example/x' foo)")]
    [TestCase("transform:scale(100)")]
    [TestCase("animation:x 1s")]
    [TestCase("color:red{}")]
    [TestCase("color:(red")]
    [TestCase("color:red)")]
    [TestCase("color:'x\ny")]
    [TestCase("color:#<!--")]
    [TestCase("background:U+0-7Furl(//a)")]
    public void What_loads_acts_or_is_broken_goes(string style) => Assert.That(Inline(style, remote: true).Replace("background:url('http://a.example/x');", "", StringComparison.Ordinal), Is.Empty);

    [Test]
    public void One_bad_declaration_takes_no_other_with_it() => Assert.That(Inline("color:red;width:expression(a;b:c);margin:0"), Is.EqualTo("color:red;margin:0;"));

    [Test]
    public void Strings_cannot_end_anything() => Assert.That(Inline("font-family:\"</style><b>'\\\"&\""), Is.EqualTo("font-family:'\\3c /style\\3e \\3c b\\3e \\27 \\22 \\26 ';"));

    [TestCase("td > p{color:red}", ".mail td>p{color:red;}\n")]
    [TestCase(".a .b{color:red}", ".mail .m-a .m-b,.mail.m-a .m-b{color:red;}\n")]
    [TestCase("td,#x:hover{color:red}", ".mail td,.mail #m-x:hover,.mail#m-x:hover{color:red;}\n")]
    [TestCase("body,html,:root{margin:0}", ".mail,.mail,.mail{margin:0;}\n")]
    [TestCase("html body > td{margin:0}", ".mail>td{margin:0;}\n")]
    [TestCase("html>html p{margin:0}", ".mail p{margin:0;}\n")]
    [TestCase("html > > p{margin:0}", "")]
    [TestCase("html .a{margin:0}", ".mail .m-a{margin:0;}\n")]
    [TestCase("*[class=\"a b\"]{margin:0}", ".mail *[class='m-a m-b'],.mail[class='m-a m-b']{margin:0;}\n")]
    [TestCase("a[href*=x],a[x]{margin:0}", ".mail a[href*='x'],.mail a[x]{margin:0;}\n")]
    [TestCase("tr:nth-child(2n + 1) td::first-line{margin:0}", ".mail tr:nth-child(2n + 1) td::first-line{margin:0;}\n")]
    [TestCase("@media only screen and (max-width: 600px){td{width:100%}}", "@media only screen and (max-width: 600px){\n.mail td{width:100%;}\n}\n")]
    [TestCase("@media print{@media (color){p{margin:0}}}", "@media print{\n@media (color){\n.mail p{margin:0;}\n}\n}\n")]
    [TestCase("<!-- p{margin:0} -->", ".mail p{margin:0;}\n")]
    public void Rules_reach_the_mail_alone(string css, string expected) => Assert.That(Sheet(css), Is.EqualTo(expected));

    [TestCase("@import url(http://a.example/x);p{margin:0}", ".mail p{margin:0;}\n")]
    [TestCase("@import 'x' {p{color:red}} p{margin:0}", ".mail p{margin:0;}\n")]
    [TestCase("@font-face{font-family:x;src:url(http://a.example/x)}p{margin:0}", ".mail p{margin:0;}\n")]
    [TestCase("@keyframes x{from{margin:0}}@charset 'x';@namespace x;@supports (x:y){p{margin:0}}@layer a{p{margin:0}}", "")]
    [TestCase("p:has(a),p:not(b),x|y,a\\:b,p::slotted(x),input:checked{margin:0}", "")]
    [TestCase("p{margin:0", ".mail p{margin:0;}\n")]
    [TestCase("p{color:red;q{margin:0}r:s}t{margin:0}", ".mail p{color:red;}\n.mail t{margin:0;}\n")]
    [TestCase("}p{margin:0}", "")]
    [TestCase("p{background:url(http://a.example/x) no-repeat}", ".mail p{background:none no-repeat;}\n")]
    [TestCase("p{font-family:'\\3c/style>'}", ".mail p{font-family:'\\3c /style\\3e ';}\n")]
    [TestCase("@media (x) and (y<1){p{margin:0}}", "")]
    public void Other_rules_go(string css, string expected) => Assert.That(Sheet(css), Is.EqualTo(expected));

    [Test]
    public void Pictures_of_a_sheet_are_counted_and_asked_for_too()
    {
        const string Css = "<style>p{background-image:url(http://a.example/x)}</style><p style=\"background:url('http://a.example/y')\">";
        Assert.That(HtmlSanitizer.Sanitize(Css, false).Blocked, Is.EqualTo(2));
        Assert.That(HtmlSanitizer.Sanitize(Css, true).Text, Does.Contain("{background-image:url('http://a.example/x');}").And.Contain("url('http://a.example/y')"));
    }
}
