using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>The page when its server goes away and comes back.</summary>
[Category("Browser")]
[NonParallelizable]
public sealed class PageReconnectTests : FreshFixture
{
    private async Task<string> DeliverAsync(string subject)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        return (await dialogue.DeliverAsync(PageFixture.Plain(subject), "sender@remote.test", "alice@local.test")).QueuedAs!;
    }

    [Test]
    public async Task It_says_so_comes_back_by_itself_and_misses_nothing()
    {
        SmtpdProcess server = await StartAsync();
        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort);
        IPage page = browser.Page;
        string first;
        await using (server)
        {
            first = await DeliverAsync("before");
            await page.GotoAsync($"#/message/{first}");
            await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");
            await server.StopAsync();
        }
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("not connected");
        await using SmtpdProcess again = await StartAsync();
        string second = await DeliverAsync("while nobody looked");
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        await PageFixture.Expect(PageFixture.Row(page, second)).ToBeVisibleAsync();
        await PageFixture.Expect(page.Locator("#subject")).ToHaveTextAsync("before");
        browser.ExpectPeace();
        await again.StopAsync();
    }

    [Test]
    public async Task Everything_is_deleted_and_the_list_says_so()
    {
        await using SmtpdProcess server = await StartAsync();
        await DeliverAsync("gone soon");
        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort);
        IPage page = browser.Page;
        await page.GotoAsync("");
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        await PageFixture.Expect(page.Locator("#messages li")).ToHaveCountAsync(1);
        await server.Api.SendAsync(HttpMethod.Delete, "api/v1/messages");
        await PageFixture.Expect(page.Locator("#empty")).ToContainTextAsync("No mail yet.");
        await browser.KeepAsync("empty");
        Assert.That(await server.Api.TotalAsync(), Is.Zero);
        browser.ExpectPeace();
        await server.StopAsync();
    }
}
