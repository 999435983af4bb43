using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>axe-core finds nothing to object to, in any view, at any width, in either scheme.</summary>
public sealed class PageAccessibilityTests : PageFixture
{
    private string _axe = "";

    [OneTimeSetUp]
    public async Task ReadAxe() => _axe = await NpmClients.ReadAsync("axe-core", "axe.min.js");

    private async Task ExpectNoViolationAsync(IPage page, string what)
    {
        if (!await page.EvaluateAsync<bool>("typeof axe === 'object'")) await page.EvaluateAsync(_axe);
        // What a mail shows in its frame is its sender's affair.
        string[] found = await page.EvaluateAsync<string[]>(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'], iframes: false })).violations
                .flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))
            """);
        Assert.That(found, Is.Empty, what);
    }

    [TestCaseSource(typeof(BrowserLook), nameof(BrowserLook.All))]
    public async Task Every_view_is_for_everybody(BrowserLook look)
    {
        string id = await DeliverAsync(Mixed("for everybody", "Content-Type: text/html\r\n\r\n<p>HTML", "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=notes.txt\r\n\r\nnotes",
            "Content-Type: message/rfc822\r\n\r\nSubject: nested\r\nContent-Type: text/html\r\n\r\n<img alt=far src=http://far.example/x>\r\n"));
        string text = await DeliverAsync(Plain("in plain text"));
        await Server.Api.SendAsync(HttpMethod.Put, "api/v1/tags", $"{{\"IDs\":[\"{text}\"],\"Tags\":[\"later\"]}}");
        await Server.Api.SendAsync(HttpMethod.Put, "api/v1/messages", $"{{\"IDs\":[\"{text}\"],\"Starred\":true}}");
        await using Browser browser = await OpenAsync("", look);
        IPage page = browser.Page;
        await Expect(Row(page, text)).ToBeVisibleAsync();
        await ExpectNoViolationAsync(page, "the list");

        await page.Keyboard.PressAsync("?");
        await Expect(page.Locator("#keys")).ToBeVisibleAsync();
        await ExpectNoViolationAsync(page, "the keys");
        await page.Keyboard.PressAsync("Escape");

        await Row(page, text).GetByRole(AriaRole.Checkbox).ClickAsync();
        await page.Locator("#selected [data-do=tag]").ClickAsync();
        await Expect(page.Locator("#tagging")).ToBeVisibleAsync();
        await ExpectNoViolationAsync(page, "the tags");
        await page.Keyboard.PressAsync("Escape");
        await ExpectNoViolationAsync(page, "a choice");
        await page.Keyboard.PressAsync("Escape");

        await page.GetByLabel("Search mail").FillAsync("is:");
        await Expect(page.GetByRole(AriaRole.Option)).Not.ToHaveCountAsync(0);
        await ExpectNoViolationAsync(page, "completions");
        await page.Locator("#search-help").ClickAsync();
        await ExpectNoViolationAsync(page, "the help card");
        await page.Keyboard.PressAsync("Escape");

        foreach (string place in (string[])[$"#/message/{id}", $"#/message/{text}"])
        {
            await page.GotoAsync(place);
            await Expect(page.Locator("#view > *")).ToHaveCountAsync(1);
            await ExpectNoViolationAsync(page, place);
        }
        foreach (string tab in (string[])["headers", "source", "parts"])
        {
            await page.Locator($"#tab-{tab}").ClickAsync();
            await Expect(page.Locator("#view > *")).ToHaveCountAsync(1);
            await ExpectNoViolationAsync(page, tab);
        }
        await page.Locator("#details summary").ClickAsync();
        await page.Locator("#block").ClickAsync();
        await ExpectNoViolationAsync(page, "details, and whom to block");
        await page.Keyboard.PressAsync("Escape");

        await page.GotoAsync($"#/message/{id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview nested" }).ClickAsync();
        await Expect(page.Locator("#preview .notice")).ToBeVisibleAsync();
        await ExpectNoViolationAsync(page, "a message within a message");
        await page.Keyboard.PressAsync("Escape");

        await page.GotoAsync("#/search/zwiebelkuchen");
        await Expect(page.Locator("#empty")).ToBeVisibleAsync();
        await ExpectNoViolationAsync(page, "nothing found");
        foreach (string place in (string[])["status", "people"])
        {
            await page.GotoAsync($"#/{place}");
            await Expect(page.Locator("#other h2")).ToBeVisibleAsync();
            await Expect(page.Locator("#other section, #other .tiles dd").First).ToBeVisibleAsync();
            await ExpectNoViolationAsync(page, place);
            await browser.KeepAsync($"{place}-{look}");
        }
    }

    [Test]
    public async Task Who_wants_no_motion_sees_none()
    {
        await using Browser browser = await OpenAsync("", BrowserLook.Phone);
        await browser.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await Expect(browser.Page.Locator("#folders")).ToHaveCSSAsync("transition-property", "none");
        await Expect(browser.Page.Locator("#busy")).ToHaveCSSAsync("animation-name", "none");
    }
}
