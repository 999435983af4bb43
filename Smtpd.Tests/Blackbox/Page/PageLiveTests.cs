using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>News in the page: what comes and goes while it is open.</summary>
public sealed class PageLiveTests : PageFixture
{
    [TestCaseSource(typeof(BrowserLook), nameof(BrowserLook.All))]
    public async Task Mail_appears_by_itself_and_is_counted(BrowserLook look)
    {
        await using Browser browser = await OpenAsync("", look);
        IPage page = browser.Page;
        string id = await DeliverAsync(Plain("a live mail"));
        await Expect(Row(page, id)).ToContainTextAsync("a live mail");
        await Expect(page.Locator("#messages li").First).ToHaveAttributeAsync("data-id", id);
        await Expect(page).ToHaveTitleAsync(new Regex(@"^\([0-9,]+\) All mail - Smtpd$"));
        await Expect(page.Locator("#icon")).ToHaveAttributeAsync("href", new Regex("^data:image/png;base64,"));

        // What others do to it is seen too.
        await Server.Api.SendAsync(HttpMethod.Put, "api/v1/messages", $"{{\"IDs\":[\"{id}\"],\"Read\":true,\"Starred\":true}}");
        await Expect(Row(page, id)).Not.ToHaveClassAsync(new Regex("unread"));
        await Expect(Row(page, id).Locator(".star")).ToHaveAttributeAsync("aria-pressed", "true");
        await Server.Api.SendAsync(HttpMethod.Delete, "api/v1/messages", $"{{\"IDs\":[\"{id}\"]}}");
        await Expect(Row(page, id)).ToHaveCountAsync(0);
        browser.ExpectPeace();
    }

    [Test]
    public async Task What_is_read_stays_when_it_is_deleted_elsewhere()
    {
        string id = await DeliverAsync(Plain("read while it goes"));
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        await Expect(page.Locator("#view pre")).ToContainTextAsync("read while it goes");
        await DeliverAsync(Plain("another one"));
        await Expect(page.Locator("#messages li").First).ToContainTextAsync("another one");
        await Expect(page.Locator("#view pre")).ToContainTextAsync("read while it goes");
        await Server.Api.SendAsync(HttpMethod.Delete, "api/v1/messages", $"{{\"IDs\":[\"{id}\"]}}");
        await Expect(page.Locator("#gone")).ToContainTextAsync("has been deleted");
        await Expect(page.Locator("#view pre")).ToContainTextAsync("read while it goes");
        browser.ExpectPeace();
    }

    [Test]
    public async Task Flood_is_seen_to_its_end()
    {
        await using Browser browser = await OpenAsync("");
        IPage page = browser.Page;
        IReadOnlyList<BulkMail> mails = BulkMail.RoundRobin([BulkMail.OfSize(500, "flood")], 600);
        await new BulkLoad(mails).SendAsync(Server.Configuration.SmtpPort, connections: 8);
        string total = (await Server.Api.TotalAsync()).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Expect(page.Locator("#count-all")).ToHaveTextAsync(total.Length > 3 ? total.Insert(total.Length - 3, ",") : total);
        await Expect(page.Locator("#counts")).ToContainTextAsync(total.Length > 3 ? total.Insert(total.Length - 3, ",") : total);
        string newest = (await Server.Api.JsonAsync("api/v1/messages?limit=1")).GetProperty("messages")[0].GetProperty("ID").GetString()!;
        await Expect(page.Locator("#messages li").First).ToHaveAttributeAsync("data-id", newest);
        browser.ExpectPeace();
    }

    [TestCase("delete window.WebSocket", "stream", "live")]
    [TestCase("window.WebSocket = class { constructor() { setTimeout(() => this.onclose()); } close() {} }", "stream", "live")]
    [TestCase("delete window.WebSocket; delete window.EventSource", "asking", "asks every 10 s")]
    public async Task Without_a_websocket_news_come_by_other_ways(string script, string way, string text)
    {
        await using Browser browser = await OpenAsync();
        IPage page = browser.Page;
        await page.AddInitScriptAsync(script);
        await page.GotoAsync("");
        await Expect(page.Locator("#live")).ToHaveClassAsync(way);
        await Expect(page.Locator("#live")).ToHaveTextAsync(text);
        string id = await DeliverAsync(Plain($"by {way}"));
        await Expect(Row(page, id)).ToBeVisibleAsync();
        browser.ExpectPeace();
    }

    [Test]
    public async Task Mail_is_announced_to_who_wants_it_and_looks_elsewhere()
    {
        await using Browser browser = await OpenAsync();
        IPage page = browser.Page;
        await page.AddInitScriptAsync(
            """
            window.notes = [];
            window.Notification = class { static permission = 'default'; static async requestPermission() { return this.permission = 'granted'; } constructor(title, { body }) { notes.push(`${title}: ${body}`); } };
            document.hasFocus = () => false;
            """);
        await page.GotoAsync("");
        await Expect(page.Locator("#live")).ToHaveTextAsync("live");
        await DeliverAsync(Plain("not announced"));
        await Expect(page.Locator("#messages li").First).ToContainTextAsync("not announced");
        await page.Locator("#notify").ClickAsync();
        await Expect(page.Locator("#notify")).ToHaveAttributeAsync("aria-pressed", "true");
        await DeliverAsync(Plain("announced"));
        await page.WaitForFunctionAsync("window.notes.length > 0");
        Assert.That(await page.EvaluateAsync<string[]>("window.notes"), Is.EqualTo((string[])["Ann: announced"]));
        await page.Locator("#notify").ClickAsync();
        await Expect(page.Locator("#notify")).ToHaveAttributeAsync("aria-pressed", "false");
    }
}
