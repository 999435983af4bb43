using System.Collections.Concurrent;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>A page in Debian's Chromium, and everything that happened to it.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    // What the browser would ask for on its own account has nothing to do with the page.
    private static readonly string[] s_arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>Addresses of other hosts that were asked for. The requests went nowhere.</summary>
    public ConcurrentQueue<string> Foreign { get; } = [];

    /// <summary>Dialogs, new windows, downloads and faults of scripts.</summary>
    public ConcurrentQueue<string> Events { get; } = [];

    /// <param name="isPhone">A small screen instead of a large one.</param>
    public static async Task<Browser> OpenAsync(int port, bool isPhone = false)
    {
        if (!File.Exists(Chromium)) Assert.Fail($"{Chromium} is not there: apt-get install chromium");
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = s_arguments });
        IBrowserContext context = await chromium.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = $"http://127.0.0.1:{port}/",
            AcceptDownloads = true,
            ViewportSize = isPhone ? new ViewportSize { Width = 390, Height = 780 } : new ViewportSize { Width = 1280, Height = 800 },
        });
        context.SetDefaultTimeout(15_000);
        IPage page = await context.NewPageAsync();
        var browser = new Browser(playwright, chromium, page);
        await context.RouteAsync(url => !url.StartsWith($"http://127.0.0.1:{port}/", StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal), async route =>
        {
            browser.Foreign.Enqueue(route.Request.Url);
            await route.AbortAsync();
        });
        page.Dialog += async (_, dialog) =>
        {
            browser.Events.Enqueue($"dialog {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Popup += (_, popup) => browser.Events.Enqueue($"popup {popup.Url}");
        page.PageError += (_, fault) => browser.Events.Enqueue($"fault {fault}");
        return browser;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
