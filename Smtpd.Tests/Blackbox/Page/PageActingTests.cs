using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>What is done to messages in the page, by mouse and by keys.</summary>
public sealed class PageActingTests : PageFixture
{
    private static string Search(string subject) => $"#/search/subject%3A{subject}";

    private async Task<JsonElement> SummaryAsync(string id) =>
        (await Server.Api.JsonAsync("api/v1/messages?limit=1000")).GetProperty("messages").EnumerateArray().FirstOrDefault(message => message.GetProperty("ID").GetString() == id);

    private Task EventuallyAsync(string id, string member, bool value) =>
        Eventually.HoldsAsync(async () => (await SummaryAsync(id)).GetProperty(member).GetBoolean() == value, $"{member} of {id} is {value}", TimeSpan.FromSeconds(45));

    private Task EventuallyGoneAsync(string id) =>
        Eventually.HoldsAsync(async () => (int)(await Server.Api.HeadAsync($"api/v1/message/{id}/raw")).StatusCode == 404, $"{id} is gone", TimeSpan.FromSeconds(45));

    [TestCaseSource(typeof(BrowserLook), nameof(BrowserLook.All))]
    public async Task Messages_are_chosen_and_changed_together(BrowserLook look)
    {
        string subject = $"chosen{look.Name}{look.IsDark}";
        IReadOnlyList<string> ids = await DeliverManyAsync(subject, 5);
        await using Browser browser = await OpenAsync(Search(subject), look);
        IPage page = browser.Page;
        ILocator Box(int i) => Row(page, ids[i]).GetByRole(AriaRole.Checkbox);
        await Box(4).ClickAsync();
        await Box(2).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.Locator("#counts")).ToHaveTextAsync("3 selected");
        await browser.KeepAsync($"chosen-{look}");
        await page.Locator("#selected [data-do=read]").ClickAsync();
        await Expect(page.Locator("#messages li.unread")).ToHaveCountAsync(2);
        await page.Locator("#selected [data-do=star]").ClickAsync();
        await Expect(page.Locator("#messages .star[aria-pressed=true]")).ToHaveCountAsync(3);
        await EventuallyAsync(ids[3], "Read", true);
        await EventuallyAsync(ids[2], "Starred", true);
        await page.Locator("#selected [data-do=unread]").ClickAsync();
        await EventuallyAsync(ids[3], "Read", false);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#selected")).ToBeHiddenAsync();

