using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>A page in Debian's Chromium, and everything that happened to it.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly BrowserProcess? _process;
    private readonly IBrowserContext _context;

    private Browser(BrowserProcess? process, IBrowserContext context, IPage page)
    {
        _process = process;
        _context = context;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>Addresses of other hosts that were asked for. The requests went nowhere.</summary>
    public ConcurrentQueue<string> Foreign { get; } = [];

    /// <summary>Dialogs, new windows and faults of scripts.</summary>
    public ConcurrentQueue<string> Events { get; } = [];

    /// <summary>A browser for one test alone.</summary>
    public static async Task<Browser> OpenAsync(int port, BrowserLook? look = null)
    {
        BrowserProcess process = await BrowserProcess.StartAsync();
        return await OpenAsync(process, port, look ?? BrowserLook.Desktop, isOwn: true);
    }

    /// <summary>A page with cookies and a memory of its own in a browser that others use too.</summary>
    public static Task<Browser> OpenAsync(BrowserProcess process, int port, BrowserLook look) => OpenAsync(process, port, look, isOwn: false);

    private static async Task<Browser> OpenAsync(BrowserProcess process, int port, BrowserLook look, bool isOwn)
    {
        IBrowserContext context = await process.Chromium.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = $"http://127.0.0.1:{port}/",
            AcceptDownloads = true,
            ViewportSize = new ViewportSize { Width = look.Width, Height = look.Height },
            ColorScheme = look.IsDark ? ColorScheme.Dark : ColorScheme.Light,
            TimezoneId = "Europe/Vienna",
            Locale = "en-GB",
        });
        context.SetDefaultTimeout(BrowserProcess.Patience);
        IPage page = await context.NewPageAsync();
        var browser = new Browser(isOwn ? process : null, context, page);
        // A pattern and no function: the browser's driver then lets pass by itself what is the server's own.
        await context.RouteAsync(new Regex(string.Create(CultureInfo.InvariantCulture, $@"^(?!http://127\.0\.0\.1:{port}/|data:)")), async route =>
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

    /// <summary>Nothing happened that nobody asked for.</summary>
    public void ExpectPeace() => Assert.That(Events.Concat(Foreign), Is.Empty);

    /// <summary>Keeps what is seen now among the build's files, for people to look at.</summary>
    public async Task KeepAsync(string name)
    {
        string folder = Path.Combine(Places.Project, "build", "screenshots");
        Directory.CreateDirectory(folder);
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png") });
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        if (_process is not null) await _process.DisposeAsync();
    }
}
