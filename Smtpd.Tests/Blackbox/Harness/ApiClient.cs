using System.Net;
using System.Text.Json;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>Reads a server's HTTP interface.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(int port) => _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(60) };

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative));

    public Task<HttpResponseMessage> HeadAsync(string path) => _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative)));

    /// <summary>A request with a JSON body.</summary>
    public async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpMethod method, string path, string body = "")
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using HttpResponseMessage response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonElement> JsonAsync(string path)
    {
        using HttpResponseMessage response = await GetAsync(path);
        string text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), () => $"GET /{path}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>How many messages are stored.</summary>
    public async Task<int> TotalAsync() => (await JsonAsync("api/v1/messages?limit=1")).GetProperty("total").GetInt32();

    /// <summary>The source of a message, trace lines and all.</summary>
    public async Task<byte[]> RawAsync(string id)
    {
        using HttpResponseMessage response = await GetAsync($"api/v1/message/{id}/raw");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), () => $"the source of {id}");
        return await response.Content.ReadAsByteArrayAsync();
    }

    public async Task<StoredSource> SourceAsync(string id) => StoredSource.Parse(await RawAsync(id));

    /// <summary>The ids of all messages, newest first, page by page. No id may come twice.</summary>
    public async Task<IReadOnlyList<string>> AllIdsAsync()
    {
        var ids = new List<string>();
        while (true)
        {
            JsonElement page = await JsonAsync("api/v1/messages?limit=1000" + (ids is [.., string oldest] ? "&before=" + oldest : ""));
            int known = ids.Count;
            ids.AddRange(page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("ID").GetString()!));
            if (ids.Count > known) continue;
            Assert.That(ids, Is.Unique);
            return ids;
        }
    }

    /// <summary>Reads the source of every message, several at a time, and keeps of each by id what is asked for.</summary>
    public async Task<IReadOnlyDictionary<string, T>> AllSourcesAsync<T>(Func<StoredSource, T> keep)
    {
        IReadOnlyList<string> ids = await AllIdsAsync();
        var kept = new System.Collections.Concurrent.ConcurrentDictionary<string, T>();
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 6 },
            async (id, _) => kept[id] = keep(await SourceAsync(id)));
        return kept;
    }

    public void Dispose() => _http.Dispose();
}
