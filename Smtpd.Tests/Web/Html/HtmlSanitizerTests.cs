using NUnit.Framework;
using Smtpd.Web.Html;

namespace Smtpd.Tests.Web.Html;

/// <summary>What passes of a mail's HTML, and in which words (docs/web.md).</summary>
public sealed class HtmlSanitizerTests
{
    private static string Body(string html, bool remote = false) => Sanitized.Body(HtmlSanitizer.Sanitize(html, remote).Text);

    [TestCase("<p align=center>a<br>b</p>", "<p align=\"center\">a<br>b</p>")]
    [TestCase("<table border=1 cellpadding=4><tr><td bgcolor=#ff0000 width=50%>c</td></tr></table>",
        "<table border=\"1\" cellpadding=\"4\"><tbody><tr><td bgcolor=\"#ff0000\" width=\"50%\">c</td></tr></tbody></table>")]
    [TestCase("<font color=red face='Arial, \"Open Sans\"' size=+2>f</font><center>c</center>", "<font color=\"red\" face=\"Arial, &quot;Open Sans&quot;\" size=\"+2\">f</font><center>c</center>")]
    [TestCase("<p dir=rtl lang=ar>\u0645\u0631\u062d\u0628\u0627</p>", "<p dir=\"rtl\" lang=\"ar\">\u0645\u0631\u062d\u0628\u0627</p>")]
    [TestCase("a &lt;b&gt; &amp;amp; \"c\"", "a &lt;b&gt; &amp;amp; &quot;c&quot;")]
    [TestCase("<pre>\n\n x</pre>", "<pre>\n\n x</pre>")]
    [TestCase("<unknown:tag>text</unknown:tag>", "text")]
    [TestCase("<noscript><b>n</b></noscript>", "<b>n</b>")]
    [TestCase("<video src=x><p>instead</p></video>", "<p>instead</p>")]
    public void Ordinary_mail_stays_what_it_is(string html, string expected) => Assert.That(Body(html), Is.EqualTo(expected));

    [TestCase("a<script>b</script>c", "ac")]
    [TestCase("a<svg><style>x</style><p>b</p></svg>c", "a<p>b</p>c")]
    [TestCase("a<svg><foreignObject><img src=x onerror=y></foreignObject></svg>c", "ac")]
    [TestCase("a<math><mtext><table><mglyph><style><img src=x></style></mglyph></table></mtext></math>c", "ac")]
    [TestCase("<iframe srcdoc='<p>x'></iframe>y", "y")]
    [TestCase("<object data=x>o</object><embed src=y><applet>z</applet>q", "q")]
    [TestCase("<template><p>t</p></template>u", "u")]
    [TestCase("<textarea><img src=x></textarea><title>t</title><select><option>o</select>v", "v")]
    [TestCase("<form action=/x><input name=a><button formaction=y>Send</button></form>", "Send")]
    [TestCase("<!-- a --><!--[if mso]>b<![endif]-->c<![if !mso]>d<![endif]>", "cd")]
    [TestCase("<plaintext>a<b>c", "a&lt;b&gt;c")]
    [TestCase("<xmp><b>c</xmp>", "&lt;b&gt;c")]
    [TestCase("<meta http-equiv=refresh content=0><base href=//evil.example/><link rel=preconnect href=//evil.example>x", "x")]
    public void What_acts_or_is_another_document_goes(string html, string expected) => Assert.That(Body(html), Is.EqualTo(expected));

    [TestCase("onclick=x")]
    [TestCase("ONERROR=x")]
    [TestCase("style=behavior:url(x)")]
    [TestCase("srcdoc=x")]
    [TestCase("formaction=x")]
    [TestCase("xlink:href=x")]
    [TestCase("contenteditable")]
    [TestCase("autofocus tabindex=1 accesskey=x")]
    [TestCase("popover popovertarget=x")]
    [TestCase("is=x slot=y part=z")]
    [TestCase("data-x=1 ping=http://evil.example/")]
    public void Other_attributes_go(string attribute) => Assert.That(Body($"<p {attribute}>x</p>"), Is.EqualTo("<p>x</p>"));

    [TestCase("https://a.example/b?c=d&amp;e#f", "https://a.example/b?c=d&amp;e#f")]
    [TestCase("HTTP://a.example", "http://a.example")]
    [TestCase("//a.example/x", "https://a.example/x")]
    [TestCase("https:\\\\a.example\\x", "https://a.example/x")]
    [TestCase(" https://a.exa\nmple/'(x)&quot;&lt; ", "https://a.example/%27%28x%29%22%3C")]
    public void Links_lead_away_in_a_window_of_their_own(string address, string expected) =>
        Assert.That(Body($"<a href=\"{address}\" target=_top rel=opener>x</a>"), Is.EqualTo($"<a href=\"{expected}\" target=\"_blank\" rel=\"noopener noreferrer\">x</a>"));

