using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>The view of the server's state.</summary>
public sealed class PageStatusTests : PageFixture
{
    internal override void Configure(SmtpdConfiguration configuration) => configuration.Web["cookie.secret"] = "do-not-tell-0815";

    [TestCaseSource(typeof(BrowserLook), nameof(BrowserLook.All))]
    public async Task Operator_sees_what_goes_on(BrowserLook look)
    {
        await DeliverManyAsync("counted", 3);
        await using (SmtpDialogue dialogue = await IntroducedAsync())
        {
            await dialogue.ExpectAsync("MAIL FROM:<who@remote.test>", 250);
            Assert.That((await dialogue.SayAsync($"RCPT TO:<{look}@elsewhere.example>")).Code, Is.EqualTo(550));
            await dialogue.ExpectAsync("RSET", 250);
        }
        await using Browser browser = await OpenAsync("#/status", look);
        IPage page = browser.Page;
        await Expect(page.Locator(".plot")).ToHaveCountAsync(11);
        foreach (string title in (string[])["Messages per second", "Octets per second", "Open connections", "Rejections by reason", "Time of a commit", "Waiting to be committed", "Memory", "Size of the store", "Free disk"])
        {
            ILocator plot = page.Locator(".plot").Filter(new() { HasText = title }).First;
            await Expect(plot.Locator("svg path").First).ToHaveAttributeAsync("d", new System.Text.RegularExpressions.Regex("^M"));
            await Expect(plot.Locator("svg")).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex($"^{title}, the last ten minutes: now "));
        }
        await Expect(page.Locator("#other .tiles").First).ToContainTextAsync("Accepted");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Listeners" })).ToContainTextAsync($"smtp 127.0.0.1:{Server.Configuration.SmtpPort}");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Turned away last" })).ToContainTextAsync($"{look}@elsewhere.example");
        ILocator settings = page.GetByRole(AriaRole.Region, new() { Name = "Settings" });
        await Expect(settings).ToContainTextAsync("smtp.max.recipients");
        await Expect(settings).ToContainTextAsync("(not shown)");
        await Expect(page.Locator("#other")).Not.ToContainTextAsync("do-not-tell-0815");
        await Expect(page.Locator("#other")).ToContainTextAsync("SQLite");
        await browser.KeepAsync($"status-{look}");
        await page.GetByText("A day").ClickAsync();
        await Expect(page.Locator(".plot svg").First).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("the last day"));
        Assert.That(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), Is.True, "nothing is wider than the screen");

        string id = await DeliverAsync(Plain("after the status"));
        await page.GotoAsync("#/");
        await Expect(Row(page, id)).ToBeVisibleAsync();
        browser.ExpectPeace();
    }
}
