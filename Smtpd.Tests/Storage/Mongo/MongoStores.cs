using Smtpd.Mongo;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Mongo;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>
/// Stores in one MongoDB server for all tests that need no server of their own: the one that <c>SMTPD_TEST_MONGO</c> names, or else a stand-in.
/// Each has a database of its own. Where neither is there the tests are skipped and say so.
/// </summary>
internal static class MongoStores
{
    public const string Collection = "Messages";

    private static readonly Lazy<Task<StandIn>> _server = new(() => Environment.GetEnvironmentVariable("SMTPD_TEST_MONGO") is { Length: > 0 }
        ? StandIn.AnyAsync()
        : StandIn.StartAsync(new StandInOptions { Members = 1, Set = "rs0" }));

    public static StandIn Server => Task.Run(() => _server.Value).GetAwaiter().GetResult();

    /// <summary>The database of a test, by its folder.</summary>
    public static string DatabaseOf(TemporaryFolder folder) => "smtpd_test_" + Path.GetFileName(folder.Root).Replace('-', '_').Replace('.', '_');

    public static MongoStore Open(TemporaryFolder folder, StandIn? server = null, ListLog? log = null) => new(Connect(server ?? Server),
        new MongoStoreSettings(DatabaseOf(folder), Collection) { Domain = "mx.test", StagingFolder = folder.Root, Timeout = StandIn.Deadline }, log ?? new ListLog());

    /// <summary>A client whose owner is the caller.</summary>
    public static MongoClient Connect(StandIn server)
    {
        string text = server.ConnectionString();
        if (!ConnectionString.TryParse(text, out MongoConnectionSettings? settings, out string? problem)) throw new ArgumentException($"{text}: {problem}");
        return new MongoClient(settings, TimeProvider.System, server.Log);
    }

    public static async Task DropAsync(TemporaryFolder folder, StandIn? server = null)
    {
        await using MongoClient client = Connect(server ?? Server);
        await client.Database(DatabaseOf(folder)).DropAsync(CancellationToken.None);
    }

    public static async Task StopAsync()
    {
        if (!_server.IsValueCreated || _server.Value.IsFaulted) return;
        await (await _server.Value).DisposeAsync();
    }
}
