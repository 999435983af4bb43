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
    public async Task After_a_long_absence_of_the_server_it_is_as_live_as_before_and_what_was_opened_meanwhile_is_read()
    {
        SmtpdProcess server = await StartAsync();
        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort);
        IPage page = browser.Page;
        // The page believes that hours go by.
        await page.Clock.InstallAsync();
        string id;
        await using (server)
        {
            id = await DeliverAsync("unread");
            await page.GotoAsync("");
            await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");
            await server.StopAsync();
        }
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("not connected");
        await PageFixture.Row(page, id).Locator("a").ClickAsync();
        await PageFixture.Expect(page.Locator("#trouble")).ToContainTextAsync("The server cannot be reached.");
        for (int attempt = 0; attempt < 8; attempt++)
        {
            var failed = new TaskCompletionSource();
            page.RequestFailed += (_, _) => failed.TrySetResult();
            await page.Clock.FastForwardAsync(10_000);
            await failed.Task.WaitAsync(TimeSpan.FromMilliseconds(BrowserProcess.Patience));
        }
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("not connected");
        await using SmtpdProcess again = await StartAsync();
        await page.Clock.FastForwardAsync(10_000);
        await page.Clock.ResumeAsync();
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        await PageFixture.Expect(page.Locator("#live")).ToHaveAttributeAsync("class", "live");
        await PageFixture.Expect(page.Locator("#view")).ToContainTextAsync("Hello from unread");
        await PageFixture.Expect(page.Locator("#trouble")).ToBeHiddenAsync();
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
