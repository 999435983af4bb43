using System.Globalization;
using System.Net.Sockets;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Connections;
using Smtpd.Mongo.Sessions;
using Smtpd.Mongo.Topology;
using Smtpd.Mongo.Wire;

namespace Smtpd.Mongo.Commands;

/// <summary>
/// Finds a server for a command, sends it, and sends it once more, to another server if there is one, where the first failed in a way that
/// passes: reads because they may be repeated, writes because the server knows them again by session and number.
/// </summary>
internal sealed class CommandRunner(Cluster cluster, MongoConnectionSettings settings, TimeProvider clock) : ICommandRunner
{
    /// <summary>From this wire version on (MongoDB 4.4) servers say themselves which writes may be sent again.</summary>
    private const int LabelsFirst = 9;

    /// <summary>How long the end of the program waits for servers to forget our sessions, which they also do by themselves.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromMilliseconds(500);

    private readonly ServerSessions _sessions = new(clock);
    private readonly ClusterTime _clusterTime = new();

    public async Task<ServerLimits> LimitsAsync(string doing, CancellationToken cancellationToken) =>
        (await cluster.SelectAsync(doing, null, null, cancellationToken).ConfigureAwait(false)).Description.Limits;

    public async Task<CommandReply> RunAsync(MongoCommand command, CancellationToken cancellationToken)
    {
        using CancellationTokenSource? limit = LimitFor(cancellationToken);
        try
        {
            return await RunLimitedAsync(command, limit?.Token ?? cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string text = limit is { IsCancellationRequested: true }
                ? string.Create(CultureInfo.InvariantCulture, $"not done within {settings.Times.Operation!.Value.TotalSeconds:0.###} s (timeoutMS)")
                : "the connection was closed";
            throw new MongoException(limit is { IsCancellationRequested: true } ? MongoFailure.Timeout : MongoFailure.Network, command.Doing, text);
        }
    }

    public void Release(ServerSession? session)
    {
        if (session is not null) _sessions.Release(session);
    }

    /// <summary>Tells a server, if one is at hand, that our sessions are over.</summary>
    public async Task EndSessionsAsync()
    {
        if (!cluster.HasWritable) return;
        using var limit = new CancellationTokenSource(EndTime);
        try
        {
            foreach (BsonDocument command in _sessions.End())
                await RunLimitedAsync(new MongoCommand("admin", command, "end sessions") { Preference = new ReadPreference(ReadMode.PrimaryPreferred) }, limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MongoException or OperationCanceledException)
        {
            // It forgets them by itself after half an hour.
        }
    }

    private CancellationTokenSource? LimitFor(CancellationToken cancellationToken)
    {
        if (settings.Times.Operation is not { } most) return null;
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(most);
        return limit;
    }

    private async Task<CommandReply> RunLimitedAsync(MongoCommand command, CancellationToken cancellationToken)
    {
        (Server Server, ServerDescription Description) target = await TargetAsync(command, null, cancellationToken).ConfigureAwait(false);
        ServerSession? session = command.Session ?? SessionFor(command);
        bool isKept = false;
        try
        {
            long? number = command.Kind == CommandKind.Write && command.IsRetryable && TakesNumbers(target.Description) ? session?.Next() : null;
            CommandReply reply = await TryAsync(command, target, session, number, cancellationToken).ConfigureAwait(false);
            isKept = command.Session is not null || (command.KeepsSession && session is not null);
            return reply;
        }
        finally
        {
            if (!isKept && command.Session is null) Release(session);
        }
    }

    private async Task<CommandReply> TryAsync(MongoCommand command, (Server Server, ServerDescription Description) target, ServerSession? session, long? number, CancellationToken cancellationToken)
    {
        MongoException first;
        try
        {
            return await SendAsync(command, target, session, number, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoException failure) when (MayRepeat(command, number, failure, target.Description))
        {
            first = failure;
        }
        try
        {
            target = await TargetAsync(command, target.Server.Host, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoException)
        {
            throw first;
        }
        if (number is not null && !TakesNumbers(target.Description)) throw first;
        try
        {
            return await SendAsync(command, target, session, number, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoException second) when (second.HasLabel(MongoException.NoWritesLabel))
        {
            throw first;
        }
    }

    private async Task<(Server Server, ServerDescription Description)> TargetAsync(MongoCommand command, MongoHost? failed, CancellationToken cancellationToken)
    {
        if (command.Server is not { } host)
            return await cluster.SelectAsync(command.Doing, command.Kind == CommandKind.Write ? null : command.Preference, failed, cancellationToken).ConfigureAwait(false);
        Server server = cluster.Get(host) ?? throw new MongoException(MongoFailure.Network, command.Doing, "the server has left the cluster", host);
        return (server, cluster.Topology.Servers.GetValueOrDefault(host) ?? ServerDescription.Unknown(host));
    }

    private async Task<CommandReply> SendAsync(MongoCommand command, (Server Server, ServerDescription Description) target, ServerSession? session, long? number, CancellationToken cancellationToken)
    {
        (Server server, ServerDescription description) = target;
        PooledConnection connection;
        try
        {
            connection = await server.Pool.CheckOutAsync(command.Doing, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException gone)
        {
            throw new MongoException(MongoFailure.Network, command.Doing, "the server has left the cluster", server.Host, gone);
        }
        catch (MongoException failure)
        {
            // Nothing was sent yet: whatever it was, it may be tried again.
            MongoFailure kind = failure.Failure is MongoFailure.Network or MongoFailure.Timeout ? MongoFailure.NoServer : failure.Failure;
            throw new MongoException(kind, command.Doing, failure.Text, server.Host, failure) { Labels = kind == MongoFailure.NoServer ? [MongoException.RetryableWriteLabel] : failure.Labels };
        }
        try
        {
            var around = new CommandSurroundings(session?.Id ?? BsonDocument.Empty, number, ClusterTimeFor(description), PreferenceFor(command, description));
            BsonDocument reply = await ExchangeAsync(connection, command, around, session, cancellationToken).ConfigureAwait(false);
            return new CommandReply(Judge(reply, command, server.Host, connection.Generation, number, description), server.Host, command.KeepsSession ? session : null);
        }
        finally
        {
            server.Pool.CheckIn(connection);
        }
    }

    private async Task<BsonDocument> ExchangeAsync(PooledConnection connection, MongoCommand command, CommandSurroundings around, ServerSession? session, CancellationToken cancellationToken)
    {
        MongoHost host = connection.Connection.Host;
        using CancellationTokenSource? limit = settings.Times.Socket is { } most ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
        limit?.CancelAfter(settings.Times.Socket!.Value + command.Waits);
        try
        {
            return await connection.Connection.RunAsync(command, around, limit?.Token ?? cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            MarkDirty(session);
            cluster.Report(host, new ServerFault(FaultKind.Timeout, connection.Generation, HandshakeDone: true));
            string text = string.Create(CultureInfo.InvariantCulture, $"no answer within {settings.Times.Socket!.Value.TotalSeconds:0.###} s (socketTimeoutMS)");
            throw new MongoException(MongoFailure.Timeout, command.Doing, text, host);
        }
        catch (Exception failure) when (failure is IOException or WireException or SocketException or ObjectDisposedException)
        {
            MarkDirty(session);
            cluster.Report(host, new ServerFault(FaultKind.Network, connection.Generation, HandshakeDone: true, Text: failure.Message));
            throw new MongoException(MongoFailure.Network, command.Doing, failure.Message, host, failure) { Labels = around.Number is null ? [] : [MongoException.RetryableWriteLabel] };
        }
        catch (OperationCanceledException)
        {
            MarkDirty(session);
            throw;
        }
    }

    /// <summary>What a reply says about its server is passed on; a failure becomes an exception.</summary>
    private BsonDocument Judge(BsonDocument reply, MongoCommand command, MongoHost host, int generation, long? number, ServerDescription description)
    {
        _clusterTime.Hear(reply);
        if (!reply["ok"u8].AsBoolean())
        {
            cluster.Report(host, new ServerFault(FaultKind.Command, generation, HandshakeDone: true, reply));
            MongoException failure = MongoException.FromReply(reply, command.Doing, host);
            if (failure.Code == MongoCodes.IllegalOperation && number is not null && failure.Message.Contains("Transaction numbers", StringComparison.Ordinal))
                throw new MongoException(MongoFailure.Incompatible, command.Doing, "the server's storage engine cannot tell a repeated write from a new one: the option retryWrites=false goes with it", host, failure);
            throw failure;
        }
        BsonDocument concern = reply["writeConcernError"u8].AsDocument();
        if (concern.IsEmpty) return reply;
        MongoException undone = MongoException.FromWriteConcern(reply, command.Doing, host);
        if (ServerCodes.IsStateChange(undone.Code))
        {
            // The primary was lost before the others had the write: it may be undone.
            cluster.Report(host, new ServerFault(FaultKind.Command, generation, HandshakeDone: true, AsFailure(reply, concern)));
            throw number is not null && description.Wire.Most < LabelsFirst ? undone.WithLabel(MongoException.RetryableWriteLabel) : undone;
        }
        return undone.HasLabel(MongoException.RetryableWriteLabel) ? throw undone : reply;
    }

    private static BsonDocument AsFailure(BsonDocument reply, BsonDocument concern)
    {
        using var writer = new BsonWriter();
        writer.BeginDocument().Int32("ok"u8, 0).Element("code"u8, concern["code"u8]);
        if (concern["errmsg"u8] is { Exists: true } text) writer.Element("errmsg"u8, text);
        if (reply["topologyVersion"u8] is { Exists: true } version) writer.Element(version);
        return writer.End().ToDocument();
    }

    private static bool MayRepeat(MongoCommand command, long? number, MongoException failure, ServerDescription description)
    {
        if (!command.IsRetryable || command.Server is not null) return false;
        if (command.Kind == CommandKind.Read) return failure.Failure is MongoFailure.Network or MongoFailure.NoServer || MongoCodes.IsRetryableRead(failure.Code);
        if (number is null) return false;
        return failure.Failure == MongoFailure.Network
            || failure.HasLabel(MongoException.RetryableWriteLabel)
            || (description.Wire.Most < LabelsFirst && MongoCodes.IsRetryable(failure.Code));
    }

    private ServerSession? SessionFor(MongoCommand command) =>
        (command.WriteConcern?.IsAcknowledged ?? true) && cluster.Topology.SessionTimeout is { } timeout ? _sessions.Take(timeout) : null;

    private static bool TakesNumbers(ServerDescription server) => server.SessionTimeout is not null && server.Kind is ServerKind.Primary or ServerKind.Mongos;

    private BsonDocument ClusterTimeFor(ServerDescription server) => server.Kind == ServerKind.Standalone ? BsonDocument.Empty : _clusterTime.Newest;

    private ReadPreference? PreferenceFor(MongoCommand command, ServerDescription server)
    {
        if (command.Kind == CommandKind.Write || server.Kind == ServerKind.Standalone) return null;
        ReadPreference preference = command.Preference ?? ReadPreference.Primary;
        if (preference.Mode != ReadMode.Primary) return preference;
        // The one server that was asked for is to answer, whatever it is.
        return cluster.Topology.Kind == TopologyKind.Single && server.Kind != ServerKind.Mongos ? new ReadPreference(ReadMode.PrimaryPreferred) : null;
    }

    private static void MarkDirty(ServerSession? session)
    {
        if (session is not null) session.IsDirty = true;
    }
}
