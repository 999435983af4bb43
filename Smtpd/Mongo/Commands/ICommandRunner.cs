using Smtpd.Mongo.Sessions;
using Smtpd.Mongo.Topology;

namespace Smtpd.Mongo.Commands;

/// <summary>Carries out commands on whichever server of the cluster may take them.</summary>
internal interface ICommandRunner
{
    /// <summary>What the server that takes writes accepts at once.</summary>
    /// <exception cref="MongoException">No such server was found in time.</exception>
    Task<ServerLimits> LimitsAsync(string doing, CancellationToken cancellationToken);

    /// <summary>Sends a command, once more where that is allowed and needed. Errors of single writes and of write concern are left in the reply.</summary>
    /// <exception cref="MongoException">It failed, or nobody knows whether it succeeded.</exception>
    Task<CommandReply> RunAsync(MongoCommand command, CancellationToken cancellationToken);

    /// <summary>Takes back the session of a command that has kept it.</summary>
    void Release(ServerSession? session);
}
