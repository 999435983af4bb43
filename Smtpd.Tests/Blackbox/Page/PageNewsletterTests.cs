using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>HTML as the common senders make it: what they do for other programs is not seen, what they do for browsers is.</summary>
public sealed class PageNewsletterTests : PageFixture
{
    private const string Newsletter =
        """
        <!doctype html>
        <html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml"><head>
        <!--[if gte mso 15]><xml><o:OfficeDocumentSettings/></xml><![endif]-->
        <meta name="color-scheme" content="light dark"><link href="http://far.example/font" rel="stylesheet">
        <style type="text/css">
        @import url(http://far.example/import); @font-face{font-family:Lato;src:url(http://far.example/lato)}
        body,#bodyTable{height:100%;margin:0;width:100%;background-color:#FAFAFA}
        .preview{display:none !important} #header{background-color:#2b4c7e;color:#fff}
        td.text > p{color:#102030;font:16px/1.5 Lato,Helvetica,sans-serif}
        a[class="cta"]:hover{color:#000} tr:first-child td{border-top:2px solid #abcdef}
        @media only screen and (max-width:480px){.column{max-width:100% !important;width:100% !important} .wide{display:none !important}}
        @media (prefers-color-scheme: dark){#header{background-color:#111111 !important}}
        </style><!--[if mso]><style>.column{display:none}</style><![endif]--></head>
        <body bgcolor="#FAFAFA"><span class="preview" style="font-size:0;max-height:0;mso-hide:all">PREHEADER</span>
        <center><table id="bodyTable" cellpadding="0" cellspacing="0" width="100%"><tr><td align="center" id="header" background="http://far.example/hero">
        <!--[if (gte mso 9)|(IE)]><table width="600"><tr><td>OUTLOOK<![endif]-->ACME<img src="http://far.example/pixel" width="1" height="1" alt=""><!--[if (gte mso 9)|(IE)]></td></tr></table><![endif]--></td></tr>
        <tr><td class="text" style="padding:18px"><p id="words">Autumn is <b>here</b> &mdash; 20% off</p>
        <!--[if mso]><v:roundrect href="http://far.example" fillcolor="#ff6600"><center>VML</center></v:roundrect><![endif]--><!--[if !mso]><!--><a id="button" class="cta" href="http://far.example/buy" style="background-color:#ff6600;border-radius:4px;color:#ffffff;display:inline-block;line-height:40px;width:200px;text-align:center;mso-hide:all">Buy</a><!--<![endif]--></td></tr>
        <tr><td style="font-size:0;text-align:center"><div id="left" class="column" style="display:inline-block;width:100%;max-width:200px;font-size:14px">left</div><div id="right" class="column" style="display:inline-block;width:100%;max-width:200px;font-size:14px">right<i id="wide" class="wide"> wide</i></div></td></tr>
        </table></center></body></html>
        """;

    [TestCaseSource(typeof(BrowserLook), nameof(BrowserLook.All))]
    public async Task A_newsletter_looks_as_its_sender_meant_it(BrowserLook look)
    {
        string id = await DeliverAsync($"From: ACME <news@remote.test>\r\nSubject: newsletter\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{Newsletter.ReplaceLineEndings("\r\n")}\r\n");
        await using Browser browser = await OpenAsync(look);
        IPage page = browser.Page;
        await page.GotoAsync($"view/{id}.html");
        await Expect(page.GetByText("PREHEADER")).ToBeHiddenAsync();
        foreach (string other in (string[])["OUTLOOK", "VML"]) await Expect(page.Locator("body")).Not.ToContainTextAsync(other);
        await Expect(page.Locator("#m-header")).ToHaveCSSAsync("background-color", look.IsDark ? "rgb(17, 17, 17)" : "rgb(43, 76, 126)");
        await Expect(page.Locator("#m-header")).ToHaveCSSAsync("border-top-color", "rgb(171, 205, 239)");
        await Expect(page.Locator("#m-header img")).ToHaveCSSAsync("outline-style", "none");
        await Expect(page.Locator("#m-words")).ToHaveCSSAsync("color", "rgb(16, 32, 48)");
        await Expect(page.Locator("#m-button")).ToHaveCSSAsync("background-color", "rgb(255, 102, 0)");
        await Expect(page.Locator("#m-button")).ToHaveCSSAsync("width", "200px");
        LocatorBoundingBoxResult left = (await page.Locator("#m-left").BoundingBoxAsync())!, right = (await page.Locator("#m-right").BoundingBoxAsync())!;
        Assert.That(right.Y > left.Y, Is.EqualTo(look.IsPhone), "columns stand beside each other, on phones one above the other");
        await Expect(page.Locator("#m-wide")).ToBeVisibleAsync(new() { Visible = !look.IsPhone });
        Assert.That(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), Is.True);
        await browser.KeepAsync($"newsletter-{look}");
        browser.ExpectPeace();
    }
}
