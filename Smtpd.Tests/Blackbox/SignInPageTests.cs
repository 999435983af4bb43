using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Signing in with a browser.</summary>
[Category("Browser")]
[NonParallelizable]
public sealed class SignInPageTests : FreshFixture
{
    private static async Task SignInAsync(IPage page)
    {
        await page.GetByLabel("Name").FillAsync("tester");
        await page.GetByLabel("Password").FillAsync("secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    [Test]
    public async Task The_page_asks_comes_back_to_the_same_message_and_ends_with_its_user()
    {
        await Users.AddAsync(Configuration, "tester", "secret", "--mailbox", "alice@local.test");
        await using SmtpdProcess server = await StartAsync();
        string id;
        await using (SmtpDialogue dialogue = await IntroducedAsync()) id = (await dialogue.DeliverAsync("Subject: for Alice\r\n\r\ntext\r\n", "sender@remote.test", "alice@local.test")).QueuedAs!;
        await using (SmtpDialogue dialogue = await IntroducedAsync()) await dialogue.DeliverAsync("Subject: for Bob\r\n\r\ntext\r\n", "sender@remote.test", "bob@local.test");
        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort);
        IPage page = browser.Page;

        await page.GotoAsync($"#/message/{id}");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/login\\?next=%2F"));
        await SignInAsync(page);
        await Assertions.Expect(page.Locator("#subject")).ToHaveTextAsync("for Alice");
        await Assertions.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        await Assertions.Expect(page.Locator("#messages li")).ToHaveCountAsync(1);
        Assert.That(await page.EvaluateAsync<string>("document.cookie"), Is.Empty, "scripts see no cookie");

        CommandRun run = await Users.RunAsync(Configuration, "", "disable", "tester");
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/login\\?next=%2F%23%2Fmessage%2F"));
        await SignInAsync(page);
        await Assertions.Expect(page.Locator("#trouble")).ToContainTextAsync("wrong");

        await Users.RunAsync(Configuration, "", "enable", "tester");
        await SignInAsync(page);
        await Assertions.Expect(page.Locator("#subject")).ToHaveTextAsync("for Alice");
        await page.GotoAsync("logout");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/login$"));
        await page.GotoAsync("");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/login"));
        Assert.That(browser.Events, Is.Empty);
        Assert.That(browser.Foreign, Is.Empty);
    }
}
