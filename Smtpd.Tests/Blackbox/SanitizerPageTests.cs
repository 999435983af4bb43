using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Blackbox.Page;

namespace Smtpd.Tests.Blackbox;

/// <summary>
/// Every vector of <c>../shared</c> in a browser: in the page, in the view, and, to see what the sanitiser alone is worth, in a
/// document without policy and sandbox. Nothing runs, nothing is asked for, nothing moves.
/// </summary>
public sealed class SanitizerPageTests : PageFixture
{
    /// <summary>Frames in one document: enough that loading documents does not take the time, few enough to be alive at once.</summary>
    private const int Batch = 60;

    /// <summary>Vectors in the subject of one message. The page shows subjects of any length.</summary>
    private const int TogetherInOne = 12;

    private const string Sandbox = "allow-popups allow-popups-to-escape-sandbox";

    /// <summary>Whoever runs a script in a frame without policy calls one of these, or is heard of as an error.</summary>
    private const string Hooks = "for (const name of ['alert', 'confirm', 'prompt', 'print', 'open', 'fetch']) window[name] = (...given) => top.postMessage('called ' + name + ' ' + given.join(), '*');";

    /// <summary>Touches everything as a person would who follows no link.</summary>
    private const string Touch =
        """
        () => { for (const one of document.querySelectorAll('*')) {
          for (const kind of ['mouseover', 'mousemove', 'focus', 'pointerenter', 'animationstart', 'toggle', 'scroll', 'keydown']) one.dispatchEvent(new Event(kind, { bubbles: true }));
          if (!one.closest('a[href], area[href]')) one.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true })); } }
        """;

    private sealed record Vector(string Id, string Payload, bool IsLive, string Message);

    private IReadOnlyList<Vector> _vectors = [];

    [OneTimeSetUp]
    public async Task Deliver()
    {
        string path = Places.Shared("corpora", "sanitizer", "vectors.json");
        using JsonDocument file = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
        var vectors = new List<Vector>();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        foreach (JsonElement one in file.RootElement.EnumerateArray())
        {
            string payload = one.GetProperty("payload").GetString()!;
            JsonElement alone = one.GetProperty("unsanitised");
            bool isLive = alone.GetProperty("script_on_load").GetBoolean() || alone.GetProperty("script_on_click").GetBoolean() || alone.GetProperty("requests").GetArrayLength() > 0;
            string source = $"From: {Word(payload)} <a@remote.test>\r\nTo: alice@local.test\r\nSubject: {Word(payload)}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n"
                + $"Content-Transfer-Encoding: base64\r\n\r\n{Base64(payload)}\r\n";
            string id = (await dialogue.DeliverAsync(source, "sender@remote.test", "alice@local.test")).QueuedAs!;
            vectors.Add(new Vector(one.GetProperty("id").GetString()!, payload, isLive, id));
        }
        _vectors = vectors;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks);

