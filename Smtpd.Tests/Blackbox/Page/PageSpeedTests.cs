using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>A large store feels no slower than a small one: from what somebody does to what he sees, by Chromium's own trace.</summary>
[Category("Browser")]
[NonParallelizable]
public sealed class PageSpeedTests : FreshFixture
{
    /// <summary>Milliseconds from a key or a click to the paint that answers it.</summary>
    private const double Most = 100;

    [Test]
    public async Task List_open_and_search_answer_at_once_among_many_messages() => await MeasureAsync(2_000);

    [Test, Category("Torture")]
    public async Task List_open_and_search_answer_at_once_among_a_hundred_thousand()
    {
        IReadOnlyDictionary<string, double> times = await MeasureAsync(100_000);
        foreach ((string what, double time) in times) Assert.That(time, Is.LessThan(Most), what);
    }

    private async Task<IReadOnlyDictionary<string, double>> MeasureAsync(int count)
    {
        byte[][] contents = [.. Enumerable.Range(0, 50).Select(i => BulkMail.OfSize(1_000, string.Create(CultureInfo.InvariantCulture, $"number{i} of many")))];
        await using SmtpdProcess server = await StartAsync();
        var load = new BulkLoad(BulkMail.RoundRobin(contents, count));
        await load.SendAsync(Configuration.SmtpPort, connections: 20);
        Assert.That(load.Acknowledged, Has.Count.EqualTo(count));
        await Eventually.HoldsAsync(async () => (await server.Api.JsonAsync("api/v1/search?query=number7&limit=1")).GetProperty("messages_count").GetInt32() >= Math.Min(count / 50, 10_000), "the index", TimeSpan.FromMinutes(5));

        await using Browser browser = await Browser.OpenAsync(Configuration.WebPort);
        IPage page = browser.Page;
        await page.GotoAsync("");
        await PageFixture.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        ILocator rows = page.Locator("#messages li[data-id]");
        await PageFixture.Expect(rows.First).ToBeVisibleAsync();
        ChromiumTrace? trace = null;
        // One of each first, so that what is read from disk once is read.
        for (int round = 0; round < 2; round++)
        {
            if (round == 1) trace = await ChromiumTrace.StartAsync(page, "devtools.timeline");
            string second = (await rows.Nth(round + 1).GetAttributeAsync("data-id"))!;
            await PageFixture.Row(page, second).Locator("a").ClickAsync();
            await PageFixture.Expect(page.Locator("#view pre")).ToContainTextAsync("quick brown fox");
            await page.EvaluateAsync("() => { const box = document.getElementById('scroll'); box.scrollTop = box.scrollHeight / 2; }");
            await PageFixture.Expect(page.Locator("#messages li.loading")).ToHaveCountAsync(0);
            await page.Keyboard.PressAsync("j");
            await page.Locator("#query").FillAsync($"number{round + 7}");
            await page.Locator("#query").PressAsync("Enter");
            await PageFixture.Expect(page.Locator("#list-title")).ToHaveTextAsync("Search");
            await PageFixture.Expect(rows.First).ToContainTextAsync($"number{round + 7}");
            await page.Locator("#places a").Filter(new() { HasText = "Unread" }).ClickAsync();
            await PageFixture.Expect(page.Locator("#list-title")).ToHaveTextAsync("Unread");
            await PageFixture.Expect(rows.First).ToBeVisibleAsync();
            await page.GotoAsync("#/");
            await PageFixture.Expect(page.Locator("#list-title")).ToHaveTextAsync("All mail");
            await PageFixture.Expect(rows.First).ToBeVisibleAsync();
        }
        IReadOnlyDictionary<string, double> times = Interactions(await trace!.StopAsync());
        browser.ExpectPeace();
        await server.StopAsync();
        Assert.That(times.Keys, Is.SupersetOf((string[])["pointerup", "keydown"]), "the trace tells of what was done");
        foreach ((string what, double time) in times) await TestContext.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what}: {time:F0} ms"));
        return times;
    }

    /// <summary>The longest of each kind of interaction in a trace: begun by the input, ended by the next paint (Event Timing).</summary>
    private static Dictionary<string, double> Interactions(IReadOnlyList<JsonElement> trace)
    {
        var times = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (JsonElement one in trace)
        {
            if (one.GetProperty("name").GetString() != "EventTiming" || !one.TryGetProperty("args", out JsonElement arguments) || !arguments.TryGetProperty("data", out JsonElement data)) continue;
            if (!data.TryGetProperty("duration", out JsonElement duration) || !data.TryGetProperty("interactionId", out JsonElement interaction) || interaction.GetDouble() == 0) continue;
            string type = data.GetProperty("type").GetString()!;
            times[type] = Math.Max(times.GetValueOrDefault(type), duration.GetDouble());
        }
        return times;
    }
}
