using System.Globalization;
using System.Net.Sockets;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Topology;
using Smtpd.Mongo.Wire;

namespace Smtpd.Mongo.Connections;

/// <summary>Opens connections to any server of the cluster: for monitors as far as the greeting, for operations signed in.</summary>
internal sealed class ConnectionOpener
{
    private readonly MongoConnectionSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Greeting _greeting;
    private readonly TlsClient? _tls;
    private readonly ScramSecrets? _secrets;

    /// <exception cref="MongoException">A file that the settings name cannot be used.</exception>
    public ConnectionOpener(MongoConnectionSettings settings, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _greeting = new Greeting(ClientMetadata.Create(settings.ApplicationName));
        _tls = settings.Tls.IsOn ? new TlsClient(settings.Tls) : null;
        _secrets = settings.Credential is { } credential ? new ScramSecrets(credential) : null;
    }

    /// <summary>A connection on which commands can be sent.</summary>
    /// <exception cref="MongoException">There is none; the failure says whether the server is gone or does not want us.</exception>
    public async Task<WireConnection> OpenAsync(MongoHost host, CancellationToken cancellationToken)
    {
        SignIn? signIn = _settings.Credential is { } credential ? new SignIn(credential, _secrets!) : null;
        return (await OpenAsync(host, signIn, cancellationToken).ConfigureAwait(false)).Connection;
    }

    /// <summary>A connection on which the server is asked again and again what it is. Nobody signs in on it.</summary>
    /// <returns>With the answer to the greeting, and how long it took.</returns>
    /// <exception cref="MongoException">There is none.</exception>
    public Task<(WireConnection Connection, BsonDocument Hello, TimeSpan Time)> OpenForMonitorAsync(MongoHost host, CancellationToken cancellationToken) => OpenAsync(host, null, cancellationToken);

    private async Task<(WireConnection Connection, BsonDocument Hello, TimeSpan Time)> OpenAsync(MongoHost host, SignIn? signIn, CancellationToken cancellationToken)
    {
        const string doing = "connect to MongoDB";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_settings.Times.Connect != Timeout.InfiniteTimeSpan) deadline.CancelAfter(_settings.Times.Connect);
        WireConnection? connection = null;
        try
        {
            connection = await WireConnection.OpenAsync(host, _tls, deadline.Token).ConfigureAwait(false);
            long asked = _clock.GetTimestamp();
            BsonDocument hello = await _greeting.FirstAsync(connection, signIn, deadline.Token).ConfigureAwait(false);
            TimeSpan time = _clock.GetElapsedTime(asked);
            if (signIn is not null)
            {
                Check(hello, host, doing);
                await signIn.FinishAsync(connection, hello, deadline.Token).ConfigureAwait(false);
            }
            WireConnection opened = connection;
            connection = null;
            return (opened, hello, time);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string after = string.Create(CultureInfo.InvariantCulture, $"no connection and no answer within {_settings.Times.Connect.TotalSeconds:0.###} s");
            throw new MongoException(MongoFailure.Timeout, doing, after, host);
        }
        catch (Exception failure) when (failure is SocketException or IOException or WireException or ObjectDisposedException)
        {
            throw new MongoException(MongoFailure.Network, doing, failure.Message, host, failure);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    /// <summary>What else would end in an error that says nothing.</summary>
    private static void Check(BsonDocument hello, MongoHost host, string doing)
    {
        if (!hello["ok"u8].AsBoolean()) throw MongoException.FromReply(hello, doing, host);
        var wire = new WireVersions(hello["minWireVersion"u8].AsInt32(), hello["maxWireVersion"u8].AsInt32());
        if (wire.ProblemWith(host) is { } problem) throw new MongoException(MongoFailure.Incompatible, doing, problem, host);
    }
}
