using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>Reading in the page: lists, a message in all its views, what is attached.</summary>
public sealed class PageReadingTests : PageFixture
{
    private const string Dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private const string Alternative =
        "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + "See https://example.org/plans?a=1&b=2 (or http://x.test/b). Write to mailto:ann@example.org, not to javascript:alert(1) or ftp://x.test/.\r\n> before\r\n>> earlier\r\n"
        + "--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h1>Offer</h1><p>For <b>you</b></p>\r\n--a--\r\n";

    private const string Picture = "Content-Type: image/png; name=dot.png\r\nContent-Disposition: attachment; filename=dot.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Dot;

    private const string Notes = "Content-Type: text/csv; name=notes.csv\r\nContent-Disposition: attachment; filename=notes.csv\r\n\r\none,two\r\n<b>three</b>,four\r\n";

    [TestCaseSource(typeof(BrowserLook), nameof(BrowserLook.All))]
    public async Task A_message_is_read_in_every_way(BrowserLook look)
    {
        string id = await DeliverAsync(Mixed($"every way {look}", Alternative, Picture, Notes));
        await using Browser browser = await OpenAsync("", look);
        IPage page = browser.Page;
        await Expect(Row(page, id)).ToContainTextAsync($"every way {look}");
        await Expect(Row(page, id)).ToHaveClassAsync(new Regex("unread"));
        await browser.KeepAsync($"list-{look}");
        await Row(page, id).Locator("a").ClickAsync();
        await Expect(page.Locator("#subject")).ToHaveTextAsync($"every way {look}");
        await Expect(page.FrameLocator("#view iframe").Locator("h1")).ToHaveTextAsync("Offer");
        await Expect(page.Locator("#list")).ToBeVisibleAsync(new() { Visible = !look.IsPhone });
        await Expect(page.Locator("#download")).ToBeInViewportAsync(new() { Ratio = 1 });
        Assert.That((await page.Locator("#view iframe").BoundingBoxAsync())!.Height, Is.GreaterThan(look.Height * 0.4), "the mail has most of the screen, or can be scrolled to have it");
        await browser.KeepAsync($"message-{look}");

        await page.Locator("#tab-text").ClickAsync();
        await Expect(page.Locator("#view a")).ToHaveCountAsync(3);
        Assert.That(await page.Locator("#view a").EvaluateAllAsync<string[]>("all => all.map(one => `${one.href} ${one.target} ${one.rel}`)"), Is.EqualTo((string[])
        [
            "https://example.org/plans?a=1&b=2 _blank noopener noreferrer", "http://x.test/b _blank noopener noreferrer", "mailto:ann@example.org _blank noopener noreferrer",
        ]));
        await Expect(page.Locator("#view .quote.deep")).ToContainTextAsync("earlier");

        await page.Locator("#tab-headers").ClickAsync();
        ILocator headers = page.Locator("#view tr:visible");
        await Expect(headers.Filter(new() { HasText = "Return-Path" })).ToHaveCountAsync(1);
        await page.GetByLabel("Filter", new() { Exact = true }).FillAsync("mime-v");
        await Expect(headers).ToHaveCountAsync(1);
        await Expect(headers).ToContainTextAsync("1.0");

        await page.Locator("#tab-source").ClickAsync();
        await Expect(page.Locator("#view .name").Filter(new() { HasText = "Return-Path:" })).ToHaveCountAsync(1);
        await Expect(page.Locator("#view .boundary").First).ToHaveTextAsync("--b");
        await page.Locator("#tab-parts").ClickAsync();
        await Expect(page.Locator("#view .part")).ToHaveCountAsync(6);
        await Expect(page.Locator("#view .parts ul ul .part").First).ToContainTextAsync("text/plain");
        await Expect(page.Locator("#view .part").Last).ToContainTextAsync("notes.csv");

        Assert.That(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), Is.True, "nothing is wider than the screen");
        if (look.IsPhone)
        {
            await page.Locator("#back").ClickAsync();
            await Expect(page.Locator("#list")).ToBeVisibleAsync();
        }
        await Expect(Row(page, id)).Not.ToHaveClassAsync(new Regex("unread"));
        browser.ExpectPeace();
    }

    [TestCaseSource(typeof(BrowserLook), nameof(BrowserLook.All))]
    public async Task Places_are_beside_the_list_or_in_a_drawer(BrowserLook look)
    {
        string name = $"{look.Name}{look.IsDark}".ToLowerInvariant();
        await DeliverManyAsync("for the drawer", 2, $"{name}@local.test");
        await using Browser browser = await OpenAsync("", look);
        IPage page = browser.Page;
        ILocator menu = page.Locator("#menu");
        if (look.Name == "desktop") await Expect(menu).ToBeHiddenAsync();
        else await menu.ClickAsync();
        await page.GetByLabel("Filter mailboxes").FillAsync(name);
        ILocator mailbox = page.Locator("#addresses a");
        await Expect(mailbox).ToHaveCountAsync(1);
        await Expect(mailbox).ToContainTextAsync("2 unread");
        await browser.KeepAsync($"places-{look}");
        await mailbox.ClickAsync();
        await Expect(page.Locator("#list-title")).ToHaveTextAsync($"{name}@local.test");
        await Expect(page.Locator("#messages li[data-id]")).ToHaveCountAsync(2);
        await Expect(page.Locator("#folders")).ToBeVisibleAsync(new() { Visible = look.Name == "desktop" });
        browser.ExpectPeace();
    }

    [Test]
    public async Task Domains_unread_starred_and_tags_are_lists()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("sorted", 3, "sorted@localhost");
        await Server.Api.SendAsync(HttpMethod.Put, "api/v1/messages", $"{{\"IDs\":[\"{ids[0]}\"],\"Read\":true,\"Starred\":true}}");
        await Server.Api.SendAsync(HttpMethod.Put, "api/v1/tags", $"{{\"IDs\":[\"{ids[1]}\"],\"Tags\":[\"to do/now\"]}}");
        await using Browser browser = await OpenAsync("");
        IPage page = browser.Page;
        await page.Locator("#domains a").Filter(new() { HasText = "localhost" }).ClickAsync();
        await Expect(page.Locator("#messages li[data-id]")).ToHaveCountAsync(3);
        await page.Locator("#places a").Filter(new() { HasText = "Starred" }).ClickAsync();
        await Expect(Row(page, ids[0])).ToBeVisibleAsync();
        await Expect(Row(page, ids[2])).ToHaveCountAsync(0);
        await page.Locator("#places a").Filter(new() { HasText = "Unread" }).ClickAsync();
        await Expect(Row(page, ids[2])).ToBeVisibleAsync();
        await Expect(Row(page, ids[0])).ToHaveCountAsync(0);
        await page.Locator("#tags a").Filter(new() { HasText = "to do/now" }).ClickAsync();
        await Expect(page.Locator("#messages li[data-id]")).ToHaveCountAsync(1);
        await Expect(Row(page, ids[1]).Locator(".tag")).ToHaveTextAsync("to do/now");
        await Expect(page.Locator("#tags a[aria-current]")).ToHaveCountAsync(1);
        browser.ExpectPeace();
    }

    [Test]
    public async Task Long_list_holds_few_rows_and_stays_where_it_is_when_mail_comes()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("long", 260, "long@local.test");
        await using Browser browser = await OpenAsync("#/search/subject%3Along");
        IPage page = browser.Page;
        await Expect(page.Locator("#counts")).ToHaveTextAsync("260 messages");
        await page.EvaluateAsync("() => { const box = document.getElementById('scroll'); box.scrollTop = box.scrollHeight; }");
        await Expect(Row(page, ids[0])).ToBeVisibleAsync();
        Assert.That(await page.Locator("#messages li").CountAsync(), Is.LessThan(60));
        await Expect(Row(page, ids[0])).ToHaveAttributeAsync("aria-posinset", "260");

        await page.GotoAsync("#/");
        await Expect(page.Locator("#list-title")).ToHaveTextAsync("All mail");
        await Expect(Row(page, ids[^1])).ToBeVisibleAsync();
        await page.EvaluateAsync("() => { document.getElementById('scroll').scrollTop = 1000; }");
        ILocator seen = Row(page, ids[^18]);
        await Expect(seen).ToBeVisibleAsync();
        float before = (await seen.BoundingBoxAsync())!.Y;
        string id = await DeliverAsync(Plain("above what is seen"));
        await Expect(page.Locator("#to-top")).ToHaveTextAsync("1 new message above");
        Assert.That((await seen.BoundingBoxAsync())!.Y, Is.EqualTo(before).Within(1));
        await page.Locator("#to-top").ClickAsync();
        await Expect(Row(page, id)).ToBeInViewportAsync();
        browser.ExpectPeace();
    }

    [Test]
    public async Task Next_and_previous_and_a_link_lead_to_messages()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("neighbours", 3);
        await using Browser browser = await OpenAsync($"#/search/subject%3Aneighbours/message/{ids[1]}");
        IPage page = browser.Page;
        await Expect(page.Locator("#subject")).ToHaveTextAsync("neighbours 1");
        await page.Locator("#next").ClickAsync();
        await Expect(page.Locator("#subject")).ToHaveTextAsync("neighbours 0");
        await page.Locator("#previous").ClickAsync();
        await page.Locator("#previous").ClickAsync();
        await Expect(page.Locator("#subject")).ToHaveTextAsync("neighbours 2");
        Assert.That(await page.Locator("#elsewhere").GetAttributeAsync("href"), Is.EqualTo($"#/message/{ids[2]}"));
        Assert.That(await page.Locator("#elsewhere").GetAttributeAsync("rel"), Does.Contain("noopener"));
        await page.GoBackAsync();
        await Expect(page.Locator("#subject")).ToHaveTextAsync("neighbours 1");
    }

    [Test]
    public async Task Html_is_shown_at_the_widths_of_other_screens()
    {
        string id = await DeliverAsync("Subject: widths\r\nContent-Type: text/html\r\n\r\n<p>wide\r\n");
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        ILocator frame = page.Locator("#view iframe");
        foreach ((string name, string width) in (IEnumerable<(string, string)>)[("Phone", "390px"), ("Tablet", "820px"), ("Desktop", "1280px")])
        {
            await page.Locator("#widths").GetByText(name).ClickAsync();
            await Expect(frame).ToHaveCSSAsync("width", width);
            LocatorBoundingBoxResult seen = (await frame.BoundingBoxAsync())!, stage = (await page.Locator(".stage").BoundingBoxAsync())!;
            Assert.That(seen.Width, Is.LessThanOrEqualTo(stage.Width + 1), "what is wider is drawn smaller");
        }
        await page.Locator("#widths").GetByText("Desktop").ClickAsync();
        await Expect(page.Locator("#widths [aria-pressed=true]")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Huge_source_comes_in_pieces_while_the_page_goes_on()
    {
        string id = await DeliverAsync(System.Text.Encoding.ASCII.GetString(BulkMail.OfSize(4_000_000, "huge")));
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        await page.Locator("#tab-source").ClickAsync();
        await Expect(page.Locator("#view .source pre").First).ToContainTextAsync("Subject: huge");
        int pieces = await page.Locator("#view .source pre").CountAsync();
        Assert.That(pieces, Is.LessThan(40), "what is not seen yet is not there yet");
        for (int i = 0; i < 3; i++)
        {
            await page.EvaluateAsync("() => document.querySelector('#view .more').scrollIntoView()");
            await Expect(page.Locator("#view .source pre").Nth(pieces)).ToContainTextAsync("quick brown fox");
            pieces = await page.Locator("#view .source pre").CountAsync();
        }
        await page.Locator("#tab-text").ClickAsync();
        await Expect(page.Locator("#view .prose pre").First).ToContainTextAsync("huge, line 000000");
    }

    [Test]
    public async Task Attachments_are_looked_at_and_downloaded_one_or_all()
    {
        string id = await DeliverAsync(Mixed("attached", "Content-Type: text/plain\r\n\r\ntext", Picture, Notes));
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        await Expect(page.Locator("#attachments li")).ToHaveCountAsync(2);
        await Expect(page.Locator("#attachments li").First).ToContainTextAsync("image/png, 70 B");

        await page.GetByRole(AriaRole.Button, new() { Name = "Preview dot.png" }).ClickAsync();
        await Expect(page.Locator("#preview img")).ToHaveJSPropertyAsync("naturalWidth", 1);
        await browser.KeepAsync("preview");
        await page.Locator("#preview").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.Locator("#preview")).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview notes.csv" }).ClickAsync();
        await Expect(page.Locator("#preview pre")).ToContainTextAsync("<b>three</b>,four");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#preview")).ToBeHiddenAsync();

        IDownload one = await page.RunAndWaitForDownloadAsync(() => page.Locator("#attachments a").First.ClickAsync());
        Assert.That(one.SuggestedFilename, Is.EqualTo("dot.png"));
        var names = new List<string>();
        var all = new TaskCompletionSource();
        page.Download += (_, download) =>
        {
            lock (names) names.Add(download.SuggestedFilename);
            if (names.Count == 2) all.TrySetResult();
        };
        await page.Locator("#download-all").ClickAsync();
        await all.Task.WaitAsync(TimeSpan.FromMilliseconds(BrowserProcess.Patience));
        Assert.That(names, Is.EquivalentTo((string[])["dot.png", "notes.csv"]));
        browser.ExpectPeace();
    }

    [Test]
    public async Task Messages_within_a_message_are_shown_as_they_would_be_by_themselves()
    {
        string page = "From: Cy <cy@remote.test>\r\nSubject: inner page\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=i\r\n\r\n--i\r\nContent-Type: text/html\r\n\r\n"
            + $"<h1>Within</h1><img alt=dot src=\"cid:dot@x\"><img id=far src=\"http://far.example/nested.png\">\r\n--i\r\nContent-Type: image/png\r\nContent-ID: <dot@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n{Dot}\r\n--i--\r\n";
        string id = await DeliverAsync(Mixed("nesting", "Content-Type: text/plain\r\n\r\nouter", $"Content-Type: message/rfc822\r\n\r\n{page}", "Content-Type: message/rfc822\r\n\r\nSubject: inner text\r\n\r\nread https://example.org/ please\r\n"));
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IFrameLocator mail = browser.Page.FrameLocator("#preview iframe");
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Preview inner page" }).ClickAsync();
        await Expect(mail.Locator("h1")).ToHaveTextAsync("Within");
        await Expect(mail.Locator("body")).ToContainTextAsync("Cy <cy@remote.test>");
        await Expect(mail.Locator("img").First).ToHaveJSPropertyAsync("naturalWidth", 1);
        await browser.KeepAsync("nested");
        browser.ExpectPeace();
        await browser.Page.Locator("#preview .notice button").ClickAsync();
        await Eventually.HoldsAsync(() => browser.Foreign.Contains("http://far.example/nested.png"), "the picture is asked for", TimeSpan.FromSeconds(45));
        await Expect(browser.Page.Locator("#preview .notice")).ToHaveCountAsync(0);
        await browser.Page.Keyboard.PressAsync("Escape");

        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Preview inner text" }).ClickAsync();
        await Expect(mail.Locator("a")).ToHaveAttributeAsync("href", "https://example.org/");
        await Expect(browser.Page.Locator("#preview .notice")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task What_is_within_a_message_within_a_message_opens_in_its_place()
    {
        string third = "Content-Type: message/rfc822\r\n\r\nSubject: third\r\nContent-Type: text/html\r\n\r\n<h1>Deep</h1>\r\n";
        string second = Mixed("second", "Content-Type: text/plain\r\n\r\nmiddle", third, "Content-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment\r\n\r\nnoted").Replace("boundary=b", "boundary=s", StringComparison.Ordinal).Replace("--b", "--s", StringComparison.Ordinal);
        string id = await DeliverAsync(Mixed("matryoshka", "Content-Type: text/plain\r\n\r\nouter", $"Content-Type: message/rfc822\r\n\r\n{second}"));
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        ILocator Inside(string name) => page.Locator("#preview").GetByRole(AriaRole.Button, new() { Name = name });
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview second" }).ClickAsync();
        await Expect(page.FrameLocator("#preview iframe").Locator("body")).ToContainTextAsync("middle");
        await Expect(page.Locator("#preview .cards li")).ToHaveCountAsync(2);
        IDownload notes = await page.RunAndWaitForDownloadAsync(() => page.Locator("#preview .cards a", new() { HasText = "notes.txt" }).ClickAsync());
        Assert.That(await File.ReadAllTextAsync(await notes.PathAsync()), Is.EqualTo("noted"));

        // By keyboard, and the keys go on to what came in its place.
        await Inside("Preview third").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.FrameLocator("#preview iframe").Locator("h1")).ToHaveTextAsync("Deep");
        await Expect(page.Locator("#preview-title")).ToHaveTextAsync("third.eml");
        await Expect(page.Locator("#preview-content")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#preview")).ToBeHiddenAsync();
        await Expect(page.Locator("#preview-content > *")).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = "Preview second" }).ClickAsync();
        await Inside("Preview notes.txt").ClickAsync();
        await Expect(page.Locator("#preview pre")).ToHaveTextAsync("noted\n");
        browser.ExpectPeace();
    }

    /// <summary>Whether the browser shows it or saves it: what it got can act neither here nor there.</summary>
    [TestCase("a real one", "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")]
    [TestCase("a page", "<!DOCTYPE html><script>opener.document.title = top.document.title = 'touched'; alert(1); fetch('http://evil.example/')</script>")]
    public async Task A_pdf_is_looked_at_in_a_window_that_has_no_hold_on_the_page(string what, string content)
    {
        string id = await DeliverAsync(Mixed($"pdf {what}", "Content-Type: text/plain\r\n\r\nsee", $"Content-Type: application/pdf; name=report.pdf\r\nContent-Disposition: attachment; filename=report.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(content))}"));
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        ILocator link = page.GetByRole(AriaRole.Link, new() { Name = "Preview report.pdf" });
        string address = $"api/v1/message/{id}/part/2?preview=1";
        await Expect(link).ToHaveAttributeAsync("href", address);
        var answered = new TaskCompletionSource();
        page.Context.Response += (_, response) => { if (response.Url.EndsWith(address, StringComparison.Ordinal)) answered.TrySetResult(); };
        await page.RunAndWaitForPopupAsync(() => link.ClickAsync());
        await answered.Task.WaitAsync(TimeSpan.FromMilliseconds(BrowserProcess.Patience));
        // Chromium leaves away of the policy what its viewer is not subject to, so the answer itself is looked at.
        using HttpResponseMessage answer = await Server.Api.GetAsync(address);
        Assert.That((answer.Content.Headers.ContentType?.ToString(), answer.Content.Headers.ContentDisposition?.DispositionType, answer.Headers.GetValues("X-Content-Type-Options").Single()),
            Is.EqualTo(("application/pdf", "inline", "nosniff")));
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none';").And.Not.Contain("script-src").And.Contain("frame-ancestors 'none'"));
        Assert.That(await link.GetAttributeAsync("rel"), Is.EqualTo("noopener"));
        Assert.That(await page.TitleAsync(), Does.EndWith("All mail - Smtpd"));
        Assert.That(page.Url, Does.EndWith($"#/message/{id}"));
        await Expect(page.Locator("#live")).ToHaveTextAsync("live");
        // What the viewer loads of its own lies in the browser.
        Assert.That(browser.Foreign.Where(one => one.StartsWith("http", StringComparison.Ordinal)).Concat(browser.Events.Where(one => !one.StartsWith("popup", StringComparison.Ordinal))), Is.Empty);
    }

    [Test]
    public async Task Pictures_that_came_with_a_mail_are_shown()
    {
        string id = await DeliverAsync("Subject: picture\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<img alt=dot src=\"cid:dot@x\">\r\n"
            + $"--b\r\nContent-Type: image/png\r\nContent-ID: <dot@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n{Dot}\r\n--b--\r\n");
        await using Browser browser = await OpenAsync($"#/message/{id}");
        ILocator picture = browser.Page.FrameLocator("#view iframe").Locator("img");
        await Expect(picture).ToHaveJSPropertyAsync("naturalWidth", 1);
        await Expect(browser.Page.Locator("#remote")).ToBeHiddenAsync();
        browser.ExpectPeace();
    }

    [Test]
    public async Task Content_that_lies_elsewhere_waits_for_a_click_and_links_open_windows_of_their_own()
    {
        string id = await DeliverAsync("Subject: remote\r\nContent-Type: text/html\r\n\r\n<p>near</p><img alt=far src=\"http://far.example/pixel.png\"><a href=\"http://far.example/read\">read on</a>\r\n");
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        IFrameLocator mail = page.FrameLocator("#view iframe");
        await Expect(mail.Locator("p")).ToHaveTextAsync("near");
        await Expect(page.Locator("#remote")).ToBeVisibleAsync();
        browser.ExpectPeace();
        await page.Locator("#load-remote").ClickAsync();
        await Eventually.HoldsAsync(() => browser.Foreign.Contains("http://far.example/pixel.png"), "the picture is asked for", TimeSpan.FromSeconds(45));
        await Expect(page.Locator("#remote")).ToBeHiddenAsync();

        IPage window = await page.RunAndWaitForPopupAsync(() => mail.Locator("a").ClickAsync());
        Assert.That(await window.EvaluateAsync<bool>("window.opener === null"), Is.True);
        Assert.That(page.Url, Does.EndWith($"#/message/{id}"));
    }

    [Test]
    public async Task On_paper_there_is_the_message_and_nothing_else()
    {
        string id = await DeliverAsync(Plain("on paper"));
        await using Browser browser = await OpenAsync();
        IPage page = browser.Page;
        await page.AddInitScriptAsync("window.print = () => { window.printed = true; };");
        await page.GotoAsync($"#/message/{id}");
        await Expect(page.Locator("#view pre")).ToContainTextAsync("Hello from on paper");
        await page.Locator("#print").ClickAsync();
        Assert.That(await page.EvaluateAsync<bool>("window.printed"), Is.True);
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(page.Locator("#subject")).ToBeVisibleAsync();
        foreach (string part in (string[])["#bar", "#folders", "#list", "#message-bar", "#tabs"]) await Expect(page.Locator(part)).ToBeHiddenAsync();
    }

    [Test]
    public async Task A_long_html_mail_is_printed_whole_in_a_window_of_its_own()
    {
        const int Sheets = 45;
        string id = await DeliverAsync($"From: Ann <ann@remote.test>\r\nSubject: many sheets\r\nContent-Type: text/html\r\n\r\n{string.Concat(Enumerable.Range(1, Sheets).Select(i => $"<p style=\"page-break-after:always\">Sheet {i}</p>\r\n"))}<p>The end\r\n");
        await using Browser browser = await OpenAsync($"#/message/{id}");
        await Expect(browser.Page.FrameLocator("#view iframe").Locator("p").Last).ToHaveTextAsync("The end");
        IPage paper = await browser.Page.RunAndWaitForPopupAsync(() => browser.Page.Locator("#print").ClickAsync());
        await Expect(paper.Locator("p").Last).ToHaveTextAsync("The end");
        await Expect(paper.Locator("body")).ToContainTextAsync("Subject: many sheets");
        Assert.That(await paper.EvaluateAsync<bool>("window.opener === null && window.origin === 'null'"), Is.True);
        string pdf = System.Text.Encoding.Latin1.GetString(await paper.PdfAsync());
        Assert.That(Regex.Count(pdf, @"/Type\s*/Page\b"), Is.EqualTo(Sheets + 1));
    }

    [Test]
    public async Task Addresses_of_the_original_land_on_the_right_view()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("old addresses", 30);
        await using Browser browser = await OpenAsync();
        IPage page = browser.Page;
        await page.GotoAsync($"mail/{ids[0]}");
        await Expect(page.Locator("#subject")).ToHaveTextAsync("old addresses 0");
        await page.GotoAsync("mails");
        await Expect(page).ToHaveURLAsync(new Regex("/$"));
        await Expect(Row(page, ids[^1])).ToBeInViewportAsync();
        await page.GotoAsync("mails/2");
        await Expect(Row(page, ids[^26])).ToBeInViewportAsync();
        await page.GotoAsync("status");
        await Expect(page.Locator("#other h2")).ToHaveTextAsync("Status");
    }
}