        await page.GetByLabel("Select all that match").ClickAsync();
        await Expect(page.Locator("#counts")).ToHaveTextAsync("all 5 selected");
        await page.Locator("#selected [data-do=read]").ClickAsync();
        foreach (string id in ids) await EventuallyAsync(id, "Read", true);
        browser.ExpectPeace();
    }

    [Test]
    public async Task All_that_match_are_deleted_and_brought_back_and_those_that_come_later_are_spared()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("match", 4);
        await using Browser browser = await OpenAsync(Search("match"));
        IPage page = browser.Page;
        await page.GetByLabel("Select all that match").ClickAsync();
        await page.Locator("#selected [data-do=delete]").ClickAsync();
        await Expect(page.Locator("#messages li[data-id]")).ToHaveCountAsync(0);
        await page.Locator(".toast").GetByText("Undo").ClickAsync();
        await Expect(page.Locator("#messages li[data-id]")).ToHaveCountAsync(4);

        await page.GetByLabel("Select all that match").ClickAsync();
        string later = await DeliverAsync(Plain("match later"));
        await page.Locator("#selected [data-do=delete]").ClickAsync();
        foreach (string id in ids) await EventuallyGoneAsync(id);
        Assert.That((int)(await Server.Api.HeadAsync($"api/v1/message/{later}/raw")).StatusCode, Is.EqualTo(200));
        browser.ExpectPeace();
    }

    [Test]
    public async Task Deleted_message_comes_back_or_goes_and_the_next_one_opens()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("undo", 3);
        await using Browser browser = await OpenAsync($"{Search("undo")}/message/{ids[2]}");
        IPage page = browser.Page;
        await Expect(page.Locator("#subject")).ToHaveTextAsync("undo 2");
        await page.Locator("#delete").ClickAsync();
        await Expect(Row(page, ids[2])).ToHaveCountAsync(0);
        await Expect(page.Locator("#subject")).ToHaveTextAsync("undo 1");
        await page.Locator(".toast").GetByText("Undo").ClickAsync();
        await Expect(Row(page, ids[2])).ToBeVisibleAsync();
        Assert.That((int)(await Server.Api.HeadAsync($"api/v1/message/{ids[2]}/raw")).StatusCode, Is.EqualTo(200));

        await page.Locator("#delete").ClickAsync();
        await Expect(page.Locator("#subject")).ToHaveTextAsync("undo 0");
        await EventuallyGoneAsync(ids[1]);
        browser.ExpectPeace();
    }

    [Test]
    public async Task Deletion_is_carried_out_when_the_page_is_left()
    {
        string id = await DeliverAsync(Plain("left behind"));
        await using Browser browser = await OpenAsync($"#/message/{id}");
        await Expect(browser.Page.Locator("#view pre")).ToContainTextAsync("left behind");
        await browser.Page.Locator("#delete").ClickAsync();
        await Expect(browser.Page.Locator(".toast")).ToBeVisibleAsync();
        await browser.Page.GotoAsync("livez");
        await EventuallyGoneAsync(id);
    }

    [Test]
    public async Task Tags_are_put_on_and_taken_off()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("tagging", 2);
        await using Browser browser = await OpenAsync(Search("tagging"));
        IPage page = browser.Page;
        await page.GetByLabel("Select all that match").ClickAsync();
        await page.Locator("#selected [data-do=tag]").ClickAsync();
        await page.GetByLabel("Another tag").FillAsync("<b>bold</b>");
        // Once to add it, once more to be done.
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("Another tag")).ToHaveValueAsync("");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#messages .tag")).ToHaveTextAsync((string[])["<b>bold</b>", "<b>bold</b>"]);
        await Row(page, ids[0]).Locator("a").ClickAsync();
        await Expect(page.Locator("#message-tags")).ToHaveTextAsync("<b>bold</b>");
        await page.Locator("#tag").ClickAsync();
        await page.Locator("#tag-choices").GetByLabel("<b>bold</b>").UncheckAsync();
        await page.Locator("#put-tags").ClickAsync();
        await Expect(page.Locator("#message-tags li")).ToHaveCountAsync(0);
        await Expect(page.Locator("#tags a").Filter(new() { HasText = "<b>bold</b>" })).ToHaveCountAsync(1);
        browser.ExpectPeace();
    }

    [Test]
    public async Task Everything_goes_by_keys()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("keyed", 4);
        await using Browser browser = await OpenAsync("");
        IPage page = browser.Page;
        await Expect(Row(page, ids[3])).ToBeVisibleAsync();
        async Task Press(params string[] keys) { foreach (string key in keys) await page.Keyboard.PressAsync(key); }

        await Press("/");
        await Expect(page.GetByLabel("Search mail")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("subject:keyed");
        await Press("Enter");
        await Expect(page.Locator("#counts")).ToHaveTextAsync("4 messages");
        await Press("j");
        await Expect(Row(page, ids[3]).Locator("a")).ToBeFocusedAsync();
        await Press("j", "k", "o");
        await Expect(page.Locator("#subject")).ToHaveTextAsync("keyed 3");
        await Press("*");
        await Expect(page.Locator("#star")).ToHaveAttributeAsync("aria-pressed", "true");
        await Press("j");
        await Expect(page.Locator("#subject")).ToHaveTextAsync("keyed 2");
        await Press("4");
        await Expect(page.Locator("#tab-source")).ToHaveAttributeAsync("aria-selected", "true");
        await Press("u");
        await Expect(page.Locator("#message")).ToBeHiddenAsync();
        await Expect(Row(page, ids[2]).Locator("a")).ToBeFocusedAsync();
        await Press("x");
        await Expect(page.Locator("#counts")).ToHaveTextAsync("1 selected");
        await Press("Shift+I");
        await EventuallyAsync(ids[2], "Read", true);
        await Press("#");
        await Expect(Row(page, ids[2])).ToHaveCountAsync(0);
        await Press("z");
        await Expect(Row(page, ids[2])).ToBeVisibleAsync();
        await Press("?");
        await Expect(page.Locator("#keys")).ToBeVisibleAsync();
        await browser.KeepAsync("keys");
        await Press("Escape");
        await Press("g", "u");
        await Expect(page).ToHaveURLAsync(new Regex("#/unread$"));
        await Press("g", "s");
        await Expect(Row(page, ids[3])).ToBeVisibleAsync();
        await Press("g", "m");
        await Expect(page.GetByLabel("Filter mailboxes")).ToBeFocusedAsync();
        browser.ExpectPeace();
    }

    [Test]
    public async Task Searches_are_completed_explained_and_saved()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("seeker", 2);
        await Server.Api.SendAsync(HttpMethod.Put, "api/v1/messages", $"{{\"IDs\":[\"{ids[0]}\"],\"Starred\":true}}");
        await using Browser browser = await OpenAsync("");
        IPage page = browser.Page;
        ILocator box = page.GetByLabel("Search mail");
        await box.PressSequentiallyAsync("subject:seeker is:st");
        await Expect(page.GetByRole(AriaRole.Option)).ToHaveTextAsync((string[])["is:starred"]);
        await box.PressAsync("ArrowDown");
        await box.PressAsync("Enter");
        await Expect(box).ToHaveValueAsync("subject:seeker is:starred ");
        await box.PressAsync("Enter");
        await Expect(page.Locator("#counts")).ToHaveTextAsync("1 message");
        await Expect(Row(page, ids[0])).ToBeVisibleAsync();
        await Expect(page.Locator("#scroll")).ToBeFocusedAsync();

        await page.Locator("#save-search").ClickAsync();
        await page.GetByLabel("Name").FillAsync("mine & <b>");
        await page.Locator("#saving").GetByText("Save", new() { Exact = true }).ClickAsync();
        await page.GotoAsync("#/");
        await page.ReloadAsync();
        await page.Locator("#saved a").Filter(new() { HasText = "mine & <b>" }).ClickAsync();
        await Expect(page.Locator("#counts")).ToHaveTextAsync("1 message");
        await page.GetByRole(AriaRole.Button, new() { Name = "Forget the search mine & <b>" }).ClickAsync();
        await Expect(page.Locator("#saved-part")).ToBeHiddenAsync();

        await page.Locator("#search-help").ClickAsync();
        await Expect(page.Locator("#help")).ToContainTextAsync("larger:");
        await page.Keyboard.PressAsync("Escape");
        await box.FillAsync("after:never");
        await box.PressAsync("Enter");
        await Expect(page.Locator("#empty-more")).ToContainTextAsync("after:never: after: takes a date");
        await Expect(page.Locator("#read-all")).ToBeHiddenAsync();
        await box.FillAsync("zwiebelkuchen");
        await box.PressAsync("Enter");
        await Expect(page.Locator("#empty")).ToContainTextAsync("Nothing is found.");
        await browser.KeepAsync("nothing-found");
        browser.ExpectPeace();
    }

    [Test]
    public async Task Sender_recipient_and_host_are_blocked_and_unblocked()
    {
        string id = await DeliverAsync(Plain("unwanted"), "blocked@local.test", "spam&x@remote.test");
        await using Browser browser = await OpenAsync($"#/message/{id}");
        IPage page = browser.Page;
        await page.Locator("#block").ClickAsync();
        await Expect(page.Locator("#block-sender")).ToHaveTextAsync("The sender spam&x@remote.test");
        await Expect(page.Locator("#block-recipient")).ToHaveTextAsync("The recipient blocked@local.test");
        await Expect(page.Locator("#block-host")).ToHaveTextAsync("The host 127.0.0.1");
        await page.Locator("#block-sender").ClickAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await Eventually.HoldsAsync(async () =>
        {
            await dialogue.ExpectAsync("RSET", 250);
            return (await dialogue.SayAsync("MAIL FROM:<spam&x@remote.test>")).Code == 550;
        }, "a refusal", TimeSpan.FromSeconds(45));
        await page.Locator("#block").ClickAsync();
        await page.Locator("#block-recipient").ClickAsync();
        await Expect(page.Locator(".toast").Last).ToContainTextAsync("blocked@local.test");
        await page.Locator("#show-blocks").ClickAsync();
        await Expect(page.Locator("#blocked li")).ToHaveCountAsync(2);
        await Expect(page.Locator("#blocked li").First).ToContainTextAsync("sender spam&x@remote.test");
        await page.Locator("#blocked button").First.ClickAsync();
        await Expect(page.Locator("#blocked li")).ToHaveCountAsync(1);
        await page.Locator("#blocked button").First.ClickAsync();
        await Expect(page.Locator("#nobody")).ToBeVisibleAsync();
        await dialogue.ExpectAsync("MAIL FROM:<spam&x@remote.test>", 250);
        browser.ExpectPeace();
    }

    [Test]
    public async Task All_of_a_list_is_marked_read_after_a_question()
    {
        IReadOnlyList<string> ids = await DeliverManyAsync("allread", 3);
        await using Browser browser = await OpenAsync(Search("allread"));
        IPage page = browser.Page;
        await Expect(page.Locator("#messages li.unread")).ToHaveCountAsync(3);
        await page.Locator("#read-all").ClickAsync();
        await page.Locator("#confirm button[value=no]").ClickAsync();
        await Expect(page.Locator("#messages li.unread")).ToHaveCountAsync(3);
        await page.Locator("#read-all").ClickAsync();
        await page.Locator("#yes").ClickAsync();
        await Expect(page.Locator("#messages li.unread")).ToHaveCountAsync(0);
        await EventuallyAsync(ids[1], "Read", true);
        browser.ExpectPeace();
    }
}
