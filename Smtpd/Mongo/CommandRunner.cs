using Smtpd.Mongo.Commands;
using Smtpd.Mongo.Sessions;
using Smtpd.Mongo.Topology;

namespace Smtpd.Mongo;

internal sealed class CommandRunner(Cluster cluster, MongoConnectionSettings settings, TimeProvider clock) : ICommandRunner
{
    public Task<ServerLimits> LimitsAsync(string doing, CancellationToken cancellationToken) => throw new MongoException(MongoFailure.NoServer, doing, $"{cluster} {settings} {clock}");
    public Task<CommandReply> RunAsync(MongoCommand command, CancellationToken cancellationToken) => throw new MongoException(MongoFailure.NoServer, command.Doing, "");
    public void Release(ServerSession? session) { }
    public Task EndSessionsAsync() => Task.CompletedTask;
}
