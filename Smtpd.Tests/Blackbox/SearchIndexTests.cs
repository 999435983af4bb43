using System.Text.Json;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>The index of words is behind the mail and beside it: whatever happens to it, mail comes in and is found.</summary>
public sealed class SearchIndexTests : FreshFixture
{
    private const int Connections = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Dictionary<int, string> _acknowledged = [];
    private int _sent;

    private string IndexPath => Configuration.StorePath + "-search";

    [Test]
    public async Task Search_finds_every_acknowledged_message_after_crashes_under_load()
    {
        // All together stay below what a search looks through one by one, so that it always has to be complete.
        for (int crash = 0; crash < 4; crash++)
        {
            await using SmtpdProcess server = await StartAsync();
            int enough = _acknowledged.Count + 200;
            BulkLoad load = Load(4000);
            Task sending = load.SendAsync(Configuration.SmtpPort, Connections);
            await Eventually.HoldsAsync(() => _acknowledged.Count + load.Acknowledged.Count >= enough || sending.IsCompleted, $"{enough} acknowledgements", Patience);
            await server.KillAsync();
            await sending;
            Assert.That(load.Refused, Is.Empty);
            Assert.That(load.Broken, Has.Count.EqualTo(Connections), "the crash came in the middle of the load");
            Note(load);
            await using SmtpdProcess again = await StartAsync();
            await ExpectAllFoundAsync(again);
            await again.KillAsync();
        }
        await using SmtpdProcess last = await StartAsync();
        await ExpectIndexFollowsAsync();
        await ExpectAllFoundAsync(last);
        Assert.That(last.Log, Does.Not.Contain("is damaged"));
        await last.StopAsync();
    }

    [Test]
    public async Task Mail_comes_in_and_is_found_while_there_is_no_room_for_the_index()
    {
        Faults faults = await Faults.PrepareAsync(Folder, Configuration, IndexPath);
        await using SmtpdProcess server = await SmtpdProcess.StartAsync(Configuration, environment: faults.Environment);
        await DeliverAsync(100);
        await ExpectIndexFollowsAsync();

        faults.Begin(Faults.DiskFull);
        await DeliverAsync(300);
        await Eventually.HoldsAsync(() => server.Log.Contains("search: the index cannot be kept", StringComparison.Ordinal), "the log says what happened", Patience);
        Assert.That(faults.Happened(Faults.DiskFull), Is.GreaterThan(0));
        await ExpectAllFoundAsync(server);
        using (HttpResponseMessage ready = await server.Api.GetAsync("readyz")) Assert.That((int)ready.StatusCode, Is.EqualTo(200), "the store is in no trouble");

        // More than a search looks through one by one: it says so.
        await DeliverAsync(2000);
        JsonElement page = await server.Api.JsonAsync("api/v1/search?query=brown&limit=1");
        Assert.That(page.GetProperty("incomplete").GetBoolean(), Is.True);

        faults.End(Faults.DiskFull);
        await Eventually.HoldsAsync(() => server.Log.Contains("search: the index is kept again", StringComparison.Ordinal), "the index goes on", Patience);
        await ExpectIndexFollowsAsync();
        await ExpectAllFoundAsync(server);
        await server.StopAsync();
    }

    /// <summary>Messages each of which has a word of its own, and one that all have.</summary>
    private BulkLoad Load(int count)
    {
        IReadOnlyList<byte[]> contents = [.. Enumerable.Range(_sent + 1, count).Select(serial => BulkMail.OfSize(800, WordOf(serial)))];
        return new BulkLoad(BulkMail.RoundRobin(contents, count, firstSerial: _sent + 1));
    }

    /// <summary>None begins as another, because beginnings are found too.</summary>
    private static string WordOf(int serial) => $"serial{serial}x";

    private void Note(BulkLoad load)
    {
        foreach ((int serial, string id) in load.Acknowledged) _acknowledged.Add(serial, id);
        _sent += 4000;
    }

    private async Task DeliverAsync(int count)
    {
        BulkLoad load = Load(count);
        await load.SendAsync(Configuration.SmtpPort, Connections);
        Assert.That((load.Acknowledged.Count, load.Refused.Count, load.Broken.Count), Is.EqualTo((count, 0, 0)));
        Note(load);
    }

    private async Task ExpectAllFoundAsync(SmtpdProcess server)
    {
        var found = new HashSet<string>();
        for (string before = ""; ;)
        {
            JsonElement page = await server.Api.JsonAsync($"api/v1/search?query=brown+jumps&limit=1000{before}");
            Assert.That(page.TryGetProperty("incomplete", out _), Is.False);
            int known = found.Count;
            foreach (JsonElement message in page.GetProperty("messages").EnumerateArray())
            {
                string id = message.GetProperty("ID").GetString()!;
                Assert.That(found.Add(id), Is.True, $"{id} is found once");
                before = $"&before={id}";
            }
            if (found.Count == known) break;
        }
        Assert.That(_acknowledged.Values.Where(id => !found.Contains(id)), Is.Empty);
        foreach ((int serial, string id) in _acknowledged.Where(one => one.Key % 97 == 0))
        {
            JsonElement page = await server.Api.JsonAsync($"api/v1/search?query=subject:{WordOf(serial)}");
            Assert.That(page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("ID").GetString()), Is.EqualTo((string[])[id]));
        }
    }

    /// <summary>Waits until the index has come to the newest message.</summary>
    private Task ExpectIndexFollowsAsync() => Eventually.HoldsAsync(() => Number(IndexPath, "SELECT reached FROM state") == Number(Configuration.StorePath, "SELECT max(number) FROM message"),
        "the index comes to the newest message", Patience);

    private static long? Number(string path, string query)
    {
        if (!File.Exists(path)) return null;
        SqliteNative.Initialize();
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = query;
        try
        {
            return command.ExecuteScalar() as long?;
        }
        catch (SqliteException)
        {
            // The index is being made.
            return null;
        }
    }
}