    /// <summary>Encoded words (RFC 2047) of at most 75 characters.</summary>
    private static string Word(string text)
    {
        var made = new StringBuilder();
        byte[] octets = Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" "));
        for (int at = 0; at < octets.Length;)
        {
            int end = Math.Min(at + 40, octets.Length);
            while (end < octets.Length && (octets[end] & 0xC0) == 0x80) end--;
            made.Append(at == 0 ? "" : "\r\n ").Append("=?utf-8?B?").Append(Convert.ToBase64String(octets, at, end - at)).Append("?=");
            at = end;
        }
        return made.ToString();
    }

    [Test]
    public async Task In_a_frame_as_the_page_has_it_nothing_happens()
    {
        await using Browser browser = await OpenAsync();
        await FrameAllAsync(browser, [.. _vectors.Select(one => (one.Id, $"view/{one.Message}.html"))], Sandbox);
        Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty);
    }

    /// <summary>The same document by another way: one in ten of those that are live is enough.</summary>
    [Test]
    public async Task As_a_message_within_a_message_nothing_happens_either()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        var nested = new List<(string Id, string Address)>();
        foreach (Vector vector in _vectors.Where(one => one.IsLive).Where((_, place) => place % 10 == 0))
        {
            string source = $"Subject: nested\r\nContent-Type: message/rfc822\r\n\r\nFrom: {Word(vector.Payload)} <a@remote.test>\r\nSubject: {Word(vector.Payload)}\r\nMIME-Version: 1.0\r\n"
                + $"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64(vector.Payload)}\r\n";
            nested.Add((vector.Id, $"view/{(await dialogue.DeliverAsync(source, "sender@remote.test", "alice@local.test")).QueuedAs}/1.html"));
        }
        await using Browser browser = await OpenAsync();
        await FrameAllAsync(browser, nested, Sandbox);
        Assert.That(nested, Has.Count.GreaterThan(20));
        Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty);
        using HttpResponseMessage answer = await Server.Api.GetAsync(nested[0].Address);
        Assert.That(answer.IsSuccessStatusCode, Is.True);
    }

    /// <summary>With pictures of other hosts some are asked for, and nothing but pictures.</summary>
    [Test]
    public async Task With_remote_pictures_nothing_but_pictures_is_asked_for()
    {
        await using Browser browser = await OpenAsync();
        var others = new System.Collections.Concurrent.ConcurrentQueue<string>();
        browser.Page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https", IsLoopback: false } && request.ResourceType != "image") others.Enqueue($"{request.ResourceType} {request.Url}");
        };
        await FrameAllAsync(browser, [.. _vectors.Where(one => one.IsLive).Select(one => (one.Id, $"view/{one.Message}.html?remote=1"))], Sandbox);
        Assert.That(browser.Events.Concat(others), Is.Empty);
        Assert.That(browser.Foreign, Is.Not.Empty, "pictures that were asked for are loaded");
    }

    /// <summary>The one wall alone: what the sanitiser made, in a document of the page's own origin where everything may run.</summary>
    [Test]
    public async Task Without_policy_and_sandbox_nothing_happens_either()
    {
        await using Browser browser = await OpenAsync();
        await browser.Page.Context.AddInitScriptAsync(Hooks);
        await browser.Page.Context.RouteAsync("**/bare/*", async route =>
        {
            string id = route.Request.Url.Split('/')[^1];
            using HttpResponseMessage answer = await Server.Api.GetAsync($"view/{id}.html");
            string html = await answer.Content.ReadAsStringAsync();
            await route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html; charset=utf-8", Body = html });
        });
        await FrameAllAsync(browser, [.. _vectors.Select(one => (one.Id, $"bare/{one.Message}"))], sandbox: null);
        Assert.That(browser.Events.Concat(browser.Foreign.Where(one => !one.StartsWith("cid:", StringComparison.Ordinal))), Is.Empty);
    }

    [Test]
    public async Task Opened_alone_nothing_happens()
    {
        await using Browser browser = await OpenAsync();
        IPage page = browser.Page;
        // What navigates is live, and every fifth of the rest.
        string[] movers = ["http-equiv", "location", "base", "target", "window", "top"];
        Vector[] chosen = [.. _vectors.Where((one, place) => one.IsLive && (place % 5 == 0 || movers.Any(word => one.Payload.Contains(word, StringComparison.OrdinalIgnoreCase))))];
        foreach (Vector vector in chosen)
        {
            string address = $"view/{vector.Message}.html";
            IResponse? answer = await page.GotoAsync(address);
            if (answer?.Status == 404) continue;
            await page.EvaluateAsync(Touch);
            Assert.That(page.Url, Does.EndWith(address), vector.Id);
            Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty, vector.Id);
        }
    }

    [Test]
    public async Task As_subject_name_file_and_type_it_is_text_in_the_page()
    {
        await using Browser browser = await OpenAsync();
        IPage page = browser.Page;
        await page.GotoAsync("");
        int scripts = await page.EvaluateAsync<int>("document.scripts.length");
        await using SmtpDialogue dialogue = await IntroducedAsync();
        foreach (Vector[] some in _vectors.Chunk(TogetherInOne))
        {
            string id = (await dialogue.DeliverAsync(Everywhere(some), "sender@remote.test", "alice@local.test")).QueuedAs!;
            await page.GotoAsync($"#/message/{id}");
            // The last one is in the subject, so all are.
            string last = string.Concat(some[^1].Payload.ReplaceLineEndings(" ").Where(one => one > ' '));
            await Eventually.HoldsAsync(async () => (await page.EvaluateAsync<string>("document.body.textContent.replace(/[\\s\\u0000-\\u0020]/g, '')")).Contains(last[^Math.Min(12, last.Length)..], StringComparison.Ordinal),
                $"the message with {some[^1].Id}");
            int strange = await page.EvaluateAsync<int>(
                "[...document.querySelectorAll('*')].filter(one => [...one.attributes].some(given => /^on|^srcdoc$|^formaction$/i.test(given.name)) || /^(object|embed|base|applet|math|frame)$/i.test(one.localName)).length");
            Assert.That((strange, await page.EvaluateAsync<int>("document.scripts.length")), Is.EqualTo((0, scripts)), some[0].Id);
            Assert.That(page.Url, Does.EndWith($"#/message/{id}"));
            Assert.That(browser.Events.Concat(browser.Foreign), Is.Empty, some[0].Id);
        }
    }

    [Test]
    public async Task A_link_opens_a_window_that_knows_nothing_of_this_one()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        string id = (await dialogue.DeliverAsync("Subject: link\r\nContent-Type: text/html\r\n\r\n<a id=x href=http://other.example/>x</a>\r\n", "sender@remote.test", "alice@local.test")).QueuedAs!;
        await using Browser browser = await OpenAsync();
        await browser.Page.GotoAsync($"view/{id}.html");
        IPage opened = await browser.Page.RunAndWaitForPopupAsync(() => browser.Page.Locator("#m-x").ClickAsync());
        await Eventually.HoldsAsync(() => Task.FromResult(browser.Foreign.Contains("http://other.example/")), "the request of the window");
        Assert.That(await opened.EvaluateAsync<bool>("window.opener === null"), Is.True);
        Assert.That(browser.Page.Url, Does.EndWith($"view/{id}.html"));
    }

    private static string Everywhere(IReadOnlyList<Vector> vectors)
    {
        string all = string.Join(' ', vectors.Select(one => one.Payload));
        var source = new StringBuilder($"From: {Word(all)} <a@remote.test>\r\nTo: {Word(all)} <alice@local.test>\r\nSubject: {Word(all)}\r\nX-Vector: {Word(all)}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            + $"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64(all)}\r\n");
        foreach (Vector vector in vectors)
        {
            string name = Uri.EscapeDataString(vector.Payload.Length > 300 ? vector.Payload[..300] : vector.Payload);
            string type = string.Concat(vector.Payload.Where(one => one is > ' ' and < '\u007f' and not ';' and not '"' and not '(').Take(100));
            source.Append($"--b\r\nContent-Type: text/{type}\r\nContent-Disposition: attachment; filename*=utf-8''{name}\r\nContent-ID: <{type}@x>\r\n\r\nx\r\n");
        }
        return source.Append("--b--\r\n").ToString();
    }

    /// <summary>Loads all addresses in frames of one document after another, touches what is in them, and sees that each is where it was.</summary>
    private static async Task FrameAllAsync(Browser browser, IReadOnlyList<(string Id, string Address)> all, string? sandbox)
    {
        IPage page = browser.Page;
        await page.Context.RouteAsync("**/frames", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html", Body = "<!DOCTYPE html><title>frames</title><body>" }));
        foreach ((string Id, string Address)[] some in all.Chunk(Batch))
        {
            await page.GotoAsync("frames");
            await page.EvaluateAsync("""
                async ([addresses, sandbox]) => {
                  window.heard = [];
                  addEventListener('message', event => heard.push(String(event.data)));
                  await Promise.all(addresses.map(address => new Promise(resolve => {
                    const frame = document.createElement('iframe');
                    if (sandbox !== null) frame.setAttribute('sandbox', sandbox);
                    frame.onload = resolve;
                    frame.src = address;
                    document.body.append(frame);
                  })));
                }
                """, new object?[] { some.Select(one => one.Address).ToArray(), sandbox });
            IReadOnlyList<IFrame> frames = [.. page.Frames.Where(one => one.ParentFrame is not null)];
            Assert.That(frames, Has.Count.EqualTo(some.Length), "frames within frames, or some that are gone");
            await Task.WhenAll(frames.Select(one => one.EvaluateAsync(Touch)));
            foreach (((string id, string address), IFrame frame) in some.Zip(frames)) Assert.That(frame.Url, Does.EndWith(address), id);
            string[] heard = await page.EvaluateAsync<string[]>("heard");
            Assert.That(heard, Is.Empty, $"one of {some[0].Id} and the {some.Length - 1} behind it");
            Assert.That(await page.EvaluateAsync<string>("document.title + document.body.childElementCount"), Is.EqualTo($"frames{some.Length}"));
            Assert.That(page.Url, Does.EndWith("/frames"));
            Assert.That(browser.Events, Is.Empty, $"one of {some[0].Id} and the {some.Length - 1} behind it");
        }
    }
}
