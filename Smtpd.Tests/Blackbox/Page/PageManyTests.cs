using System.Text.Json;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>More messages than one request names, and than the page keeps in mind, are chosen and changed to the last one.</summary>
[Category("Browser")]
[NonParallelizable]
public sealed class PageManyTests : FreshFixture
{
    /// <summary>The page sends ids in slices of 5,000 and forgets rows beyond 3,000.</summary>
    private const int Count = 5_200;

    [Test]
    public async Task A_long_range_and_all_that_match_are_chosen_tagged_and_deleted()
    {
        await using SmtpdProcess server = await StartAsync();
        var load = new BulkLoad(BulkMail.RoundRobin([BulkMail.OfSize(300, "many")], Count));
        await load.SendAsync(Configuration.SmtpPort, connections: 20);
        Assert.That(load.Acknowledged, Has.Count.EqualTo(Count));

        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort);
        IPage page = browser.Page;
        await page.GotoAsync("");
        ILocator rows = page.Locator("#messages li[data-id]");
        string kept = (await rows.First.GetAttributeAsync("data-id"))!;
        await server.Api.SendAsync(HttpMethod.Put, "api/v1/tags", $"{{\"IDs\":[\"{kept}\"],\"Tags\":[\"kept\"]}}");
        await rows.First.GetByRole(AriaRole.Checkbox).ClickAsync();
        await page.EvaluateAsync("() => { const box = document.getElementById('scroll'); box.scrollTop = box.scrollHeight; }");
        await page.Locator($"#messages li[aria-posinset='{Count}'][data-id]").GetByRole(AriaRole.Checkbox).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await PageFixture.Expect(page.Locator("#counts")).ToHaveTextAsync("5,200 selected");

        await TagAsync(page, "in the range");
        await PageFixture.Expect(page.Locator(".toast").Last).ToHaveTextAsync("All 5,200 are done.");
        await HaveAsync(server, "in the range", Count);
        await HaveAsync(server, "kept", 1);

        await page.Keyboard.PressAsync("Escape");
        await page.GetByLabel("Select all that match").ClickAsync();
        await TagAsync(page, "of all");
        await HaveAsync(server, "of all", Count);
        // All of the first thousand have it, and of the others the dialog does not know.
        await page.Locator("#selected [data-do=tag]").ClickAsync();
        await PageFixture.Expect(page.GetByLabel("of all")).ToHaveJSPropertyAsync("indeterminate", true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await HaveAsync(server, "kept", 1);

        // Without the last one.
        await page.Keyboard.PressAsync("Escape");
        await page.EvaluateAsync("() => { document.getElementById('scroll').scrollTop = 0; }");
        await page.Locator($"#messages li[data-id='{kept}']").GetByRole(AriaRole.Checkbox).ClickAsync();
        await page.EvaluateAsync("() => { const box = document.getElementById('scroll'); box.scrollTop = box.scrollHeight; }");
        await page.Locator($"#messages li[aria-posinset='{Count - 1}'][data-id]").GetByRole(AriaRole.Checkbox).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await PageFixture.Expect(page.Locator("#counts")).ToHaveTextAsync("5,199 selected");
        await page.Locator("#selected [data-do=delete]").ClickAsync();
        await PageFixture.Expect(page.Locator("#question")).ToContainTextAsync("5,199 messages");
        await page.Locator("#yes").ClickAsync();
        await PageFixture.Expect(page.Locator("#counts")).ToHaveTextAsync("1 message");
        await HaveAsync(server, "of all", 1);
        browser.ExpectPeace();
        await server.StopAsync();
    }

    private static async Task TagAsync(IPage page, string tag)
    {
        await page.Locator("#selected [data-do=tag]").ClickAsync();
        await PageFixture.Expect(page.Locator("#tag-note")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^The boxes show the tags of [\d,]+ of these messages\. What you change is changed for all 5,200\.$"));
        await page.GetByLabel("Another tag").FillAsync(tag);
        await page.Locator("#put-tags").ClickAsync();
    }

    private static Task HaveAsync(SmtpdProcess server, string tag, int count) => Eventually.HoldsAsync(async () =>
    {
        JsonElement tags = (await server.Api.JsonAsync("api/v1/info")).GetProperty("Tags");
        return tags.TryGetProperty(tag, out JsonElement found) && found.GetInt32() == count;
    }, $"{count} messages have the tag {tag}", TimeSpan.FromSeconds(60));
}
