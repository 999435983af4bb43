using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox.Page;

/// <summary>Base of the tests of the page (docs/web.md): one server and one browser for all of a fixture.</summary>
[Category("Browser")]
[NonParallelizable]
public abstract class PageFixture : ServerFixture
{
    private BrowserProcess _browser = null!;

    [OneTimeSetUp]
    public async Task OpenBrowser() => _browser = await BrowserProcess.StartAsync();

    [OneTimeTearDown]
    public async Task CloseBrowser()
    {
        if (_browser is not null) await _browser.DisposeAsync();
    }

    internal Task<Browser> OpenAsync(BrowserLook? look = null) => Browser.OpenAsync(_browser, Server.Configuration.WebPort, look ?? BrowserLook.Desktop);

    /// <summary>Opens the page at a place in it, and waits until news come by themselves.</summary>
    internal async Task<Browser> OpenAsync(string place, BrowserLook? look = null)
    {
        Browser browser = await OpenAsync(look);
        await browser.Page.GotoAsync(place);
        await Expect(browser.Page.Locator("#live")).ToHaveTextAsync("live");
        return browser;
    }

    internal async Task<string> DeliverAsync(string source, string to = "alice@local.test", string from = "sender@remote.test")
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        return (await dialogue.DeliverAsync(source, from, to)).QueuedAs!;
    }

    /// <summary>So many small messages with numbered subjects; their ids, the newest last.</summary>
    internal async Task<IReadOnlyList<string>> DeliverManyAsync(string subject, int count, string to = "alice@local.test")
    {
        var ids = new List<string>();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        for (int i = 0; i < count; i++) ids.Add((await dialogue.DeliverAsync(Plain(string.Create(CultureInfo.InvariantCulture, $"{subject} {i}")), "sender@remote.test", to)).QueuedAs!);
        return ids;
    }

    internal static string Plain(string subject) => $"From: Ann <ann@remote.test>\r\nTo: alice@local.test\r\nSubject: {subject}\r\n\r\nHello from {subject}\r\n";

    /// <summary>A message of these parts, each with its header.</summary>
    internal static string Mixed(string subject, params string[] parts)
    {
        var source = new StringBuilder($"From: Ann <ann@remote.test>\r\nTo: alice@local.test\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");
        foreach (string part in parts) source.Append(CultureInfo.InvariantCulture, $"--b\r\n{part}\r\n");
        return source.Append("--b--\r\n").ToString();
    }

    internal static ILocator Row(IPage page, string id) => page.Locator($"#messages li[data-id='{id}']");

    internal static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    internal static IPageAssertions Expect(IPage page) => Assertions.Expect(page);
}
