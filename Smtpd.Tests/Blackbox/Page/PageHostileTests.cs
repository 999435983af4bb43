using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>Mail that means harm, in the page and beside it.</summary>
public sealed class PageHostileTests : PageFixture
{
    private const string Attack = "\"><img src=http://evil.example/s onerror=alert(1)><script>alert(2)</script>";

    private static readonly string s_hostile =
        $"From: {Quoted(Attack)} <a@remote.test>\r\nTo: {Quoted(Attack)} <alice@local.test>\r\nSubject: {Attack}\r\n"
        + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        + """
          <html><head><meta http-equiv="refresh" content="0;url=http://evil.example/refresh"><base href="http://evil.example/">
          <link rel="stylesheet" href="http://evil.example/css"><link rel="preconnect" href="http://evil.example">
          <style>@import "http://evil.example/import"; body { background: url(http://evil.example/background) }</style></head>
          <body onload="alert(3)" background="http://evil.example/body"><h1>Offer</h1>
          <script>alert(4); top.location = "http://evil.example/top"</script><script src="http://evil.example/script"></script>
          <img src="http://evil.example/pixel" onerror="alert(5)"><img srcset="http://evil.example/set 2x"><svg onload="alert(6)"><image href="http://evil.example/svg"/></svg>
          <iframe src="http://evil.example/frame"></iframe><iframe srcdoc="<script>parent.alert(7)</script>"></iframe><object data="http://evil.example/object"></object>
          <video poster="http://evil.example/poster" src="http://evil.example/video" autoplay></video><audio src="http://evil.example/audio"></audio>
          <form id="f" action="http://evil.example/form"><input autofocus onfocus="alert(8)"><button id="submit">Go</button></form>
          <a id="script" href="javascript:alert(9)">click</a><a id="away" target="_blank" href="http://evil.example/away">away</a><a id="top" target="_top" href="http://evil.example/totop">top</a>
          </body></html>

          """.ReplaceLineEndings("\r\n")
        + $"--b\r\nContent-Type: text/html; name={Quoted(Attack)}\r\nContent-Disposition: attachment; filename={Quoted(Attack)}\r\n\r\n<script>alert(10)</script>\r\n--b--\r\n";

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    [TestCaseSource(typeof(BrowserLook), nameof(BrowserLook.All))]
    public async Task Hostile_mail_runs_nothing_and_asks_for_nothing(BrowserLook look)
    {
        string id = await DeliverAsync(s_hostile);
        await using Browser browser = await OpenAsync("", look);
        IPage page = browser.Page;
        await Expect(Row(page, id)).ToContainTextAsync("<script>alert(2)</script>");
        await Row(page, id).Locator("a").ClickAsync();
        await Expect(page.Locator("#subject")).ToContainTextAsync("<script>alert(2)</script>");
        await Expect(page.Locator("#attachments li")).ToHaveCountAsync(1);
        await Expect(page.FrameLocator("#view iframe").Locator("h1")).ToHaveTextAsync("Offer");
        foreach (string tab in (string[])["text", "headers", "source", "parts"])
        {
            if (await page.Locator($"#tab-{tab}").IsHiddenAsync()) continue;
            await page.Locator($"#tab-{tab}").ClickAsync();
            await Expect(page.Locator("#view > *")).ToHaveCountAsync(1);
        }
        await page.Locator("#details summary").ClickAsync();
        Assert.That(page.Url, Does.Contain($"#/message/{id}"));
        Assert.That(await page.Locator("img, #message script, #list script").CountAsync(), Is.Zero);

        // A part that is a page is a download, or text to look at, and its name is made harmless.
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(page.Locator("#preview pre")).ToContainTextAsync("<script>alert(10)</script>");
        await page.Keyboard.PressAsync("Escape");
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.Locator("#attachments a").ClickAsync());
        Assert.That(download.SuggestedFilename, Does.Not.Contain('<').And.Not.Contain('/'));
        browser.ExpectPeace();
    }

    /// <summary>The marks turn what is behind them around, so that one kind of file looks like another, and one address like another.</summary>
    [Test]
    public async Task Names_are_shown_without_marks_that_turn_letters_around()
    {
        string id = await DeliverAsync("From: =?utf-8?Q?Bank_=E2=80=AE=E2=80=8B?= <a@b.test>\r\nTo: alice@local.test\r\nSubject: turned\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            + "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename*=utf-8''bill%E2%80%AEfdp.exe\r\n\r\nx\r\n--b--\r\n");
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        await Expect(page.Locator("#attachments .name")).ToHaveTextAsync("billfdp.exe");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Preview billfdp.exe", Exact = true })).ToBeVisibleAsync();
        await page.Locator("#tab-parts").ClickAsync();
        await Expect(page.Locator("#view .name")).ToHaveTextAsync("billfdp.exe");
        Assert.That(await page.Locator("#who").InnerTextAsync(), Does.Match("^Bank *<a@b.test>"));
        Assert.That(await Row(page, id).TextContentAsync(), Does.Contain("Bank").And.Not.Contain("\u202e"));
    }

    [Test]
    public async Task Hostile_mail_within_a_mail_runs_nothing_either()
    {
        string id = await DeliverAsync(Mixed("forwarded", "Content-Type: text/plain\r\n\r\nlook", $"Content-Type: message/rfc822\r\n\r\n{s_hostile.Replace("boundary=b", "boundary=i", StringComparison.Ordinal).Replace("--b", "--i", StringComparison.Ordinal)}"));
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        IFrameLocator mail = page.FrameLocator("#preview iframe");
        await Expect(mail.Locator("h1")).ToHaveTextAsync("Offer");
        await Expect(mail.Locator("body")).ToContainTextAsync("<script>alert(2)</script>");
        Assert.That(await mail.Locator("script, iframe, object, form, input, svg, meta[http-equiv=refresh], base").CountAsync(), Is.Zero);
        Assert.That(await page.Locator("#preview iframe").GetAttributeAsync("sandbox"), Is.EqualTo("allow-popups allow-popups-to-escape-sandbox"));
        Assert.That(await page.Locator("#preview script, #preview img").CountAsync(), Is.Zero);
        browser.ExpectPeace();
    }

    [Test]
    public async Task Hostile_mail_that_is_opened_alone_runs_nothing_either()
    {
        string id = await DeliverAsync(s_hostile);
        await using Browser browser = await OpenAsync();
        IPage page = browser.Page;
        await page.GotoAsync($"view/{id}.html");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Offer");
        Assert.That(await page.Locator("script, iframe, object, form, input, svg, meta[http-equiv=refresh], base").CountAsync(), Is.Zero);
        Assert.That(page.Url, Does.EndWith($"view/{id}.html"));
        browser.ExpectPeace();
    }

    [Test]
    public async Task Hostile_addresses_of_the_page_itself_do_nothing()
    {
        await using Browser browser = await OpenAsync("#/tag/%3Cimg%20src=x%20onerror=alert(1)%3E");
        IPage page = browser.Page;
        await Expect(page.Locator("#list-title")).ToHaveTextAsync("<img src=x onerror=alert(1)>");
        await page.GotoAsync("#/mailbox/..%2F..%2Flogout");
        await Expect(page.Locator("#list-title")).ToHaveTextAsync("../../logout");
        await page.GotoAsync("#/search/%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
        await Expect(page.Locator("#empty")).ToBeVisibleAsync();
        Assert.That(await page.EvaluateAsync<bool>("(() => { try { document.body.innerHTML = '<p>'; return false; } catch { return true; } })()"), Is.True, "no text becomes markup");
        browser.ExpectPeace();
    }
}
