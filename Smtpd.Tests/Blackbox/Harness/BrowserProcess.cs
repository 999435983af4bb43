using Microsoft.Playwright;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>Debian's Chromium.</summary>
internal sealed class BrowserProcess : IAsyncDisposable
{
    /// <summary>Milliseconds for which anything in a browser is waited for: machines are loaded, and each wait ends with what it waits for.</summary>
    public const float Patience = 45_000;

    private const string Program = "/usr/bin/chromium";

    // What the browser would ask for on its own account has nothing to do with the page.
    private static readonly string[] s_arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
         // A process for each sandboxed frame costs a third of the time, and is one more wall that ours must not lean on.
         "--disable-site-isolation-trials"];

    private readonly IPlaywright _playwright;

    private BrowserProcess(IPlaywright playwright, IBrowser chromium)
    {
        _playwright = playwright;
        Chromium = chromium;
    }

    public IBrowser Chromium { get; }

    public static async Task<BrowserProcess> StartAsync()
    {
        if (!File.Exists(Program)) Assert.Fail($"{Program} is not there: apt-get install chromium");
        Assertions.SetDefaultExpectTimeout(Patience);
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Program, Args = s_arguments, Timeout = 2 * Patience });
        return new BrowserProcess(playwright, chromium);
    }

    public async ValueTask DisposeAsync()
    {
        await Chromium.DisposeAsync();
        _playwright.Dispose();
    }
}
