using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>Signing in, the own account, and who else may.</summary>
[Category("Browser")]
[NonParallelizable]
public sealed class PagePeopleTests : FreshFixture
{
    private static async Task SignInAsync(IPage page, string name, string password)
    {
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    [Test]
    public async Task First_superuser_is_made_in_the_page_and_makes_others()
    {
        await using SmtpdProcess server = await StartAsync();
        string id;
        await using (SmtpDialogue dialogue = await IntroducedAsync()) id = (await dialogue.DeliverAsync("Subject: for Bob\r\n\r\ntext\r\n", "sender@remote.test", "bob@local.test")).QueuedAs!;
        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort);
        IPage page = browser.Page;
        await page.GotoAsync("#/people");
        await page.GetByText("Add somebody").ClickAsync();
        await page.Locator("#other").GetByLabel("Name").FillAsync("root");
        await page.GetByLabel("Password").FillAsync("first secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await PageFixture.Expect(page).ToHaveURLAsync(new Regex("/login\\?next="));
        await SignInAsync(page, "root", "first secret");

        await PageFixture.Expect(page.Locator("#other")).ToContainTextAsync("superuser");
        await page.GetByText("Add somebody").ClickAsync();
        await page.Locator("#other").GetByLabel("Name").FillAsync("bob <b>");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync("bobs secret");
        await page.GetByLabel("Mailboxes, one a line").FillAsync("bob@local.test\nrobert@local.test");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        ILocator bob = page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "bob <b>" });
        await PageFixture.Expect(bob).ToContainTextAsync("robert@local.test");
        await browser.KeepAsync("people");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change bob <b>" }).ClickAsync();
        await page.GetByLabel("May sign in").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Change", Exact = true }).ClickAsync();
        await PageFixture.Expect(bob).ToContainTextAsync("may not sign in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change bob <b>" }).ClickAsync();
        await page.GetByLabel("May sign in").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Change", Exact = true }).ClickAsync();
        await PageFixture.Expect(bob).Not.ToContainTextAsync("may not sign in");

        await using (Browser other = await Browser.OpenAsync(Configuration.WebPort, BrowserLook.Phone))
        {
            await other.Page.GotoAsync("");
            await SignInAsync(other.Page, "bob <b>", "bobs secret");
            await PageFixture.Expect(PageFixture.Row(other.Page, id)).ToBeVisibleAsync();
            await PageFixture.Expect(other.Page.Locator("#status-link")).ToBeHiddenAsync();
            await other.Page.GotoAsync("#/people");
            await PageFixture.Expect(other.Page.Locator("#other")).ToContainTextAsync("Tokens for programs");
            await PageFixture.Expect(other.Page.Locator("#other")).Not.ToContainTextAsync("Everybody");
            other.ExpectPeace();
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete bob <b>" }).ClickAsync();
        await page.Locator("#yes").ClickAsync();
        await PageFixture.Expect(bob).ToHaveCountAsync(0);
        browser.ExpectPeace();
        await server.StopAsync();
    }

    [Test]
    public async Task Mail_of_the_one_before_is_shown_to_nobody_who_comes_after()
    {
        await Users.AddAsync(Configuration, "alice", "alices secret", "--mailbox", "alice@local.test");
        await Users.AddAsync(Configuration, "bob", "bobs secret", "--mailbox", "bob@local.test");
        await using SmtpdProcess server = await StartAsync();
        string alices, bobs;
        await using (SmtpDialogue dialogue = await IntroducedAsync())
        {
            alices = (await dialogue.DeliverAsync("Subject: for Alice\r\n\r\nprivate\r\n", "sender@remote.test", "alice@local.test")).QueuedAs!;
            bobs = (await dialogue.DeliverAsync("Subject: for Bob\r\n\r\ntext\r\n", "sender@remote.test", "bob@local.test")).QueuedAs!;
        }
        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort);
        IPage page = browser.Page;
        await page.GotoAsync($"#/message/{alices}");
        await SignInAsync(page, "alice", "alices secret");
        await PageFixture.Expect(page.Locator("#view")).ToContainTextAsync("private");
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");

        // Somebody else signs in beside it: the page is his, and what was open is not there.
        IPage other = await page.Context.NewPageAsync();
        await other.GotoAsync("logout");
        await other.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await SignInAsync(other, "bob", "bobs secret");
        await PageFixture.Expect(PageFixture.Row(other, bobs)).ToBeVisibleAsync();
        // It may have been led to the sign-in in between.
        if (page.Url.Contains("/login", StringComparison.Ordinal)) await page.GotoAsync($"#/message/{alices}");
        await PageFixture.Expect(PageFixture.Row(page, bobs)).ToBeVisibleAsync();
        await PageFixture.Expect(page.Locator("#subject")).ToHaveTextAsync("This message is not there.");
        await PageFixture.Expect(page.Locator("body")).Not.ToContainTextAsync("private");

        // What the browser keeps of a page for its back button shows nothing, and when it comes back the page begins anew.
        await page.EvaluateAsync("() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
        await PageFixture.Expect(page.Locator("body")).ToBeHiddenAsync();
        await page.Context.ClearCookiesAsync();
        await page.EvaluateAsync("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
        await PageFixture.Expect(page).ToHaveURLAsync(new Regex("/login\\?next="));
        await server.StopAsync();
    }

    [Test]
    public async Task Own_password_is_changed_and_tokens_are_made_and_ended()
    {
        await Users.AddAsync(Configuration, "tester", "old secret", "--mailbox", "alice@local.test");
        await using SmtpdProcess server = await StartAsync();
        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort, BrowserLook.Tablet);
        IPage page = browser.Page;
        await page.GotoAsync("");
        await browser.KeepAsync("sign-in");
        await SignInAsync(page, "tester", "old secret");
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        await page.GotoAsync("#/people");

        await page.GetByLabel("Password now").FillAsync("old secret");
        await page.GetByLabel("New password").FillAsync("new secret");
        await page.GetByLabel("The new one again").FillAsync("another");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the password" }).ClickAsync();
        await PageFixture.Expect(page.Locator("#other [role=alert]:visible")).ToContainTextAsync("not the same");
        await page.GetByLabel("The new one again").FillAsync("new secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the password" }).ClickAsync();
        await PageFixture.Expect(page.Locator(".toast")).ToContainTextAsync("The password is changed");

        await page.GetByLabel("What it is for").FillAsync("backup <i>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        await PageFixture.Expect(page.Locator(".secret")).ToContainTextAsync("smtpd_");
        string token = (await page.Locator(".secret").TextContentAsync())!;
        using (var client = new HttpClient())
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
            Assert.That((int)(await client.GetAsync(new Uri($"http://127.0.0.1:{Configuration.WebPort}/api/v1/messages"))).StatusCode, Is.EqualTo(200));
        }
        ILocator entry = page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "backup <i>" });
        await entry.GetByText("End").ClickAsync();
        await page.Locator("#yes").ClickAsync();
        await PageFixture.Expect(entry).ToHaveCountAsync(0);

        await page.GotoAsync("logout");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await SignInAsync(page, "tester", "new secret");
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        browser.ExpectPeace();
        await server.StopAsync();
    }

    [Test]
    public async Task Greeting_is_shown_to_who_is_not_signed_in_and_runs_nothing()
    {
        string file = Folder.File("greeting.html");
        await File.WriteAllTextAsync(file, "<h1 style=\"color:#123456\">Welcome</h1><script>document.body.append('ran')</script><p><a href=\"https://example.org/\">About us</a>");
        Configuration.Web["greeting.file"] = file;
        await Users.AddAsync(Configuration, "tester", "secret", "--mailbox", "alice@local.test");
        await using SmtpdProcess server = await StartAsync();
        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort);
        IPage page = browser.Page;
        await page.GotoAsync("");
        IFrameLocator greeting = page.FrameLocator("#greeting");
        await PageFixture.Expect(greeting.Locator("h1")).ToHaveTextAsync("Welcome");
        await PageFixture.Expect(greeting.Locator("h1")).ToHaveCSSAsync("color", "rgb(18, 52, 86)");
        await PageFixture.Expect(greeting.Locator("body")).Not.ToContainTextAsync("ran");
        await browser.KeepAsync("greeting");
        await SignInAsync(page, "tester", "secret");
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        await PageFixture.Expect(page.Locator("#greeting")).ToHaveCountAsync(0);
        browser.ExpectPeace();
        await server.StopAsync();
    }
}
