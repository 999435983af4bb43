using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;
using Smtpd.Mongo.Connections;
using Smtpd.Mongo.Dns;
using Smtpd.Mongo.Topology;
using Smtpd.Operations;

namespace Smtpd.Mongo;

/// <summary>
/// A MongoDB server, replica set or sharded cluster, as this process sees it: one per process, safe for any number of threads. It looks for
/// the servers in the background from its start on; whether one is there shows at the first operation.
/// </summary>
internal sealed class MongoClient : IAsyncDisposable
{
    private readonly Cluster _cluster;
    private readonly CommandRunner _runner;
    private readonly MongoConnectionSettings _settings;

    /// <param name="dns">Names the servers where the settings do not; null for the system's.</param>
    /// <exception cref="MongoException">The settings ask for what this client cannot do, or name files that cannot be used.</exception>
    public MongoClient(MongoConnectionSettings settings, TimeProvider clock, Log log, DnsClient? dns = null)
    {
        _settings = settings;
        _cluster = new Cluster(settings, clock, log, dns);
        _runner = new CommandRunner(_cluster, settings, clock);
        _cluster.Start();
    }

    /// <summary>What is known of the cluster at this moment.</summary>
    public TopologyDescription Topology => _cluster.Topology;

    /// <summary>True when a server that takes writes is known at this moment.</summary>
    public bool HasPrimary => _cluster.HasWritable;

    /// <summary>See <see cref="Cluster.Silence"/>.</summary>
    public string? Silence => _cluster.Silence;

    public MongoConnectionSettings Settings => _settings;

    public MongoDatabase Database(string name) => new(_runner, _settings, name);

    public MongoCollection Collection(string database, string name) => new(_runner, _settings, database, name);

    /// <summary>Completes when the server that takes writes has answered.</summary>
    /// <exception cref="MongoException">There is none, or it does not answer.</exception>
    public Task PingAsync(CancellationToken cancellationToken) => Database("admin").RunCommandAsync(BsonDocument.Of("ping"u8, 1), cancellationToken, "ping");

    /// <summary>Completes when something new is known of the cluster, compared with what the caller has seen.</summary>
    public Task ChangedAsync(TopologyDescription seen, CancellationToken cancellationToken) => _cluster.ChangedAsync(seen, cancellationToken);

    /// <summary>Ends the server's sessions where it answers at once, and closes all connections. Operations under way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        await _runner.EndSessionsAsync().ConfigureAwait(false);
        await _cluster.DisposeAsync().ConfigureAwait(false);
    }
}
