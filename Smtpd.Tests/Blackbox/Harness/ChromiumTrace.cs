using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>What Chromium writes down of its own work while a test runs (the Tracing domain of its DevTools protocol).</summary>
internal sealed class ChromiumTrace
{
    private readonly ICDPSession _session;
    private readonly ConcurrentQueue<JsonElement> _events = [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChromiumTrace(ICDPSession session)
    {
        _session = session;
        session.Event("Tracing.dataCollected").OnEvent += (_, data) =>
        {
            foreach (JsonElement one in data!.Value.GetProperty("value").EnumerateArray()) _events.Enqueue(one.Clone());
        };
        session.Event("Tracing.tracingComplete").OnEvent += (_, _) => _complete.TrySetResult();
    }

    /// <param name="categories">Separated by commas.</param>
    public static async Task<ChromiumTrace> StartAsync(IPage page, string categories)
    {
        var trace = new ChromiumTrace(await page.Context.NewCDPSessionAsync(page));
        await trace._session.SendAsync("Tracing.start", new Dictionary<string, object> { ["categories"] = categories, ["transferMode"] = "ReportEvents" });
        return trace;
    }

    public async Task<IReadOnlyList<JsonElement>> StopAsync()
    {
        await _session.SendAsync("Tracing.end");
        await _complete.Task.WaitAsync(TimeSpan.FromMilliseconds(2 * BrowserProcess.Patience));
        return [.. _events];
    }
}