    [TestCase("mailto:a@b.example?subject=c d", "<a href=\"mailto:a@b.example?subject=c%20d\" target=\"_blank\" rel=\"noopener noreferrer\">x</a>")]
    [TestCase("#top", "<a href=\"#m-top\">x</a>")]
    [TestCase("javascript:alert(1)", "<a>x</a>")]
    [TestCase("java&#10;script:alert(1)", "<a>x</a>")]
    [TestCase("&#1;javascript:alert(1)", "<a>x</a>")]
    [TestCase("vbscript:x", "<a>x</a>")]
    [TestCase("data:text/html,x", "<a>x</a>")]
    [TestCase("tel:+1", "<a>x</a>")]
    [TestCase("http:/mail", "<a>x</a>")]
    [TestCase("http:mail", "<a>x</a>")]
    [TestCase("https://", "<a>x</a>")]
    [TestCase("/api/v1/messages", "<a>x</a>")]
    [TestCase("api/v1/messages", "<a>x</a>")]
    [TestCase("blob:x", "<a>x</a>")]
    public void Other_addresses_are_none(string address, string expected) => Assert.That(Body($"<a href=\"{address}\">x</a>"), Is.EqualTo(expected));

    [TestCase("<img src=http://a.example/x width=3 alt=y>", "<img width=\"3\" alt=\"y\">", "<img src=\"http://a.example/x\" width=\"3\" alt=\"y\">", 1)]
    [TestCase("<td><table background=//a.example/x><tr>", "<table><tbody><tr></tr></tbody></table>", "<table background=\"https://a.example/x\"><tbody><tr></tr></tbody></table>", 1)]
    [TestCase("<p style='background:red url(http://a.example/x)'>y", "<p style=\"background:red none;\">y</p>", "<p style=\"background:red url(&#39;http://a.example/x&#39;);\">y</p>", 1)]
    [TestCase("<img srcset='http://a.example/x 2x' lowsrc=http://a.example/y dynsrc=http://a.example/z>", "<img>", "<img>", 0)]
    [TestCase("<img src=cid:a@b>", "<img src=\"cid:a%40b\">", "<img src=\"cid:a%40b\">", 0)]
    [TestCase("<img src=data:image/png;base64,iVBORw==>", "<img src=\"data:image/png;base64,iVBORw==\">", "<img src=\"data:image/png;base64,iVBORw==\">", 0)]
    [TestCase("<img src=data:image/svg+xml;base64,iVBORw==>", "<img>", "<img>", 0)]
    [TestCase("<img src='data:image/png,<svg onload=x>'>", "<img>", "<img>", 0)]
    [TestCase("<img src=data:image/png;charset=x;base64,i\"v>", "<img>", "<img>", 0)]
    [TestCase("<img src=/api/v1/messages><img src=x><img src=ftp://a.example/><img src=file:///etc/passwd>", "<img><img><img><img>", "<img><img><img><img>", 0)]
    public void Pictures_of_other_hosts_wait_to_be_asked_for(string html, string without, string with, int blocked)
    {
        SanitizedHtml safe = HtmlSanitizer.Sanitize(html, allowsRemote: false), remote = HtmlSanitizer.Sanitize(html, allowsRemote: true);
        Assert.That((Sanitized.Body(safe.Text), safe.Blocked), Is.EqualTo((without, blocked)));
        Assert.That((Sanitized.Body(remote.Text).Replace("'", "&#39;", StringComparison.Ordinal), remote.Blocked), Is.EqualTo((with, 0)));
    }

    [Test]
    public void Names_are_the_mails_own() => Assert.That(
        Body("<p id=body name=x class='a  b'><a name=createElement>y</a><img usemap='#m'><map name=m><area href=http://a.example/ coords=1,2></map><p id='a b'><td headers=h>"),
        Is.EqualTo("<p id=\"m-body\" class=\"m-a m-b\"><a name=\"m-createElement\">y</a><img usemap=\"#m-m\"><map name=\"m-m\">"
            + "<area href=\"http://a.example/\" coords=\"1,2\" target=\"_blank\" rel=\"noopener noreferrer\"></map></p><p></p>"));

    [Test]
    public void Body_keeps_its_colours_and_html_keeps_nothing()
    {
        string text = HtmlSanitizer.Sanitize("<!DOCTYPE html><html style='visibility:hidden' lang=de onclick=x><body bgcolor=red text=blue class=c style='margin:0;position:fixed' onload=y>z", false).Text;
        Assert.That(text, Does.StartWith("<!DOCTYPE html><html lang=\"de\"><head>"));
        Assert.That(text, Does.EndWith("<body bgcolor=\"red\" text=\"blue\" style=\"margin:0;\" class=\"mail m-c\">z</body></html>"));
    }

    /// <summary>Browsers of old laid tables out in another way, and mail without a document type counts on it.</summary>
    [Test]
    public void Without_a_document_type_it_stays_without() => Assert.That(HtmlSanitizer.Sanitize("<p>x", false).Text, Does.StartWith("<html>"));

    [Test]
    public void What_stands_in_a_table_where_it_may_not_stands_in_front_of_it() => Assert.That(
        Body("<p>a</p><table>b<center>c</center><tr><i>d</i><td>e</table>f"), Is.EqualTo("<p>a</p>b<center>c</center><i>d</i><table><tbody><tr><td>e</td></tr></tbody></table>f"));

    [Test]
    public void Two_documents_in_a_row_become_one() => Assert.That(
        Body("<html><body><p>a</body></html><html><head><title>t</title></head><body id=b><p>c</body></html>"), Does.Contain("<p>a</p>").And.Contain("<p>c</p>"));

    [Test]
    public void Text_names_no_picture() =>
        Assert.That(MailPictures.ContentIds(HtmlSanitizer.Sanitize("url('cid:a')<p title=\"url('cid:b')\" style=\"background:url(cid:c)\">url('cid:<img src=cid:d>", allowsRemote: false).Text), Is.EqualTo((string[])["c", "d"]));
}
