using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>The page in a browser (docs/web.md).</summary>
[Category("Browser")]
[NonParallelizable]
public sealed class PageTests : ServerFixture
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

    private async Task<string> DeliverAsync(string source)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        return (await dialogue.DeliverAsync(source, "sender@remote.test", "alice@local.test")).QueuedAs!;
    }

    private static string Plain(string subject) => $"From: Ann <ann@remote.test>\r\nTo: alice@local.test\r\nSubject: {subject}\r\n\r\nHello from {subject}\r\n";

    private static ILocator Row(IPage page, string id) => page.Locator($"#messages li[data-id='{id}']");

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    [Test]
    public async Task Mail_appears_by_itself_and_opens_and_is_marked_and_deleted()
    {
        await using Browser browser = await Browser.OpenAsync(Server.Configuration.WebPort);
        IPage page = browser.Page;
        await page.GotoAsync("");
        await Expect(page.Locator("#live")).ToHaveTextAsync("live");
        string id = await DeliverAsync(Plain("a live mail"));
        await Expect(Row(page, id)).ToContainTextAsync("a live mail");
        await Expect(Row(page, id)).ToHaveClassAsync(new Regex("unread"));
        await Expect(page.Locator("#messages li").First).ToHaveAttributeAsync("data-id", id);

        await Row(page, id).ClickAsync();
        await Expect(page.Locator("#subject")).ToHaveTextAsync("a live mail");
        await Expect(page.Locator("#view pre")).ToContainTextAsync("Hello from a live mail");
        await Expect(Row(page, id)).Not.ToHaveClassAsync(new Regex("unread"));
        await page.Locator("#tabs [data-view=headers]").ClickAsync();
        await Expect(page.Locator("#view pre")).ToContainTextAsync("Subject: a live mail");
        await page.Locator("#tabs [data-view=source]").ClickAsync();
        await Expect(page.Locator("#view pre")).ToContainTextAsync("Return-Path:");

        await page.Locator("#unread").ClickAsync();
        await Expect(Row(page, id)).ToHaveClassAsync(new Regex("unread"));
        await Row(page, id).ClickAsync();
        await page.Locator("#delete").ClickAsync();
        await Expect(Row(page, id)).ToHaveCountAsync(0);
        Assert.That((int)(await Server.Api.GetAsync($"api/v1/message/{id}")).StatusCode, Is.EqualTo(404));
        Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty);
    }

    [Test]
    public async Task Hostile_mail_runs_nothing_and_asks_for_nothing()
    {
        string id = await DeliverAsync(s_hostile);
        await using Browser browser = await Browser.OpenAsync(Server.Configuration.WebPort);
        IPage page = browser.Page;
        await page.GotoAsync("");
        await Expect(Row(page, id)).ToContainTextAsync("<script>alert(2)</script>");
        await Row(page, id).ClickAsync();
        await Expect(page.Locator("#subject")).ToContainTextAsync("<script>alert(2)</script>");
        await Expect(page.Locator("#attachments a")).ToHaveCountAsync(1);
        IFrameLocator mail = page.FrameLocator("#view iframe");
        await Expect(mail.Locator("h1")).ToHaveTextAsync("Offer");
        await mail.Locator("#m-script").ClickAsync();
        Assert.That(await mail.Locator("form, button, input, iframe, svg, video").CountAsync(), Is.Zero);
        await Expect(mail.Locator("h1")).ToHaveTextAsync("Offer");
        Assert.That(page.Url, Does.Contain($"#/message/{id}"));
        Assert.That(await page.Locator("img, #message script, #list script").CountAsync(), Is.Zero);

        // A part that is a page is a download, and its name is made harmless.
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.Locator("#attachments a").ClickAsync());
        Assert.That(download.SuggestedFilename, Does.Not.Contain('<').And.Not.Contain('/'));
        Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty);
    }

    [Test]
    public async Task Hostile_mail_that_is_opened_alone_runs_nothing_either()
    {
        string id = await DeliverAsync(s_hostile);
        await using Browser browser = await Browser.OpenAsync(Server.Configuration.WebPort);
        IPage page = browser.Page;
        await page.GotoAsync($"view/{id}.html");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Offer");
        await page.Locator("#m-script").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Offer");
        Assert.That(page.Url, Does.EndWith($"view/{id}.html"));
        Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty);
    }

    [Test]
    public async Task Pictures_that_came_with_a_mail_are_shown()
    {
        const string Dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        string id = await DeliverAsync("Subject: picture\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<img id=dot src=\"cid:dot@x\">\r\n"
            + $"--b\r\nContent-Type: image/png\r\nContent-ID: <dot@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n{Dot}\r\n--b--\r\n");
        await using Browser browser = await Browser.OpenAsync(Server.Configuration.WebPort);
        await browser.Page.GotoAsync($"#/message/{id}");
        ILocator picture = browser.Page.FrameLocator("#view iframe").Locator("#m-dot");
        await Expect(picture).ToHaveJSPropertyAsync("naturalWidth", 1);
        Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty);
    }

    [Test]
    public async Task On_a_phone_the_list_gives_way_to_the_message_and_comes_back()
    {
        for (int i = 0; i < 60; i++) await DeliverAsync(Plain($"number {i}"));
        string id = await DeliverAsync(Plain("for a phone"));
        await using Browser browser = await Browser.OpenAsync(Server.Configuration.WebPort, isPhone: true);
        IPage page = browser.Page;
        await page.GotoAsync($"mail/{id}");
        await Expect(page.Locator("#subject")).ToHaveTextAsync("for a phone");
        await Expect(page.Locator("#list")).ToBeHiddenAsync();
        await page.Locator("#back").ClickAsync();
        await Expect(page.Locator("#list")).ToBeVisibleAsync();
        await Expect(page.Locator("#messages li")).ToHaveCountAsync(50);
        await page.Locator("#older").ClickAsync();
        await Expect(page.Locator("#messages li")).Not.ToHaveCountAsync(50);
        Assert.That(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), Is.True, "nothing is wider than the screen");
        Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty);
    }

    [Test]
    public async Task Everything_is_deleted_after_a_question()
    {
        await using SmtpdProcess server = await SmtpdProcess.StartAsync(Configured(out TemporaryFolder folder));
        using (folder)
        {
            await using (SmtpDialogue dialogue = await SmtpDialogue.IntroducedAsync(server.Configuration.SmtpPort)) await dialogue.DeliverAsync(Plain("gone soon"));
            await using Browser browser = await Browser.OpenAsync(server.Configuration.WebPort);
            IPage page = browser.Page;
            await page.GotoAsync("");
            await Expect(page.Locator("#messages li")).ToHaveCountAsync(1);
            await page.Locator("#read-all").ClickAsync();
            await Expect(page.Locator("#messages li.unread")).ToHaveCountAsync(0);
            await page.Locator("#delete-all").ClickAsync();
            await page.Locator("#confirm button[value=no]").ClickAsync();
            await Expect(page.Locator("#messages li")).ToHaveCountAsync(1);
            await page.Locator("#delete-all").ClickAsync();
            await page.Locator("#yes").ClickAsync();
            await Expect(page.Locator("#empty")).ToBeVisibleAsync();
            Assert.That(await server.Api.TotalAsync(), Is.Zero);
            await server.StopAsync();
        }
    }

    [Test]
    public async Task Sender_is_blocked_and_unblocked_in_the_page()
    {
        await using SmtpdProcess server = await SmtpdProcess.StartAsync(Configured(out TemporaryFolder folder));
        using (folder)
        {
            await using SmtpDialogue dialogue = await SmtpDialogue.IntroducedAsync(server.Configuration.SmtpPort);
            string id = (await dialogue.DeliverAsync(Plain("unwanted"), "spam&x@remote.test")).QueuedAs!;
            await using Browser browser = await Browser.OpenAsync(server.Configuration.WebPort);
            IPage page = browser.Page;
            await page.GotoAsync($"#/message/{id}");
            await page.Locator("#block").ClickAsync();
            await Expect(page.Locator("#block-sender")).ToHaveTextAsync("The sender spam&x@remote.test");
            await page.Locator("#block-sender").ClickAsync();
            await Eventually.HoldsAsync(async () =>
            {
                await dialogue.ExpectAsync("RSET", 250);
                return (await dialogue.SayAsync("MAIL FROM:<spam&x@remote.test>")).Code == 550;
            }, "a refusal");
            await page.Locator("#show-blocks").ClickAsync();
            await Expect(page.Locator("#blocked li")).ToContainTextAsync("sender spam&x@remote.test");
            await page.Locator("#blocked button").ClickAsync();
            await Expect(page.Locator("#nobody")).ToBeVisibleAsync();
            await dialogue.ExpectAsync("MAIL FROM:<spam&x@remote.test>", 250);
            Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty);
            await server.StopAsync();
        }
    }

    private static SmtpdConfiguration Configured(out TemporaryFolder folder) => new(folder = new TemporaryFolder());
}
