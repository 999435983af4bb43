using Smtpd.Mongo.Topology;
using Smtpd.Operations;

namespace Smtpd.Mongo;

internal sealed class Cluster(MongoConnectionSettings settings, TimeProvider clock, Log log) : IAsyncDisposable
{
    public TopologyDescription Topology { get; } = TopologyDescription.Start(settings);
    public bool HasWritable => Topology.Primary is not null;
    public void Start() => log.Trace($"{settings} {clock.GetUtcNow()}");
    public Task ChangedAsync(TopologyDescription seen, CancellationToken cancellationToken) => Task.CompletedTask;
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
